package arm64

import "rseqstep/stepper/machine"

// Bits of PSTATE as in the kernel's pstate (arch/arm64/include/uapi/asm/ptrace.h).
const (
	pstateV     = 1 << 28
	pstateC     = 1 << 29
	pstateZ     = 1 << 30
	pstateN     = 1 << 31
	pstateBTYPE = 3 << 10 // an indirect branch has just been executed, which must end at an instruction that allows it
)

// passes is no bit of PSTATE, which has 32: the processor has no such flag, so the backend provides it.
const passes = 1 << 63

// The values of Insn.Cond: condNone, a condition code plus one, or one of those below.
const (
	condNone    = 0
	condZero    = 17 // cbz
	condNonzero = 18 // cbnz
	condBit0    = 19 // tbz
	condBit1    = 20 // tbnz
	condCompare = 21 // cb<cc>, cbb<cc>, cbh<cc>: the word has the rest
)

// Taken implements machine.Decoder.
func (decoding) Taken(i *machine.Insn, r *machine.Regs) (taken, known bool) {
	w := wordOf(i.Bytes())
	v := r.Value(general(w.rd()))
	narrow := func(v uint64) uint64 {
		if w.bit(31) == 0 {
			return uint64(uint32(v))
		}
		return v
	}
	switch c := i.Cond; {
	case c <= 16:
		return holds(uint32(c-1), r.W[PSTATE]), true
	case c == condZero:
		return narrow(v) == 0, true
	case c == condNonzero:
		return narrow(v) != 0, true
	case c == condBit0, c == condBit1:
		bit := w.bit(31)<<5 | w.bits(23, 19)
		return v>>bit&1 == uint64(c-condBit0), true
	}
	return w.comparesAs(r, v)
}

// comparesAs is Taken for compare-and-branch, whose first operand is v.
func (w word) comparesAs(r *machine.Regs, v uint64) (taken, known bool) {
	width := 32 << w.bit(31)
	var u uint64
	if w.bit(24) == 1 {
		u = uint64(w.bits(20, 15))
		switch w.bits(23, 21) {
		case 0: // gt
			return signed(v, width) > signed(u, width), true
		case 1: // lt
			return signed(v, width) < signed(u, width), true
		}
	} else {
		u = r.Value(general(w.rm()))
		switch w.bits(15, 14) {
		case 2:
			width = 8
		case 3:
			width = 16
		}
		switch w.bits(23, 21) {
		case 0: // gt
			return signed(v, width) > signed(u, width), true
		case 1: // ge
			return signed(v, width) >= signed(u, width), true
		}
	}
	v, u = v<<(64-width), u<<(64-width)
	switch w.bits(23, 21) {
	case 2: // hi
		return v > u, true
	case 3: // hs; of a constant lo
		if w.bit(24) == 1 {
			return v < u, true
		}
		return v >= u, true
	case 6: // eq
		return v == u, true
	case 7: // ne
		return v != u, true
	}
	return false, false
}

// signed sign-extends the low bits of v.
func signed(v uint64, bits int) int64 { return int64(v<<(64-bits)) >> (64 - bits) }

// holds evaluates a condition code (Arm ARM C1.2.4).
func holds(code uint32, pstate uint64) bool {
	set := func(mask uint64) bool { return pstate&mask != 0 }
	same := set(pstateN) == set(pstateV)
	var r bool
	switch code >> 1 {
	case 0:
		r = set(pstateZ)
	case 1:
		r = set(pstateC)
	case 2:
		r = set(pstateN)
	case 3:
		r = set(pstateV)
	case 4:
		r = set(pstateC) && !set(pstateZ)
	case 5:
		r = same
	case 6:
		r = same && !set(pstateZ)
	case 7:
		return true // al, and nv, which is the same
	}
	return r != (code&1 == 1)
}
