package arm64

import "rseqstep/stepper/machine"

// loadStore decodes loads, stores and atomics (Arm ARM C4.1, "Loads and Stores").
func (d *decoder) loadStore() {
	switch op := d.bits(29, 24); {
	case op == 0b001000, op == 0b001001: // the second: those of FEAT_LSUI
		d.exclusive()
	case op&0b111110 == 0b001100:
		if d.bit(31) == 1 {
			d.unlisted()
		} else if op&1 == 0 {
			d.structures()
		} else {
			d.structure()
		}
	case op == 0b011000, op == 0b011100:
		d.literal()
	case op == 0b011001 && d.bit(21) == 1:
		d.tagged()
	case op == 0b011001, op == 0b011101 && d.bit(21) == 0:
		d.ordered()
	case op&0b111000 == 0b101000:
		d.pair()
	case op&0b111011 == 0b111001:
		m := d.based(int64(d.bits(21, 10)) * int64(d.accessSize()))
		d.one(m)
	case op&0b111011 == 0b111000 && d.bit(21) == 0:
		d.one(d.indexed(d.signed(20, 12), d.bits(11, 10)))
	case op&0b111011 == 0b111000 && d.bits(11, 10) == 2:
		d.one(d.byRegister())
	case op == 0b111000 && d.bits(31, 30) == 3 && d.bit(10) == 1: // ldraa, ldrab
		m := d.indexed((int64(d.bits(20, 12))-int64(d.bit(22))<<9)*8, d.bit(11)*3)
		d.loads(m, 8)
		d.set(general(d.rd()))
	case op&0b111011 == 0b111000 && d.bits(11, 10) == 0:
		d.atomic()
	default:
		d.unlisted()
	}
}

func (d *decoder) vectorAccess() bool { return d.bit(26) == 1 }

// accessSize is the size of a load or store of one register, bytes.
func (d *decoder) accessSize() uint16 {
	if d.vectorAccess() && d.bit(23) == 1 { // q
		return 16
	}
	return 1 << d.bits(31, 30)
}

// based is the memory at the base register plus a number.
func (d *decoder) based(at int64) machine.Mem {
	m := machine.Mem{Base: orSP(d.rn()), Disp: at, Scale: 1}
	d.read(m.Base)
	return m
}

// indexed is the memory at the base register plus a number, by the two bits that all such
// instructions have: 1 means that the base changes afterwards, 3 that it changes before.
func (d *decoder) indexed(at int64, mode uint32) machine.Mem {
	if mode&1 == 1 {
		d.set(orSP(d.rn()))
	}
	if mode == 1 {
		at = 0
	}
	return d.based(at)
}

// byRegister is the memory at the base register plus another one, extended and shifted.
func (d *decoder) byRegister() machine.Mem {
	m := d.based(0)
	m.Index = general(d.rm())
	d.read(m.Index)
	if d.bit(12) == 1 {
		m.Scale = uint8(d.accessSize())
	}
	switch d.bits(15, 13) {
	case 2:
		m.Extend = machine.ExtendUnsigned
	case 6:
		m.Extend = machine.ExtendSigned
	}
	return m
}

// loads and stores note an access.
func (d *decoder) loads(m machine.Mem, size uint16) { d.load, d.loaded = m, size }

func (d *decoder) stores(m machine.Mem, size uint16) *machine.Store {
	d.insn.Store = machine.Store{Mem: m, Size: size}
	return &d.insn.Store
}

// storesRegister notes a store of a general register.
func (d *decoder) storesRegister(m machine.Mem, size uint16, x machine.Reg) {
	s := d.stores(m, size)
	d.read(x)
	if s.Source, s.Reg = machine.SourceReg, x; x == machine.NoReg {
		s.Source = machine.SourceImm // 0
	}
}

// one is a load or store of one register, or a prefetch.
func (d *decoder) one(m machine.Mem) {
	size, opc, rt := d.accessSize(), d.bits(23, 22), general(d.rd())
	switch {
	case d.vectorAccess() && size == 16 && d.bits(31, 30) != 0:
		d.unlisted()
	case d.vectorAccess() && opc&1 == 0:
		d.stores(m, size)
	case d.vectorAccess():
		d.loads(m, size)
	case size == 8 && opc == 2: // prfm
	case opc == 0:
		d.storesRegister(m, size, rt)
	default:
		d.loads(m, size)
		d.set(rt)
	}
}

// literal is a load from a place relative to the PC.
func (d *decoder) literal() {
	m := machine.Mem{Disp: int64(d.addr) + d.signed(23, 5)*wordSize, Scale: 1, PCRelative: true}
	switch opc := d.bits(31, 30); {
	case d.vectorAccess() && opc < 3:
		d.loads(m, 4<<opc)
	case d.vectorAccess():
		d.unlisted()
	case opc < 3:
		d.loads(m, [...]uint16{4, 8, 4}[opc])
		d.set(general(d.rd()))
	}
}

// pair is a load or store of two registers.
func (d *decoder) pair() {
	opc := d.bits(31, 30)
	load, vector := d.bit(22) == 1, d.vectorAccess()
	each := uint16(4) << (opc >> 1)
	at := each
	switch {
	case vector:
		each = 4 << min(opc, 2)
		at = each
	case opc == 1 && load: // ldpsw
	case opc == 1: // stgp
		each, at = 8, 16
	}
	m := d.indexed(d.signed(21, 15)*int64(at), d.bits(24, 23))
	one, two := general(d.rd()), general(d.ra())
	switch {
	case load && vector:
		d.loads(m, 2*each)
	case load:
		d.loads(m, 2*each)
		d.set(one, two)
	case vector:
		d.stores(m, 2*each)
	default:
		d.stores(m, 2*each)
		d.read(one, two)
	}
}

// structures is a load or store of one to four whole vectors.
func (d *decoder) structures() {
	count := map[uint32]uint16{0: 4, 2: 4, 4: 3, 6: 3, 7: 1, 8: 2, 10: 2}[d.bits(15, 12)]
	d.structured(count * (8 << d.bit(30)))
}

// structure is a load or store of one element of one to four vectors.
func (d *decoder) structure() {
	count := uint16(d.bit(13)<<1|d.bit(21)) + 1
	scale := d.bits(15, 14)
	switch {
	case scale == 3: // a load to all elements
		scale = d.bits(11, 10)
	case scale == 2 && d.bit(10) == 1:
		scale = 3
	}
	d.structured(count << scale)
}

func (d *decoder) structured(size uint16) {
	m := d.based(0)
	if d.bit(23) == 1 { // the base changes afterwards, by the size or by a register
		d.read(general(d.rm()))
		d.set(m.Base)
	}
	if d.bit(22) == 1 {
		d.loads(m, size)
	} else {
		d.stores(m, size)
	}
}
