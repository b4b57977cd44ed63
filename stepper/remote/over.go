package remote

import "rseqstep/stepper"

// stepsOver reports whether a continue of every thread is part of a client's step. No
// packet tells that. A client that runs a call to its end, as next, finish and until do,
// has just set a breakpoint at the return address of its thread's frame; a user's own
// breakpoint there is usually older.
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

// markUsed records the breakpoints that are inserted for the next run of the
// program.
func (c *client) markUsed() {
	for _, b := range c.p.points {
		b.used = b.used || b.wanted
	}
}
