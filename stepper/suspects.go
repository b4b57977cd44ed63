package stepper

import (
	"maps"
	"slices"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// maxRecent is how many sections that a thread has armed are kept in mind.
const maxRecent = 2

// seen notes a section that a thread was found to have armed.
func (th *thread) seen(p *table.Placed) {
	list := []*table.Placed{p}
	for _, q := range th.watch.recent {
		if q != p && len(list) < maxRecent {
			list = append(list, q)
		}
	}
	th.watch.recent = list
}

// count begins to count the passes of the thread that a journey is for, and
// returns what ends it. A journey may be made on the way of another.
func (e *Engine) count(th *thread, tr *traps) (end func()) {
	before := th.watch
	if !tr.counts() || len(e.image.Sections()) == 0 {
		return func() {}
	}
	th.watch.counting, th.watch.suspects = true, e.suspects(th, tr.sections)
	return func() { th.watch.counting, th.watch.suspects = before.counting, before.suspects }
}

// counts reports whether a journey is a step, not the wait of a command for
// something that it has begun.
func (tr *traps) counts() bool { return tr.over || !tr.free && !tr.step && !tr.debug && len(tr.at) > 0 }

// suspects are the sections that the thread may go round in vain: those that it
// has passed so, those that it armed last, and those that the code about to run holds.
func (e *Engine) suspects(th *thread, near []*table.Placed) (list []*table.Placed) {
	seen := map[*table.Placed]bool{}
	add := func(p *table.Placed) {
		if !seen[p] && e.image.At(p.Start) == p {
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

// counted lists the sections with passes in vain, and forgets those of code that
// is gone.
func (e *Engine) counted(th *thread) (list []*table.Placed) {
	for _, start := range slices.Sorted(maps.Keys(th.passes)) {
		if p := e.image.At(start); p != nil {
			list = append(list, p)
		} else {
			delete(th.passes, start)
		}
	}
	return list
}

// near lists the sections of a line and of the functions that it calls.
func (e *Engine) near(sections map[*table.Placed]bool, ways machine.Ways) (list []*table.Placed) {
	for p := range sections {
		list = append(list, p)
	}
	if len(e.image.Sections()) == 0 {
		return list
	}
	for _, c := range ways.Calls {
		if !c.Indirect {
			list = append(list, e.sectionsIn(c.Target)...)
		}
	}
	return list
}

// around lists the sections of the function at pc, and of those that it calls.
func (e *Engine) around(pc table.Addr) []*table.Placed {
	fn, ok := e.symbols.Function(pc)
	if !ok || len(e.image.Sections()) == 0 {
		return nil
	}
	ways := machine.WaysOut(e.codeOf(fn.Ranges, fn.Entry, pc))
	return e.near(e.sectionsOf(fn.Ranges, ways), ways)
}

// sectionsIn lists the sections of the function at or behind a call's target.
func (e *Engine) sectionsIn(target table.Addr) (list []*table.Placed) {
	fn, ok := e.symbols.Function(e.skipStubs(target))
	if !ok {
		return nil
	}
	for _, r := range fn.Ranges {
		list = append(list, e.image.Overlapping(r.Low, r.High)...)
	}
	return list
}
