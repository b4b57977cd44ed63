package stepper

import "rseqstep/table"

// tally counts a pass of the thread.
func (e *Engine) tally(th *thread, p *table.Placed, r Result) {
	if r != Committed {
		th.fruitless++
	}
	th.passes.Count(p.Start, r)
}

// looks reports whether a line step over the section should start its watchdog at once: the
// section is stuck, and no point at its arming store will catch its next pass.
func (e *Engine) looks(th *thread, p *table.Placed) bool {
	if n := th.passes[p.Start]; !n.Stuck(e.policy.StuckLimit) || n.Helpless {
		return false
	}
	_, met := e.helpedAt(th, p)
	return !met
}
