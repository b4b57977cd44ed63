package arm64

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/opv/interp"
)

// immediate decodes data processing with an immediate operand.
func (o *operation) immediate(w word, u *machine.Insn) {
	o.rd, o.rn = w.rd(), w.rn()
	switch w.bits(25, 23) {
	case 0, 1: // adr, adrp
		o.kind, o.width, o.mem.PCRelative = constant, 8, true
		_, o.imm, _ = arm64.Arch().Constant(u, nil)
		if o.rd == machine.NoReg {
			o.kind = nothing
		}
	case 2: // add, sub
		o.sum(w)
		o.rn = w.rnSP()
		o.second = operand{constant: true, imm: uint64(w.bits(21, 10)) << (12 * w.bit(22))}
		if !o.flags {
			o.rd = w.rdSP()
		}
	case 4: // and, orr, eor, ands
		imm, ok := arm64.Bitmask(uint32(w))
		if !ok || w.bit(31) == 0 && w.bit(22) == 1 {
			return
		}
		o.logic(w)
		o.second = operand{constant: true, imm: interp.Cut(imm, o.width)}
		if !o.flags {
			o.rd = w.rdSP()
		}
	case 5: // movn, movz, movk
		o.wide(w)
	case 6: // sbfm, bfm, ubfm
		if w.bit(22) != w.bit(31) || w.bits(30, 29) == 3 || w.bit(31) == 0 && (w.bit(21) == 1 || w.bit(15) == 1) {
			return
		}
		o.kind, o.how, o.by, o.to = bitfield, w.bits(30, 29), uint(w.bits(21, 16)), uint(w.bits(15, 10))
	case 7: // extr
		if w.bits(30, 29) != 0 || w.bit(22) != w.bit(31) || w.bit(21) == 1 || w.bit(31) == 0 && w.bit(15) == 1 {
			return
		}
		o.kind, o.rm, o.by = extract, w.rm(), uint(w.bits(15, 10))
	}
}

// sum is add or sub, with or without flags.
func (o *operation) sum(w word) {
	o.kind = add
	if w.bit(30) == 1 {
		o.kind = sub
	}
	o.flags = w.bit(29) == 1
}

func (o *operation) logic(w word) {
	o.kind = [...]kind{and, or, xor, and}[w.bits(30, 29)]
	o.flags = w.bits(30, 29) == 3
}

// wide decodes movn, movz and movk.
func (o *operation) wide(w word) {
	at := uint(16 * w.bits(22, 21))
	if int(at) >= 8*o.width || w.bits(30, 29) == 1 {
		return
	}
	o.kind, o.imm, o.by = constant, uint64(w.bits(20, 5)), at
	switch w.bits(30, 29) {
	case 0:
		o.imm = interp.Cut(^(o.imm << at), o.width)
	case 2:
		o.imm <<= at
	case 3:
		o.kind = insert
	}
}

// registers decodes add, sub and the logical operations with a shifted or extended register.
func (o *operation) registers(w word) {
	by := uint(w.bits(15, 10))
	o.rd, o.rn = w.rd(), w.rn()
	o.second = operand{reg: w.rm(), shift: shift(w.bits(23, 22)), by: by}
	switch {
	case w.bit(24) == 0:
		if w.bit(31) == 0 && by > 31 {
			return
		}
		o.logic(w)
		o.second.invert = w.bit(21) == 1
	case w.bit(21) == 0:
		if w.bits(23, 22) == 3 || w.bit(31) == 0 && by > 31 {
			return
		}
		o.sum(w)
	default:
		o.second = operand{reg: w.rm(), extended: true, extend: w.bits(15, 13), by: by & 7}
		if w.bits(23, 22) != 0 || o.second.by > 4 {
			return
		}
		o.sum(w)
		o.rn = w.rnSP()
		if !o.flags {
			o.rd = w.rdSP()
		}
	}
}

// others decodes the other instructions on registers.
func (o *operation) others(w word) {
	o.rd, o.rn, o.rm, o.ra = w.rd(), w.rn(), w.rm(), w.ra()
	switch op := w.bits(24, 21); {
	case op == 0 && w.bits(15, 10) == 0: // adc, sbc
		o.kind, o.flags = addCarry, w.bit(29) == 1
		if w.bit(30) == 1 {
			o.kind = subCarry
		}
	case op == 2 && w.bit(29) == 1 && w.bit(10) == 0 && w.bit(4) == 0: // ccmn, ccmp
		o.kind, o.rd, o.how, o.cond, o.imm = compareIf, machine.NoReg, w.bit(30), w.bits(15, 12), uint64(w.bits(3, 0))
		o.second = operand{reg: w.rm()}
		if w.bit(11) == 1 {
			o.second = operand{constant: true, imm: uint64(w.bits(20, 16))}
		}
	case op == 4 && w.bit(29) == 0 && w.bit(11) == 0: // csel, csinc, csinv, csneg
		o.kind, o.how, o.cond = choose, w.bit(30)<<1|w.bit(10), w.bits(15, 12)
	case op == 6 && w.bit(29) == 0 && w.bit(30) == 0:
		o.two(w.bits(15, 10))
	case op == 6 && w.bits(30, 29) == 2 && w.bits(20, 16) == 0:
		o.one(w.bits(15, 10))
	case op >= 8 && w.bits(30, 29) == 0:
		o.three(w)
	}
}

// two are udiv, sdiv, and the shifts by a register.
func (o *operation) two(op uint32) {
	switch op {
	case 2, 3:
		o.kind, o.how = divide, op&1
	case 8, 9, 10, 11:
		o.kind, o.second.shift = shiftBy, shift(op&3)
	}
}

// one are rbit, rev and the like, clz and cls.
func (o *operation) one(op uint32) {
	switch {
	case op == 0:
		o.kind = reverse // to is 0: bits
	case op < 3, op == 3 && o.width == 8:
		o.kind, o.to = reverse, 1<<op
	case op == 4, op == 5:
		o.kind, o.how = countLeading, op&1
	}
}

// three are madd, msub, and those with a longer product.
func (o *operation) three(w word) {
	o.how = w.bit(23) // 1: unsigned
	switch op := w.bits(23, 21); {
	case op == 0:
		o.kind = mulAdd
	case w.bit(31) == 0:
		return
	case op&3 == 1: // smaddl, umaddl
		o.kind, o.size = mulAdd, 4
	case op&3 == 2 && w.bit(15) == 0 && w.bits(14, 10) == 31:
		o.kind = mulHigh
		return
	}
	if o.kind == mulAdd && w.bit(15) == 1 {
		o.kind = mulSub
	}
}
