package rseq

import "rseqstep/table"

// Passes counts a thread's passes of one section without a commit, since its last commit. A nil
// Passes has counted none.
type Passes struct {
	Aborts, Sides int
	Quiets        int // quiet phases that did not commit

	// Fields for the passes that line steps run.
	Arm        table.Addr // the arming store, 0 if the search has not found it
	ArmKnown   bool       // the search for it is done
	Refused    int        // how often no vector could be made or executed
	Vectorless bool       // no cpu_opv vector can represent the section
	Helpless   bool       // no rung has helped
}

// Stuck reports whether the section needs a higher rung than the native run: it had limit passes
// without a commit, and at least one.
func (n *Passes) Stuck(limit int) bool {
	return n != nil && n.Aborts+n.Sides >= max(limit, 1)
}

// Rung returns the rung of the ladder for the section's next pass. Side exits do not lead to a
// vector: it would take the same exit. If no vector can be made, a quiet phase follows.
func (n *Passes) Rung(limit int) Rung {
	limit = max(limit, 1)
	switch {
	case !n.Stuck(limit):
		return RungRun
	case n.Quiets >= limit:
		return RungEscape
	case n.Aborts >= limit:
		return RungOpv
	}
	return RungQuiet
}

// History holds a thread's passes without a commit, by the section's start. The zero value is
// empty.
type History map[table.Addr]*Passes

// Of returns the counts of the section at start, and creates them if there are none.
func (h *History) Of(start table.Addr) *Passes {
	if *h == nil {
		*h = History{}
	}
	n := (*h)[start]
	if n == nil {
		n = &Passes{}
		(*h)[start] = n
	}
	return n
}

// Count counts a pass of the section at start. A commit removes the section's counts.
func (h *History) Count(start table.Addr, r Result) {
	switch r {
	case Committed:
		delete(*h, start)
	case Aborted, Restarts:
		h.Of(start).Aborts++
	case SideExit:
		h.Of(start).Sides++
	}
}

// Counts holds the results of one section's passes in all threads.
type Counts struct {
	Passes, Commits, Aborts, SideExits int
}

// Count counts a pass.
func (c *Counts) Count(r Result) {
	c.Passes++
	switch r {
	case Committed:
		c.Commits++
	case Aborted, Restarts:
		c.Aborts++
	case SideExit:
		c.SideExits++
	}
}
