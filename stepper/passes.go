package stepper

import "rseqstep/table"

// passes counts a thread's fruitless passes of one section since its last commit.
type passes struct {
	aborts, sides int
	quiets        int // quiet phases that brought no commit
	lines         int // line steps that were left to the abort handler
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

// tallyLine counts the passes that a line step has run natively. It sees only
// where the line was left to, so these make later line steps look (looks), but
// climb nothing.
func (e *Engine) tallyLine(th *thread, sections map[*table.Placed]bool) error {
	if len(sections) == 0 {
		return nil
	}
	if err := e.load(th); err != nil {
		if isGone(err) {
			return nil // its exit is the next event
		}
		return err
	}
	pc := th.regs.PC()
	for p := range sections {
		if pc == p.Abort || pc == e.handlerTarget(p) {
			th.passesOf(p).lines++
		}
	}
	return nil
}

// looks reports whether a line step over the section should not wait for its watchdog.
func (e *Engine) looks(th *thread, p *table.Placed) bool {
	n := th.passes[p.Start]
	return n != nil && n.lines >= max(e.policy.StuckLimit, 1) || e.stuck(th, p)
}

// handlerTarget is where an abort handler without lines of its own leads to, 0
// where that is not known.
func (e *Engine) handlerTarget(p *table.Placed) table.Addr {
	_, to, _ := e.handler(p)
	return to
}

// stuck reports whether the section has earned more than being run.
func (e *Engine) stuck(th *thread, p *table.Placed) bool {
	n := th.passes[p.Start]
	return n != nil && n.aborts+n.sides >= max(e.policy.StuckLimit, 1)
}
