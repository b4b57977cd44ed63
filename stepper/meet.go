package stepper

import (
	"rseqstep/stepper/ledger"
	"rseqstep/table"
)

// meet decides at a planted breakpoint that a thread has come to: a trap of a move,
// the dynamic linker's hook, or the user's own.
// Precondition: every thread is held.
func (e *Engine) meet(th *thread, at table.Addr) answer {
	if err := e.load(th); err != nil {
		return fails(err)
	}
	th.stoppedAt = at
	if err := e.passMet(th, at); err != nil {
		return fails(err)
	}
	e.findSection(th)
	if e.book.OwnedFor(at, ledger.Linker) {
		if err := e.reload(); err != nil {
			return fails(err)
		}
	}
	if a := stopped(e.userBreak(th, at)); !a.goesOn() {
		e.met = th.tid
		return a
	}
	if a := stopped(e.callReturned(th)); !a.goesOn() {
		return a
	}
	if a := e.atTrap(th, at); !a.goesOn() {
		return a
	}
	if _, p, err := e.atArming(th); err != nil || p == nil || !e.wantedInside(th, p) {
		return fails(err)
	}
	return then(e.throughSection(th), nil)
}

// atTrap asks every move about a thread that stands at a place, whether it has met a
// breakpoint there or not: the innermost first, then those around it. A command's
// own places count on whatever way its thread takes.
func (e *Engine) atTrap(th *thread, at table.Addr) answer {
	for i := len(e.moves) - 1; i >= 0; i-- {
		if m := e.moves[i]; m.th == th && m.gait == native && !m.quiet && e.target.Alive() && th.regs.PC() == at {
			if a := e.askMove(m, th); !a.goesOn() {
				return a
			}
		}
	}
	return answer{}
}
