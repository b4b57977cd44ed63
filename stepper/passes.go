package stepper

import "rseqstep/table"

// passes counts a thread's fruitless passes of one section since its last commit.
type passes struct {
	aborts, sides int
	quiets        int // quiet phases that brought no commit

	// Of the passes that line steps run (passhelp.go).
	arm        table.Addr // the arming store, 0 where it is not found
	armKnown   bool       // it was looked for
	vectorless bool       // no cpu_opv vector can be made of it
	helpless   bool       // nothing has helped
}

// tally counts a pass. A commit starts anew.
func (e *Engine) tally(th *thread, p *table.Placed, r Result) {
	if r == Committed {
		delete(th.passes, p.Start)
		return
	}
	th.fruitless++
	n := th.passesOf(p)
	switch r {
	case Aborted, Restarts:
		n.aborts++
	case SideExit:
		n.sides++
	}
}

func (th *thread) passesOf(p *table.Placed) *passes {
	if th.passes == nil {
		th.passes = map[table.Addr]*passes{}
	}
	n := th.passes[p.Start]
	if n == nil {
		n = &passes{}
		th.passes[p.Start] = n
	}
	return n
}

// looks reports whether a line step over the section should not wait for its
// watchdog: it is stuck, and will not be met at its arming store.
func (e *Engine) looks(th *thread, p *table.Placed) bool {
	if !e.stuck(th, p) || th.passes[p.Start].helpless {
		return false
	}
	_, met := e.helpedAt(th, p)
	return !met
}

// stuck reports whether the section has earned more than being run.
func (e *Engine) stuck(th *thread, p *table.Placed) bool {
	n := th.passes[p.Start]
	return n != nil && n.aborts+n.sides >= max(e.policy.StuckLimit, 1)
}
