package arm64

import "rseqstep/stepper/machine"

// exclusive decodes load-exclusive, store-exclusive, load-acquire, store-release and
// compare-and-swap.
func (d *decoder) exclusive() {
	size, load := uint16(1)<<d.bits(31, 30), d.bit(22) == 1
	rs, rt, rt2 := general(d.rm()), general(d.rd()), general(d.ra())
	pair := d.bit(21) == 1
	m := d.based(0)
	switch {
	case d.bit(23) == 1 && pair: // cas
		d.compares(m, size)
		d.read(rs, rt)
		d.set(rs)
	case d.bit(23) == 1 && load: // ldar, ldlar
		d.loads(m, size)
		d.set(rt)
	case d.bit(23) == 1: // stlr, stllr
		d.storesRegister(m, size, rt)
	case pair && d.bit(31) == 0: // casp
		size = 8 << d.bit(30)
		d.loads(m, size)
		d.stores(m, size)
		even, odd := general(d.rm()), general(d.rm()|1)
		d.read(even, odd, rt, general(d.rd()|1))
		d.set(even, odd)
	case load: // ldxr, ldaxr, ldxp, ldaxp
		d.insn.Exclusive = machine.ExclusiveLoad
		d.set(rt)
		if pair {
			size *= 2
			d.set(rt2)
		}
		d.loads(m, size)
	default: // stxr, stlxr, stxp, stlxp; rs tells whether it has stored
		d.insn.Exclusive = machine.ExclusiveStore
		d.read(rt)
		if pair {
			size *= 2
			d.read(rt2)
		}
		d.stores(m, size)
		d.set(rs)
	}
}

// compares notes a compare-and-swap of one register.
func (d *decoder) compares(m machine.Mem, size uint16) {
	d.loads(m, size)
	s := d.stores(m, size)
	// A value of the zero register is not in Regs: it is 0 there as well (machine.NoReg).
	s.Source, s.Reg, s.Old = machine.SourceCompared, general(d.rd()), general(d.rm())
}

// atomic decodes the read-modify-write instructions of FEAT_LSE and their successors: the register
// form's value is an operand, and the old value goes to another register.
func (d *decoder) atomic() {
	size := uint16(1) << d.bits(31, 30)
	rs, rt := general(d.rm()), general(d.rd())
	m := d.based(0)
	if d.vectorAccess() { // ldfadd, … of FEAT_LSFE
		d.loads(m, max(size, 2))
		d.stores(m, max(size, 2))
		return
	}
	op := d.bits(15, 12)
	switch {
	case op == 0b1100: // ldapr
		d.loads(m, size)
		d.set(rt)
		return
	case op > 0b1000 && d.bits(31, 30) == 3:
		d.block(m, op)
		return
	case op > 0b1000 && d.bit(31) == 1:
		d.unlisted()
		return
	case op > 0b1000: // rcwclr, rcwswp, rcwset
		size = 8
		d.insn.Flags = true
	}
	d.read(rs)
	d.set(rt)
	d.loads(m, size)
	d.combines(d.stores(m, size), op, rs)
}

// combines notes the value that an atomic instruction stores.
func (d *decoder) combines(s *machine.Store, op uint32, rs machine.Reg) {
	if op == 0b1000 { // swp
		if s.Source, s.Reg = machine.SourceReg, rs; rs == machine.NoReg {
			s.Source = machine.SourceImm
		}
		return
	}
	ops := map[uint32]machine.Op{0: machine.OpAdd, 1: machine.OpClear, 2: machine.OpXor, 3: machine.OpOr}
	if known, ok := ops[op]; ok { // with the zero register: of Imm, which is 0
		s.Source, s.Op, s.Reg = machine.SourceOp, known, rs
	}
}

// block is a load or store of 64 bytes (FEAT_LS64), from or to eight registers.
func (d *decoder) block(m machine.Mem, op uint32) {
	first := int(d.rd())
	if first > 22 || first&1 == 1 {
		d.unlisted()
		return
	}
	var eight [8]machine.Reg
	for n := range eight {
		eight[n] = General(first + n)
	}
	switch op {
	case 0b1101: // ld64b
		d.loads(m, 64)
		d.set(eight[:]...)
	case 0b1001, 0b1010, 0b1011: // st64b, st64bv0, st64bv; the latter two have a result
		d.stores(m, 64)
		d.read(eight[:]...)
		d.set(general(d.rm()))
	default:
		d.unlisted()
	}
}

// ordered decodes loads and stores with an order and an offset (FEAT_LRCPC2, FEAT_LRCPC3), memory
// copy and set (FEAT_MOPS), and the stores to a guarded control stack.
func (d *decoder) ordered() {
	switch mode := d.bits(11, 10); {
	case mode == 1:
		d.copyOrSet()
	case d.vectorAccess() && mode != 2:
		d.unlisted()
	case d.vectorAccess(), mode == 0: // stlur, ldapur
		d.one(d.based(d.signed(20, 12)))
	case mode == 2 && d.bit(31) == 1:
		d.releases()
	case d.bits(31, 22) == 0b1101100100 && d.bits(20, 13) == 0b11111000: // gcsstr, gcssttr
		d.storesRegister(d.based(0), 8, general(d.rd()))
	default:
		d.unlisted()
	}
}

// releases are stilp, ldiapp, and stlr and ldapr that change their base.
func (d *decoder) releases() {
	size, load, rt := uint16(1)<<d.bits(31, 30), d.bit(22) == 1, general(d.rd())
	single, changes := d.bit(23) == 1, d.bit(12) == 0
	if !single {
		size *= 2
	}
	at := int64(0)
	if !load && (single || changes) { // before it
		at = -int64(size)
	}
	m := d.based(at)
	if single || changes {
		d.set(m.Base)
	}
	switch {
	case load && single:
		d.loads(m, size)
		d.set(rt)
	case load:
		d.loads(m, size)
		d.set(rt, general(d.rm()))
	case single:
		d.storesRegister(m, size, rt)
	default:
		d.stores(m, size)
		d.read(rt, general(d.rm()))
	}
}

// copyOrSet is one of the three steps of a memory copy or set: cpyfp, cpyfm, cpyfe, …, setp. Each
// changes the addresses and the count; the first of them sets the flags.
func (d *decoder) copyOrSet() {
	to, from, count := general(d.rd()), general(d.rm()), general(d.rn())
	d.read(to, from, count)
	d.set(to, count)
	if d.bits(23, 22) != 3 { // not a set
		d.set(from)
	}
	d.unknown, d.insn.Flags = true, true
	d.someStore(d.rd())
}

// tagged decodes what has bit 21 set there: allocation tags (FEAT_MTE), and atomics of pairs
// (FEAT_LSE128, FEAT_THE) and without privilege (FEAT_LSUI).
func (d *decoder) tagged() {
	size, opc, mode := d.bits(31, 30), d.bits(23, 22), d.bits(11, 10)
	switch {
	case size == 3 && mode == 0: // ldg, and stgm, ldgm, stzgm, which are not for programs
		d.unknown = true
		if opc&1 == 1 {
			d.set(general(d.rd()))
		}
	case size == 3: // stg, stzg, st2g, stz2g
		m := d.indexed(d.signed(20, 12)*16, mode)
		d.read(orSP(d.rd()))
		if opc&1 == 1 { // it zeroes the data as well
			d.stores(m, 16<<(opc>>1)).Source = machine.SourceImm
		}
	case size == 2:
		d.unlisted()
	default:
		d.otherAtomic(mode)
	}
}

// otherAtomic is an atomic of two registers, or one without privilege.
func (d *decoder) otherAtomic(mode uint32) {
	rs, rt := general(d.rm()), general(d.rd())
	m := d.based(0)
	d.read(rs, rt)
	switch mode {
	case 1: // ldtadd, swpt, …
		d.loads(m, 4<<d.bit(30))
		d.stores(m, 4<<d.bit(30))
		d.set(rt)
		return
	case 2: // rcwcas
		d.loads(m, 8)
		d.stores(m, 8)
		d.set(rs)
	default: // ldclrp, ldsetp, swpp, rcwclrp, …; rcwcasp
		d.loads(m, 16)
		d.stores(m, 16)
		d.set(rs, rt)
		if mode == 3 {
			d.set(general(d.rm() | 1))
			d.read(general(d.rm()|1), general(d.rd()|1))
		}
	}
	d.insn.Flags = mode != 0 || d.bits(14, 12) != 0 // those of FEAT_THE
}
