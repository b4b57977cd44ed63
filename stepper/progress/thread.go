package progress

import (
	"rseqstep/stepper/drive"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// thread is what a Watch knows about one thread.
type thread struct {
	*drive.Thread

	history   rseq.History // the passes that did not commit, since the last commit
	fruitless int          // all passes that did not commit

	counting bool            // the command steps this thread
	suspects []*table.Placed // counting: the sections to watch, the likeliest first
	recent   []*table.Placed // sections that it has armed, the latest first
	points   []point         // those set now
	lone     int             // moves that use its free debug registers
	probe    *probe          // of a Continue
	helped   *table.Placed   // its next pass of this section runs as a unit, whichever thread the command steps
}

// maxRecent is how many of the sections that a thread has armed a Watch remembers.
const maxRecent = 2

// arms records a section that the thread has armed.
func (th *thread) arms(p *table.Placed) {
	list := []*table.Placed{p}
	for _, q := range th.recent {
		if q != p && len(list) < maxRecent {
			list = append(list, q)
		}
	}
	th.recent = list
}

// count counts a pass of the section at start.
func (th *thread) count(start table.Addr, r rseq.Result) {
	if r != rseq.Committed {
		th.fruitless++
	}
	th.history.Count(start, r)
}

// passed tells the probe of the end of a native pass. counts reports whether the pass counts, too:
// one that a Continue runs counts for no step, unless it is a commit. stuck is the probe if it has
// found now that the thread makes no progress, else nil.
func (th *thread) passed(p *table.Placed, r rseq.Result) (stuck *probe, counts bool) {
	q := th.probe
	if q == nil || q.placed != p {
		return nil, true
	}
	over, found := q.met(r)
	if over {
		th.probe = nil
	}
	if found {
		stuck = q
	}
	return stuck, th.counting || r == rseq.Committed
}

// likely lists the sections that a thread may repeat without a commit, each once: those whose
// passes have not committed, those that it armed last, and those in the code about to run. It
// omits sections that are no longer mapped.
func likely(image *table.Image, lists ...[]*table.Placed) (list []*table.Placed) {
	seen := map[*table.Placed]bool{}
	for _, some := range lists {
		for _, p := range some {
			if !seen[p] && image.At(p.Start) == p {
				seen[p] = true
				list = append(list, p)
			}
		}
	}
	return list
}
