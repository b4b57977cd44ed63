package arm64

import (
	"slices"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
)

// What an atomic operation stores: bits 12 to 15 of the instruction.
const (
	atomicAdd = iota
	atomicClear
	atomicXor
	atomicSet
	atomicMax
	atomicMin
	atomicUnsignedMax
	atomicUnsignedMin
	atomicSwap
)

// memory decodes loads and stores.
func (o *operation) memory(w word, u *machine.Insn) {
	o.mem, _ = arm64.Operand(u)
	switch op := w.bits(29, 24); {
	case op == 0b001000:
		o.exclusive(w)
	case op&0b111110 == 0b001100 && w.bit(31) == 0 && op&1 == 0:
		o.wholeVectors(w)
	case op == 0b011000, op == 0b011100:
		o.literal(w)
	case op == 0b011001 && w.bit(21) == 0 && w.bits(11, 10) == 0 && (w.bits(31, 30) != 3 || w.bit(23) == 0): // stlur, ldapur
		o.atomic = true
		o.single(w)
	case op&0b111000 == 0b101000:
		o.pair(w)
	case op&0b111011 == 0b111001:
		o.single(w)
	case op&0b111011 == 0b111000 && w.bit(21) == 0:
		if w.bits(11, 10) == 2 && (w.bit(26) == 1 || w.bits(31, 30) == 3 && w.bit(23) == 1) { // unprivileged: there are none of vectors, and no prefetch
			return
		}
		o.changes(w, w.bits(11, 10), w.signed(20, 12))
		o.single(w)
	case op&0b111011 == 0b111000 && w.bits(11, 10) == 2:
		if w.bit(14) == 1 { // uxtw, lsl, sxtw or sxtx; the others are reserved
			o.single(w)
		}
	case op == 0b111000 && w.bits(11, 10) == 0:
		o.modifies(w)
	}
	if o.base != machine.NoReg && o.base != arm64.SP && slices.Contains(o.regs, o.base) {
		o.kind = unsupported // unpredictable
	}
}

// changes notes the base register's change, by the two bits of all such instructions.
func (o *operation) changes(w word, mode uint32, by int64) {
	if mode&1 == 1 {
		o.base, o.moved = w.rnSP(), uint64(by)
	}
}

// transfer makes it a load or store.
func (o *operation) transfer(isLoad bool) {
	if o.kind = store; isLoad {
		o.kind = load
	}
}

// single is a load or store of one register, or a prefetch.
func (o *operation) single(w word) {
	opc := w.bits(23, 22)
	o.size = 1 << w.bits(31, 30)
	if w.bit(26) == 1 {
		switch {
		case opc > 1 && o.size == 1:
			o.size = 16
		case opc > 1:
			return
		}
		o.vecs = []uint32{w.bits(4, 0)}
		o.transfer(opc&1 == 1)
		return
	}
	o.regs = []machine.Reg{w.rd()}
	switch {
	case o.size == 8 && opc == 2: // prfm
		if o.base == machine.NoReg {
			o.kind = nothing
		}
	case opc > 1 && o.size == 8, opc == 3 && o.size == 4:
	case opc > 1:
		o.kind, o.signed = load, 8>>(opc-2)
	default:
		o.transfer(opc == 1)
	}
}

// literal is a load from a place relative to the PC.
func (o *operation) literal(w word) {
	switch opc := w.bits(31, 30); {
	case w.bit(26) == 1 && opc < 3:
		o.kind, o.size, o.vecs = load, 4<<opc, []uint32{w.bits(4, 0)}
	case w.bit(26) == 1:
	case opc == 3: // prfm
		o.kind = nothing
	default:
		o.kind, o.size, o.regs = load, [...]int{4, 8, 4}[opc], []machine.Reg{w.rd()}
		if opc == 2 {
			o.signed = 8
		}
	}
}

// pair is a load or store of two registers.
func (o *operation) pair(w word) {
	opc, isLoad := w.bits(31, 30), w.bit(22) == 1
	switch {
	case opc == 3, w.bit(26) == 0 && opc == 1 && !isLoad: // the second: stgp
		return
	case w.bit(26) == 1:
		o.size, o.vecs = 4<<opc, []uint32{w.bits(4, 0), w.bits(14, 10)}
		if isLoad && o.vecs[0] == o.vecs[1] {
			return
		}
	default:
		o.size, o.regs = 4<<(opc>>1), []machine.Reg{w.rd(), w.ra()}
		if isLoad && o.regs[0] == o.regs[1] {
			return
		}
		if opc == 1 { // ldpsw
			o.signed = 8
			if w.bits(24, 23) == 0 { // there is no ldnpsw
				return
			}
		}
	}
	o.changes(w, w.bits(24, 23), w.signed(21, 15)*int64(o.size))
	o.transfer(isLoad)
}

// wholeVectors is ld1 or st1 of one to four registers.
func (o *operation) wholeVectors(w word) {
	count := map[uint32]int{7: 1, 10: 2, 6: 3, 2: 4}[w.bits(15, 12)]
	changes := w.bit(23) == 1
	if count == 0 || w.bit(21) == 1 || !changes && w.bits(20, 16) != 0 {
		return
	}
	o.size = 8 << w.bit(30)
	for n := range uint32(count) {
		o.vecs = append(o.vecs, (w.bits(4, 0)+n)%32)
	}
	if changes {
		o.base, o.moved = w.rnSP(), uint64(count*o.size)
		if w.bits(20, 16) != 31 {
			o.index = w.rm()
		}
	}
	o.transfer(w.bit(22) == 1)
}

// exclusive decodes load-exclusive, store-exclusive, load-acquire, store-release and
// compare-and-swap.
func (o *operation) exclusive(w word) {
	o.size, o.atomic = 1<<w.bits(31, 30), true
	isLoad, pair := w.bit(22) == 1, w.bit(21) == 1
	o.rd, o.regs = w.rm(), []machine.Reg{w.rd()}
	switch {
	case w.bit(23) == 1 && pair: // cas
		if w.bits(14, 10) == 31 {
			o.kind, o.rm, o.regs = swapIf, w.rd(), nil
		}
		return
	case w.bit(23) == 1:
		o.rd = machine.NoReg
		o.transfer(isLoad)
		return
	case pair && w.bit(31) == 0: // casp
		if w.bits(14, 10) == 31 && w.bit(16) == 0 && w.bit(0) == 0 {
			o.kind, o.rm, o.size, o.how, o.regs = swapIf, w.rd(), 4<<w.bit(30), 1, nil
		}
		return
	case pair:
		o.regs = append(o.regs, w.ra())
		if isLoad && o.regs[0] == o.regs[1] {
			return
		}
	}
	switch {
	case isLoad:
		o.kind = loadExclusive
	case o.rd == machine.NoReg, o.rd != w.rnSP() && !slices.Contains(o.regs, o.rd): // else unpredictable
		o.kind = storeExclusive
	}
}

// modifies decodes the read-modify-write instructions of FEAT_LSE, and ldapr.
func (o *operation) modifies(w word) {
	o.size, o.atomic = 1<<w.bits(31, 30), true
	o.rd, o.rn = w.rd(), w.rm()
	switch op := w.bits(15, 12); {
	case w.bit(26) == 1, w.bit(21) == 0:
	case op <= atomicSwap:
		o.kind, o.how = atomic, op
	case op == 0b1100 && w.bits(23, 22) == 2: // ldapr
		o.kind, o.regs = load, []machine.Reg{w.rd()}
	}
}
