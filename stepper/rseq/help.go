package rseq

// Help is what the debugger does about the next pass of a section that a thread repeats without a
// commit while line steps run it: the lower rungs of the ladder. It climbs no further, because a
// line step that ends by itself must not run to the end of its function.
type Help int

const (
	HelpVector Help = iota + 1 // run it, and if it aborts as the limit-th does, do its work by a vector
	HelpQuiet                  // step it in a quiet phase
	HelpNone                   // nothing: no rung has helped
)

// Catches reports whether the section's next pass is to begin as a unit: it would be the limit-th
// without a commit, and something may help it.
func (n *Passes) Catches(limit int) bool {
	return n != nil && !n.Helpless && n.Aborts >= max(limit-1, 1)
}

// Help returns what to do about the pass that begins now.
func (n *Passes) Help(limit int) Help {
	switch {
	case !n.Vectorless:
		return HelpVector
	case n.Quiets < max(limit, 1):
		return HelpQuiet
	}
	return HelpNone
}

// Injects reports whether a vector does the work of the pass that has just been aborted.
func (n *Passes) Injects(limit int) bool { return n.Aborts >= max(limit, 1) }

// maxRefused is how many times in a row the debugger tries a vector that it cannot build or
// execute.
const maxRefused = 3

// Refuse counts a vector that could not be made or executed. A failed request may succeed in the
// next pass; a vector that cannot be built for this section never will.
func (n *Passes) Refuse() {
	n.Refused++
	n.Vectorless = n.Refused >= maxRefused
}
