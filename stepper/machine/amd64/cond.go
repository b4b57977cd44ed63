package amd64

import "rseqstep/stepper/machine"

// The values of Insn.Cond: condNone, a jcc's condition code plus one, or one
// of those below. loopne, loope, loop and jrcxz are numbered as opcodes E0 to E3.
const (
	condNone      = 0
	condLoopNE    = 17
	condLoopE     = 18
	condLoop      = 19
	condRCXZ      = 20
	condShort     = 21 // 21 to 24: the same, counting in ecx
	condUnknown   = 25 // xbegin
	conditionMask = 15
)

// condOf is the condition of a jcc opcode.
func condOf(opcode byte) uint8 { return opcode&conditionMask + 1 }

// Flags in RFLAGS (Intel SDM volume 1, 3.4.3).
const (
	flagCF = 1 << 0
	flagPF = 1 << 2
	flagZF = 1 << 6
	flagSF = 1 << 7
	flagTF = 1 << 8
	flagDF = 1 << 10 // clear at a function's first instruction (psABI 3.2.1)
	flagOF = 1 << 11
	flagRF = 1 << 16 // no debug register matches the next instruction (Intel SDM volume 3, 18.3.1.1); the kernel sets it when it reports one
)

// Taken implements machine.Decoder. It is unknown for xbegin.
func (decoding) Taken(i *machine.Insn, r *machine.Regs) (taken, known bool) {
	if i.Cond == condUnknown {
		return false, false
	}
	if i.Cond <= 16 {
		return holds(i.Cond-1, r.W[EFLAGS]), true
	}
	cond, count := i.Cond, r.W[RCX]
	if cond >= condShort {
		cond -= condShort - condLoopNE
		count = uint64(uint32(count))
	}
	zero := r.W[EFLAGS]&flagZF != 0
	last := count == 1 // loop counts down first
	switch cond {
	case condLoopNE:
		return !last && !zero, true
	case condLoopE:
		return !last && zero, true
	case condLoop:
		return !last, true
	default:
		return count == 0, true
	}
}

// holds evaluates a condition code (Intel SDM volume 1, appendix B).
func holds(code uint8, flags uint64) bool {
	set := func(mask uint64) bool { return flags&mask != 0 }
	less := set(flagSF) != set(flagOF)
	var r bool
	switch code >> 1 {
	case 0:
		r = set(flagOF)
	case 1:
		r = set(flagCF)
	case 2:
		r = set(flagZF)
	case 3:
		r = set(flagCF | flagZF)
	case 4:
		r = set(flagSF)
	case 5:
		r = set(flagPF)
	case 6:
		r = less
	case 7:
		r = less || set(flagZF)
	}
	return r != (code&1 == 1)
}

// keepsFlags reports whether the instruction is known not to change the
// arithmetic flags; false for any not listed.
func (d *decoder) keepsFlags() bool {
	op := d.opcode
	in := func(low, high byte) bool { return op-low <= high-low }
	switch {
	case d.encoding == xop || d.encoding == evex:
		return false
	case d.encoding == vex:
		return d.opmap == map0F && (in(0x10, 0x17) || in(0x28, 0x2b) || op == 0x6e || op == 0x6f || op == 0x7e || op == 0x7f || op == 0xd6 || op == 0xe7)
	case d.opmap == mapOne:
		switch {
		case in(0x50, 0x5f), op == 0x63, op == 0x68, op == 0x6a, in(0x70, 0x7f), in(0x86, 0x8f), in(0x90, 0x99),
			in(0xa0, 0xa5), in(0xaa, 0xad), in(0xb0, 0xbf), op == 0xc6, in(0xe0, 0xe3), op == 0xe9, op == 0xeb:
			return true
		case op == 0xc7:
			return d.modReg() == 0
		case op == 0xf6, op == 0xf7:
			return d.modReg() == 2 // not
		}
	case d.opmap == map0F:
		return op == 0x0d || in(0x10, 0x1f) || op == 0x28 || op == 0x29 || op == 0x2b || in(0x40, 0x4f) ||
			op == 0x6e || op == 0x6f || op == 0x7e || op == 0x7f || in(0x80, 0x9f) || op == 0xb6 || op == 0xb7 ||
			op == 0xbe || op == 0xbf || op == 0xc3 || in(0xc8, 0xcf) || op == 0xd6 || op == 0xe7
	}
	return false
}
