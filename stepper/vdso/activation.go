package vdso

import (
	"slices"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// activation is one call of a vDSO function in one thread.
type activation struct {
	function machine.VDSOFunction
	back     table.Addr // return address
	cfa      table.Addr // stack pointer after the return
	args     [6]uint64  // as they were at the first instruction
	seen     bool       // args is known: the thread was seen there
	untaken  bool       // getrandom: no call used its state at the first instruction

	rounds   map[round]int
	runs     int       // drive.Thread.Runs at the last look; if it has changed, this may be another call
	rung     rseq.Rung // the rung that ended it
	looks    int       // how often a look has found it running, drive.FirstLook apart
	notified []string  // the texts of the notes about it
}

// newActivation describes the call that a frame belongs to, of a thread with these registers. It
// knows the arguments only at the function's first instruction.
func newActivation(f *machine.VDSOFrame, r *machine.Regs, runs int) *activation {
	a := &activation{function: f.Function, back: f.Caller.PC(), cfa: f.CFA(), rounds: map[round]int{}, runs: runs, rung: rseq.RungRun}
	if r.PC() == f.Function.Start {
		a.seen, a.args = true, r.Arguments()
	}
	return a
}

// name is the function as the C library calls it.
func (a *activation) name() string { return a.function.Short }

// is reports whether a frame belongs to this activation.
func (a *activation) is(f *machine.VDSOFrame) bool {
	return a.cfa == f.CFA() && a.back == f.Caller.PC() && a.function.Start == f.Function.Start
}

// begins reports whether a thread with these registers, at the function's first instruction, may
// be at the beginning of this activation. In a later call with the same arguments, to treat it as
// the same one is correct.
func (a *activation) begins(r *machine.Regs) bool { return a.seen && a.args == r.Arguments() }

// news reports whether a text is new among the notes about the activation, and records it.
func (a *activation) news(text string) bool {
	if slices.Contains(a.notified, text) {
		return false
	}
	a.notified = append(a.notified, text)
	return true
}

// activations are the calls of vDSO functions in which a thread was stepped and which it has not
// left, innermost last: a signal's handler may have interrupted one and called a function itself.
type activations []*activation

// of finds the activation of a frame among those in which the thread was stepped without a native
// run since; nil for none.
func (list activations) of(f *machine.VDSOFrame, runs int) *activation {
	for _, a := range list {
		if a.runs == runs && a.is(f) {
			return a
		}
	}
	return nil
}

// with adds an activation and removes those that it replaces, or that are no longer known to be
// under way.
func (list activations) with(a *activation, runs int) activations {
	var kept activations
	for _, b := range list {
		if b.runs == runs && b.cfa != a.cfa {
			kept = append(kept, b)
		}
	}
	return append(kept, a)
}

// without removes an activation that has ended.
func (list activations) without(a *activation) activations {
	return slices.DeleteFunc(list, func(b *activation) bool { return a == b })
}

// resumed records that a thread with the count runs is where it was when the count was before.
func (list activations) resumed(before, runs int) {
	for _, a := range list {
		if a.runs == before {
			a.runs = runs
		}
	}
}
