package vdso

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// round is the head of a loop in one frame, of the function or one of its helpers.
type round struct{ head, cfa table.Addr }

// after counts the rounds of the activation's loops: the thread has executed insn in the frame
// with the CFA inner, and is now at pc, in the vDSO. If a loop has then repeated too often, after
// returns how often, otherwise 0.
func (a *activation) after(insn *machine.Insn, pc, inner table.Addr) (rounds int) {
	switch insn.Kind {
	case machine.Call, machine.IndirectCall:
		// What the helper did in an earlier call belongs to another activation of it.
		for r := range a.rounds {
			if r.cfa < inner {
				delete(a.rounds, r)
			}
		}
	case machine.Jump, machine.CondJump, machine.IndirectJump:
		if pc > insn.Addr || insn.Kind != machine.IndirectJump && pc != insn.Target {
			break
		}
		r := round{head: pc, cfa: inner}
		a.rounds[r]++
		if limit := a.limit(); limit > 0 && a.rounds[r] >= limit {
			return a.rounds[r]
		}
	}
	return 0
}

// maxRounds is how often a loop of a vDSO function may repeat in one activation while it is
// stepped (DESIGN 4.4).
const maxRounds = 3

// limit is how often a loop of the activation may repeat; 0: without limit. getrandom's loops
// all end by themselves, stepped or not: each round copies and generates at least a byte, and
// they start over once at most (lib/vdso/getrandom.c, have_retried). ChaCha20 takes ten rounds
// for one block of 64 bytes, and getrandom's smallest call makes two blocks.
func (a *activation) limit() int {
	if !a.bounded() {
		return maxRounds
	}
	if !a.seen {
		return 0
	}
	return int(2*min(a.args[1], maxRandom)) + 64
}

// enoughLooks is how many looks must find an activation running natively before it counts as
// stuck.
func (a *activation) enoughLooks() int {
	if !a.bounded() {
		return 1
	}
	return 2 + int(min(a.args[1], maxRandom)/slowestRandom)
}

// bounded reports whether the function's loops end by themselves, however slowly it runs.
func (a *activation) bounded() bool { return a.name() == "getrandom" }

// maxRandom is how many bytes one call of getrandom returns at most: MAX_RW_COUNT,
// include/linux/fs.h.
const maxRandom = 0x7ffff000

// slowestRandom is how many bytes getrandom generates per second at least: a hundredth of what
// it generates on a current processor.
const slowestRandom = 4 << 20
