package progress

import (
	"maps"
	"slices"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// owner is the owner of the debug registers of points, in each thread.
func owner() ledger.Owner { return ledger.Owner{Why: ledger.Passes} }

// Runs is called before a thread runs natively (drive.Mind.Runs). It sets the thread's points.
// Precondition: the thread is held.
func (w *Watch) Runs(t *drive.Thread) error {
	th := w.threads[t]
	if th == nil || th.lone > 0 || !th.counting && th.probe == nil && len(th.history) == 0 && len(th.points) == 0 {
		return nil
	}
	free := w.book.FreeIn(th.TID, owner())
	helped, list := w.candidates(th)
	points, unseen := assign(choose(helped, th.probe, th.counting, list), free, w.book.TrapAt, w.refused)
	for _, p := range unseen {
		delete(th.history, p.Start)
	}
	if err := w.meetsArming(th, points); err != nil {
		return err
	}
	if slices.Equal(th.points, points) {
		return nil
	}
	if err := w.clear(th); err != nil {
		return err
	}
	w.set = true
	for i, p := range points {
		if p.slot == planted {
			continue
		}
		if err := w.book.SetDebugIn(th.TID, p.slot, owner(), p.addr); err != nil {
			th.points = points[:i] // those before it are set
			return err
		}
	}
	th.points = points
	return nil
}

func (w *Watch) refused(a table.Addr) bool { return w.sections.GuardOwn(a) != nil }

// candidates lists the sections that decide a thread's points; helped is the one whose next pass a
// Continue helps.
func (w *Watch) candidates(th *thread) (helped candidate, list []candidate) {
	if p := th.helped; p != nil {
		helped = candidate{placed: p, arm: w.catch(th, p)}
	}
	if !th.counting {
		for _, p := range w.vain(th) {
			list = append(list, candidate{placed: p, vain: true})
		}
		return helped, list
	}
	for _, p := range th.suspects {
		c := candidate{placed: p, arm: w.catch(th, p), vain: th.history[p.Start] != nil}
		c.begun = c.arm != 0 && w.within(th, p)
		list = append(list, c)
	}
	return helped, list
}

// vain lists the sections with passes that have not committed, and forgets those of code that is
// no longer mapped.
func (w *Watch) vain(th *thread) (list []*table.Placed) {
	for _, start := range slices.Sorted(maps.Keys(th.history)) {
		if p := w.sections.Image().At(start); p != nil {
			list = append(list, p)
		} else {
			delete(th.history, start)
		}
	}
	return list
}

// within reports whether a held thread has stopped in the middle of a pass of a section, or at
// its end.
func (w *Watch) within(th *thread, p *table.Placed) bool {
	return w.drive.Load(th.Thread) == nil && (p.Contains(th.Regs.PC()) || th.Regs.PC() == p.Abort || th.Regs.PC() == p.End)
}

// meetsArming makes a thread hit the point at the arming store where it is: a pass that is to
// run as a unit has not begun yet.
func (w *Watch) meetsArming(th *thread, points []point) error {
	for _, p := range points {
		if p.kind != atArm || w.drive.Load(th.Thread) != nil || th.Regs.PC() != p.addr || !th.Regs.PassesDebug() {
			continue
		}
		th.Regs.SetPassesDebug(false)
		return w.process.SetRegs(th.TID, &th.Regs)
	}
	return nil
}

// Unwatch frees the debug registers of a held thread's points.
func (w *Watch) Unwatch(t *drive.Thread) error {
	if th := w.threads[t]; th != nil {
		return w.clear(th)
	}
	return nil
}

func (w *Watch) clear(th *thread) (err error) {
	for _, p := range th.points {
		if p.slot == planted {
			continue
		}
		if failed := w.book.FreeDebugIn(th.TID, p.slot, owner()); failed != nil && !(tracee.IsGone(failed) && w.book.Gone(th.TID)) && err == nil {
			err = failed
		}
	}
	th.points = nil
	return err
}

// UnwatchAll is Unwatch of every thread, at the end of a journey.
func (w *Watch) UnwatchAll() (err error) {
	if !w.set {
		return nil
	}
	w.set = false
	for _, th := range w.threads {
		if len(th.points) == 0 {
			continue
		}
		w.countUntold(th)
		if failed := w.clear(th); err == nil {
			err = failed
		}
	}
	return err
}
