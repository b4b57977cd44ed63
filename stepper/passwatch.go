package stepper

import (
	"math/bits"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// passWatch is how the Engine sees a thread's passes of sections while the thread runs
// natively: by debug registers of that thread alone at the sections' exits. No other thread
// hits them, the code does not change, and the registers that a committing pass hits are set
// only while an earlier pass has not committed.
type passWatch struct {
	counting bool            // the command steps this thread
	suspects []*table.Placed // counting: the sections to watch, the likeliest first
	recent   []*table.Placed // sections that it has armed, the latest first
	points   []point         // those set now
	trapped  int             // moves that use its free debug registers (runTo)
	probe    *probe          // of a Continue
	helped   *table.Placed   // its next pass of this section runs as a unit, whichever thread the command steps
}

// point is an address at which the Engine sees a pass.
type point struct {
	kind   pointKind
	addr   table.Addr
	placed *table.Placed
	slot   int // the debug register; planted: a breakpoint is already inserted there
}

const planted = -1

type pointKind int

const (
	pointAbort pointKind = iota + 1 // the abort handler: a pass without a commit
	pointEnd                        // post-commit: resets the count
	pointArm                        // the arming store: the pass runs as a unit, and gets help
)

// watchPasses sets the points of a thread that is about to run.
// Precondition: the thread is held.
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
			continue // listed for two reasons, hit once
		}
		seen[p.addr] = true
		p.slot = planted
		if !e.book.TrapAt(p.addr) {
			if len(free) == 0 || e.sections.GuardOwn(p.addr) != nil { // it may lie inside another section
				if p.kind == pointEnd {
					delete(th.passes, p.placed.Start) // the Engine would not see a commit
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

// passesOwner is the owner of the debug registers of points, in each thread.
func passesOwner() ledger.Owner { return ledger.Owner{Why: ledger.Passes} }

// meetsArming makes a thread hit the point at the arming store where it is: a pass that is to
// run as a unit has not begun yet.
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

// pointsOf lists the points that a thread needs, the most important first. For a thread that
// the command does not step, only commits matter: its passes count for no step, but a commit
// resets what earlier steps have counted.
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

// within reports whether a held thread has stopped in the middle of a pass of a section, or at
// its end.
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

// passHit handles the debug registers of an event that belong to the thread's points; ev keeps
// the others. done: there are no others, and the thread may resume. If arms is not nil, the
// thread is at that section's arming store, and a counted pass begins.
// Precondition: the thread is held; others may run.
func (e *Engine) passHit(ev *tracee.Event) (arms *table.Placed, done bool, err error) {
	th := e.thread(ev.TID)
	if th == nil || len(th.watch.points) == 0 {
		return nil, false, nil
	}
	slots, met := slotsOf(ev), 0
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
	if met == 0 || slots == met {
		return arms, met != 0, nil
	}
	dropSlots(ev, met)
	return nil, false, nil
}

// slotsOf is the debug registers that an event matched, register n at bit n.
func slotsOf(ev *tracee.Event) int {
	if ev.Slots == 0 {
		return 1 << ev.Slot
	}
	return ev.Slots
}

// dropSlots removes debug registers from an event that matched others, too.
func dropSlots(ev *tracee.Event, slots int) {
	ev.Slots = slotsOf(ev) &^ slots
	ev.Slot = bits.TrailingZeros(uint(ev.Slots))
}

// passMet counts at a planted breakpoint that a thread has hit. The command may end there, and
// the next one set a debug register at this place: the pass is counted already, so RF makes the
// thread skip that register, as after a match.
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

// countUntold counts a match that wait4 has not reported before the journey ends: its event
// arrives during the next command, when the point no longer exists. The kernel has set RF in
// this case.
func (e *Engine) countUntold(th *thread) {
	if !e.target.Alive() || !e.target.Queued(th.TID) || e.load(th) != nil || !th.Regs.PassesDebug() {
		return
	}
	for _, p := range th.watch.points {
		if p.slot != planted && p.addr == th.Regs.PC() {
			_ = e.countPass(th, p) // on failure the pass stays uncounted
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

// abortedIn is the section from which a thread at the abort handler of p comes: sections may
// share a handler. If the thread jumped there itself, rseq_cs is still set; the kernel clears
// it when it aborts.
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
