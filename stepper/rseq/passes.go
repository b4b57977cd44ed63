package rseq

import "rseqstep/table"

// Passes counts a thread's passes of one section that did not commit, since its last
// commit. A nil Passes counts none.
type Passes struct {
	Aborts, Sides int
	Quiets        int // quiet phases that brought no commit

	// Of the passes that line steps run.
	Arm        table.Addr // the arming store, 0 where it is not found
	ArmKnown   bool       // it was looked for
	Refused    int        // how often no vector could be made or carried out
	Vectorless bool       // no cpu_opv vector can be made of it
	Helpless   bool       // nothing has helped
}

// Stuck reports whether the section has earned more than being run: limit passes in
// vain, and one at least.
func (n *Passes) Stuck(limit int) bool {
	return n != nil && n.Aborts+n.Sides >= max(limit, 1)
}

// Rung is the rung of the ladder that the section's next pass has earned. Side exits
// earn no vector: it would leave by the same exit. A vector that cannot be made is
// followed by a quiet phase.
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

// History is a thread's passes of sections that did not commit, by the section's start.
// The zero value is empty.
type History map[table.Addr]*Passes

// Of is the count of the section at start, begun where there is none.
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

// Count counts a pass of the section at start. A commit ends the section's count.
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

// Counts are what was seen of one section in all threads.
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
