package arm64

import "rseqstep/stepper/machine"

// immediate decodes data processing with an immediate operand.
func (d *decoder) immediate() {
	rd, rn := general(d.rd()), general(d.rn())
	switch d.bits(25, 23) {
	case 0, 1: // adr, adrp
		d.set(rd)
	case 2: // add, sub
		d.read(orSP(d.rn()))
		if d.insn.Flags = d.bit(29) == 1; !d.insn.Flags {
			rd = orSP(d.rd())
		}
		d.set(rd)
	case 3:
		if d.bit(22) == 1 { // smax, smin, umax, umin
			d.read(rn)
			d.set(rd)
		} else { // addg, subg
			d.read(orSP(d.rn()))
			d.set(orSP(d.rd()))
		}
	case 4: // and, orr, eor, ands
		d.read(rn)
		if d.insn.Flags = d.bits(30, 29) == 3; !d.insn.Flags {
			rd = orSP(d.rd())
		}
		d.set(rd)
	case 5: // movn, movz, movk
		if d.bits(30, 29) == 3 {
			d.read(rd)
		}
		d.set(rd)
	case 6: // sbfm, bfm, ubfm
		d.read(rn)
		if d.bits(30, 29) == 1 {
			d.read(rd)
		}
		d.set(rd)
	case 7:
		if d.bits(30, 29) == 3 { // autiasppc
			d.read(X30, SP)
			d.set(X30)
		} else { // extr
			d.read(rn, general(d.rm()))
			d.set(rd)
		}
	}
}

// register decodes data processing of registers.
func (d *decoder) register() {
	rd, rn, rm := general(d.rd()), general(d.rn()), general(d.rm())
	switch op := d.bits(24, 21); {
	case d.bit(28) == 0 && op < 8: // and, orr, eor, ands, shifted
		d.insn.Flags = d.bits(30, 29) == 3
	case d.bit(28) == 0:
		d.insn.Flags = d.bit(29) == 1
		if op&1 == 1 { // add and sub, extended; else shifted
			rn = orSP(d.rn())
			if !d.insn.Flags {
				rd = orSP(d.rd())
			}
		}
	case op == 0: // adc, sbc; rmif, setf8, setf16; addpt, subpt
		switch d.bits(15, 10) & 15 {
		case 1, 2:
			rd, rm = machine.NoReg, machine.NoReg
		}
		if d.bits(15, 13) == 1 {
			rd, rn = orSP(d.rd()), orSP(d.rn())
		}
		d.insn.Flags = d.bit(29) == 1
	case op == 2: // ccmn, ccmp
		d.insn.Flags = true
		if rd = machine.NoReg; d.bit(11) == 1 {
			rm = machine.NoReg
		}
	case op == 4: // csel, csinc, csinv, csneg
	case op == 6 && d.bit(30) == 0:
		rd, rn, rm = d.twoSources()
	case op == 6: // one source
		rm = machine.NoReg
		if d.bits(20, 16) == 1 { // pacia, autia, …
			d.read(rd)
			rn = orSP(d.rn())
			d.read(SP, X16)
		}
	case op >= 8: // madd, msub, …
		d.read(general(d.ra()))
	default:
		d.unlisted()
		return
	}
	d.read(rn, rm)
	d.set(rd)
}

// twoSources are the operands of the group of that name, which differ about SP.
func (d *decoder) twoSources() (rd, rn, rm machine.Reg) {
	rd, rn, rm = general(d.rd()), general(d.rn()), general(d.rm())
	switch d.bits(15, 10) {
	case 0: // subp, subps
		rn, rm = orSP(d.rn()), orSP(d.rm())
		d.insn.Flags = d.bit(29) == 1
	case 4: // irg
		rd, rn = orSP(d.rd()), orSP(d.rn())
	case 5: // gmi
		rn = orSP(d.rn())
	case 12: // pacga
		rm = orSP(d.rm())
	}
	return rd, rn, rm
}

// vector decodes data processing of floating-point and vector registers: only what it does with
// general registers and flags.
func (d *decoder) vector() {
	rd, rn := general(d.rd()), general(d.rn())
	switch {
	case d.bits(30, 24) == 0b0011110 && d.bit(21) == 0: // conversions of fixed-point numbers
		d.convert(rd, rn, d.bits(18, 16) < 2)
	case d.bits(30, 24) == 0b0011110 && d.bits(15, 10) == 0: // of integers; fmov; fjcvtzs
		op := d.bits(18, 16)
		d.convert(rd, rn, op != 2 && op != 3 && op != 7)
		d.insn.Flags = d.bit(31) == 0 && d.bits(23, 16) == 0b01111110
	case d.bits(30, 24) == 0b0011110 && (d.bits(15, 10) == 8 || d.bits(11, 10) == 1): // fcmp, fccmp
		d.insn.Flags = true
	case d.bit(31) == 0 && d.bits(29, 21) == 0b001110000 && d.bit(15) == 0 && d.bit(10) == 1: // copies
		switch d.bits(14, 11) {
		case 5, 7: // smov, umov
			d.set(rd)
		case 1, 3: // dup, ins
			d.read(rn)
		}
	}
}

// convert is a conversion to or from a general register.
func (d *decoder) convert(rd, rn machine.Reg, toGeneral bool) {
	if toGeneral {
		d.set(rd)
	} else {
		d.read(rn)
	}
}
