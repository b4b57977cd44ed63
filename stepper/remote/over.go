package remote

import "rseqstep/stepper"

// stepsOver reports whether a continue of every thread is part of a client's
// step. No packet says so. A client that runs a call to its end, as next, finish
// and until do, has put a breakpoint where the frame of its thread returns to,
// and has done so just now: a user's own has been there before, as a rule.
func (c *client) stepsOver(e *stepper.Engine) bool {
	fresh := false
	for _, b := range c.p.points {
		fresh = fresh || b.wanted && !b.used
	}
	if !fresh {
		return false
	}
	regs, err := e.Regs(e.Thread())
	if err != nil {
		return false
	}
	_, caller, ok := e.Symbols().Caller(&regs, c.p.target)
	if !ok {
		return false
	}
	b := c.p.points[point{kind: 0, addr: caller.PC(), length: 1}]
	return b != nil && b.wanted && !b.used
}

// use notes the breakpoints that the program is about to run with.
func (c *client) use() {
	for _, b := range c.p.points {
		b.used = b.used || b.wanted
	}
}
