package stepper

import (
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// passWatch is how a thread's passes of sections are seen while it runs natively:
// debug registers of that thread alone at the sections' exits. Nobody else meets
// them, nothing is planted in the code, and those that are met on the way of a
// section that commits are set only while an earlier pass of it was in vain.
type passWatch struct {
	counting bool            // the thread is the one that a command steps
	suspects []*table.Placed // counting: the sections to be looked after, the likeliest first
	recent   []*table.Placed // sections that it was seen to have armed, the last one first
	points   []point         // what is set now
	trapped  int             // its free debug registers are taken (runTo)
	probe    *probe          // of a Continue
	helped   *table.Placed   // its next pass of this is run as a unit, whoever is stepped
}

// point is an address that a pass is seen at.
type point struct {
	kind   pointKind
	addr   table.Addr
	placed *table.Placed
	slot   int // the debug register; planted: a breakpoint stands there anyway
}

const planted = -1

type pointKind int

const (
	pointAbort pointKind = iota + 1 // the abort handler: a fruitless pass
	pointEnd                        // post-commit: the end of what was counted
	pointArm                        // the arming store: the pass is run as a unit, and helped
)

// watchPasses sets the points of a thread that is about to run.
// Precondition: it is held.
func (e *Engine) watchPasses(th *thread) error {
	w := &th.watch
	if w.trapped > 0 || !w.counting && w.probe == nil && len(th.passes) == 0 && len(w.points) == 0 {
		return nil
	}
	free := e.book.FreeIn(th.TID, passesOwner())
	var points []point
	seen := map[table.Addr]bool{}
	for _, p := range e.pointsOf(th) {
		if seen[p.addr] {
			continue // wanted for two reasons, and met once
		}
		seen[p.addr] = true
		p.slot = planted
		if !e.book.TrapAt(p.addr) {
			if len(free) == 0 || e.sections.GuardOwn(p.addr) != nil { // it may lie inside another section
				if p.kind == pointEnd {
					delete(th.passes, p.placed.Start) // a commit would go unseen
				}
				continue
			}
			p.slot, free = free[0], free[1:]
		}
		points = append(points, p)
	}
	if err := e.meetsArming(th, points); err != nil {
		return err
	}
	if samePoints(w.points, points) {
		return nil
	}
	if err := e.unwatchPasses(th); err != nil {
		return err
	}
	e.watching = true
	for i, p := range points {
		if p.slot == planted {
			continue
		}
		if err := e.book.SetDebugIn(th.TID, p.slot, passesOwner(), p.addr); err != nil {
			w.points = points[:i] // those before it are set
			return err
		}
	}
	w.points = points
	return nil
}

// passesOwner owns the debug registers of points, in each thread.
func passesOwner() ledger.Owner { return ledger.Owner{Why: ledger.Passes} }

// meetsArming makes a thread meet the point at the arming store where it stands: a
// pass that was to be run as a unit from there has not begun.
func (e *Engine) meetsArming(th *thread, points []point) error {
	for _, p := range points {
		if p.kind != pointArm || e.load(th) != nil || th.Regs.PC() != p.addr || !th.Regs.PassesDebug() {
			continue
		}
		th.Regs.SetPassesDebug(false)
		return e.target.SetRegs(th.TID, &th.Regs)
	}
	return nil
}

// unwatchPasses frees the debug registers of a held thread's points.
func (e *Engine) unwatchPasses(th *thread) (err error) {
	for _, p := range th.watch.points {
		if p.slot == planted {
			continue
		}
		if failed := e.book.FreeDebugIn(th.TID, p.slot, passesOwner()); failed != nil && !(isGone(failed) && e.book.Gone(th.TID)) && err == nil {
			err = failed
		}
	}
	th.watch.points = nil
	return err
}

// unwatchAll is unwatchPasses of every thread, at the end of a journey.
func (e *Engine) unwatchAll() (err error) {
	if !e.watching {
		return nil
	}
	e.watching = false
	for th := range e.threads() {
		if len(th.watch.points) == 0 {
			continue
		}
		e.countUntold(th)
		if failed := e.unwatchPasses(th); err == nil {
			err = failed
		}
	}
	return err
}

// pointsOf lists the points that a thread is to have, the most wanted first. Of
// a thread that is not stepped only commits are of interest: its passes are
// nobody's, but what was counted while it was stepped ends with a commit.
func (e *Engine) pointsOf(th *thread) (points []point) {
	if p := th.watch.helped; p != nil {
		if a, ok := e.helpedAt(th, p); ok {
			points = append(points, point{kind: pointArm, addr: a, placed: p})
		}
	}
	if th.watch.probe != nil {
		points = append(points, th.watch.probe.points()...)
	}
	if !th.watch.counting {
		for _, p := range e.counted(th) {
			points = append(points, point{kind: pointEnd, addr: p.End, placed: p})
		}
		return points
	}
	for _, p := range th.watch.suspects {
		if a, ok := e.helpedAt(th, p); ok {
			points = append(points, point{kind: pointArm, addr: a, placed: p})
			if !e.within(th, p) {
				continue
			}
		}
		points = append(points, point{kind: pointAbort, addr: p.Abort, placed: p})
		if th.passes[p.Start] != nil {
			points = append(points, point{kind: pointEnd, addr: p.End, placed: p})
		}
	}
	return points
}

// within reports whether a held thread is in the middle of a pass of a section,
// which something has stopped, or at its end.
func (e *Engine) within(th *thread, p *table.Placed) bool {
	return e.load(th) == nil && (p.Contains(th.Regs.PC()) || th.Regs.PC() == p.Abort || th.Regs.PC() == p.End)
}

func samePoints(a, b []point) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// passHit deals with the debug registers of an event that belong to the thread's
// points; ev keeps the others. done: there are no others, and the thread may go
// on, from the arming store of arms (nil: from no such place) as a counted pass.
// Precondition: the thread is held; others may run.
func (e *Engine) passHit(ev *tracee.Event) (arms *table.Placed, done bool, err error) {
	th := e.thread(ev.TID)
	if th == nil || len(th.watch.points) == 0 {
		return nil, false, nil
	}
	slots := ev.Slots
	if slots == 0 {
		slots = 1 << ev.Slot
	}
	met := 0
	for _, p := range th.watch.points {
		if p.slot == planted || slots>>p.slot&1 == 0 {
			continue
		}
		if met |= 1 << p.slot; p.kind == pointArm {
			arms = p.placed
			continue
		}
		if err := e.countPass(th, p); err != nil {
			return nil, false, err
		}
	}
	if slots &^= met; met == 0 || slots == 0 {
		return arms, met != 0, nil
	}
	for ev.Slots, ev.Slot = slots, 0; slots>>ev.Slot&1 == 0; {
		ev.Slot++
	}
	return nil, false, nil
}

// passMet counts at a planted breakpoint that a thread has met. The command may end
// there, and the next one set a debug register at this place: the pass is counted,
// and the register passes over it, as over one that has matched.
func (e *Engine) passMet(th *thread, at table.Addr) error {
	for _, p := range th.watch.points {
		if p.slot != planted || p.addr != at {
			continue
		}
		if err := e.countPass(th, p); err != nil || e.load(th) != nil || th.Regs.PC() != at {
			return err // gone since: its exit is the next event
		}
		th.Regs.SetPassesDebug(true)
		if err := e.target.SetRegs(th.TID, &th.Regs); !isGone(err) {
			return err
		}
		return nil
	}
	return nil
}

// countUntold counts a match that was not told before the journey ended: its
// event comes with the next command, when the point is gone. The kernel has set
// RF then.
func (e *Engine) countUntold(th *thread) {
	if !e.target.Alive() || !e.target.Queued(th.TID) || e.load(th) != nil || !th.Regs.PassesDebug() {
		return
	}
	for _, p := range th.watch.points {
		if p.slot != planted && p.addr == th.Regs.PC() {
			_ = e.countPass(th, p) // where it fails the pass stays uncounted
		}
	}
}

// countPass counts the pass that a held thread ends at a point.
func (e *Engine) countPass(th *thread, p point) error {
	if err := e.load(th); err != nil {
		if isGone(err) {
			return nil // its exit is the next event
		}
		return err
	}
	r := Aborted
	switch p.kind {
	case pointArm:
		return nil
	case pointAbort:
		p.placed = e.abortedIn(th, p.placed)
	case pointEnd:
		r = Committed
		if body, err := e.sections.Body(p.placed); err == nil && body.Outcome(nil, &th.Regs) == machine.OutcomeFailed {
			r = SideExit
		}
	}
	e.report.count(p.placed.Start, r)
	if q := th.watch.probe; q != nil && q.placed == p.placed {
		over, stuck := q.met(r)
		if over {
			th.watch.probe = nil
		}
		if stuck {
			e.stuckIn(th, q)
		}
		if !th.watch.counting && r != Committed {
			return nil // run by a Continue: it counts for no step
		}
	}
	e.tally(th, p.placed, r)
	return nil
}

// abortedIn is the section that a thread at the abort handler of p comes from:
// sections may share a handler. One that jumped there is armed still; the kernel
// has cleared rseq_cs.
func (e *Engine) abortedIn(th *thread, p *table.Placed) *table.Placed {
	for _, q := range th.watch.suspects {
		if q == p || q.Abort != p.Abort {
			continue
		}
		if s, err := e.readRseq(th); err == nil && s.Section != nil && s.Section.Abort == p.Abort {
			return s.Section
		}
		break
	}
	return p
}
