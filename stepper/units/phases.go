package units

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Phases are the quiet phases of the threads of one process. A quiet phase is a short period in
// which one thread single-steps with its rseq registration lifted, so that stops neither abort
// sections nor rewrite the area. The thread is pinned to its CPU, its signals are blocked, and
// every other thread is held. The guarantee of sections, that nothing else uses the CPU's data,
// holds because nothing else of the program runs.
type Phases struct {
	*Parts
	policy *Policy
	of     map[*drive.Thread]*phase
}

// phase is the quiet phase of one thread.
type phase struct {
	rseq.Quiet
	config tracee.RseqConfig
}

// In reports whether a thread is in a quiet phase.
func (p *Phases) In(th *drive.Thread) bool { return p.of[th] != nil }

// Any reports whether a thread of the program is in a quiet phase.
func (p *Phases) Any() bool {
	for th := range p.of {
		if p.Drive.Knows(th) {
			return true
		}
		delete(p.of, th) // the thread has ended
	}
	return false
}

// Inside returns the section that a thread of a quiet phase has armed and stands in, nil if there
// is none. Precondition: th.Regs are the thread's.
func (p *Phases) Inside(th *drive.Thread) *table.Placed {
	if q := p.of[th]; q != nil && q.Inside(th.Regs.PC()) {
		return q.Placed
	}
	return nil
}

// end records that a thread is in no quiet phase.
func (p *Phases) end(th *drive.Thread) {
	delete(p.of, th)
	th.Lifted = nil
}

// Settle ends the phases of those threads whose registration the book has restored.
func (p *Phases) Settle() {
	for th := range p.of {
		if !p.Book.Lifted(th.TID) {
			p.end(th)
			th.RseqKnown = false
		}
	}
}

// Forget ends every phase: another program has replaced the one in which they were.
func (p *Phases) Forget() {
	for th := range p.of {
		p.end(th)
	}
}
