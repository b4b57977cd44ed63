package stepper

import (
	"maps"
	"slices"

	"rseqstep/stepper/drive"
	"rseqstep/table"
)

// maxRecent is how many of the sections that a thread has armed the Engine remembers.
const maxRecent = 2

// seen records a section that a thread has armed.
func (th *thread) seen(p *table.Placed) {
	list := []*table.Placed{p}
	for _, q := range th.watch.recent {
		if q != p && len(list) < maxRecent {
			list = append(list, q)
		}
	}
	th.watch.recent = list
}

// count begins to count the passes of the thread of a move, and returns the function that ends
// this; nil if it counts nothing. A move may begin while another one counts.
func (e *Engine) count(th *thread, m *drive.Move) (end func() error) {
	before := th.watch
	if !m.Counts() || len(e.sections.Image().Sections()) == 0 {
		return nil
	}
	th.watch.counting, th.watch.suspects = true, e.suspects(th, m.Sections)
	return func() error {
		th.watch.counting, th.watch.suspects = before.counting, before.suspects
		return nil
	}
}

// suspects are the sections that the thread may loop around without a commit: those whose
// passes have not committed, those that it armed last, and those in the code about to run.
func (e *Engine) suspects(th *thread, near []*table.Placed) (list []*table.Placed) {
	seen := map[*table.Placed]bool{}
	add := func(p *table.Placed) {
		if !seen[p] && e.sections.Image().At(p.Start) == p {
			seen[p] = true
			list = append(list, p)
		}
	}
	for _, p := range e.counted(th) {
		add(p)
	}
	for _, p := range th.watch.recent {
		add(p)
	}
	for _, p := range near {
		add(p)
	}
	return list
}

// counted lists the sections with passes that have not committed, and forgets those of code
// that is no longer mapped.
func (e *Engine) counted(th *thread) (list []*table.Placed) {
	for _, start := range slices.Sorted(maps.Keys(th.passes)) {
		if p := e.sections.Image().At(start); p != nil {
			list = append(list, p)
		} else {
			delete(th.passes, start)
		}
	}
	return list
}
