package progress

import (
	"rseqstep/stepper/drive"
	"rseqstep/table"
)

// lookAfter sets a sentry on a move that waits for nothing (drive.Move.Free).
func (w *Watch) lookAfter(m *drive.Move) {
	s := newSentry(w.process.PID(), w.limits.StuckTime, w.sections.Image(), w.process.Interrupt)
	w.sentry = s
	m.Woken = func() {
		if s.due() {
			w.closely(s)
		}
	}
	m.AtEnd(func() error {
		s.end()
		w.sentry = nil
		for _, th := range w.threads {
			th.probe, th.helped = nil, nil
		}
		return nil
	})
}

// closely reads the rseq state of the threads that may loop around a section, and sets or
// advances their probes.
// Precondition: every thread is held.
func (w *Watch) closely(s *sentry) {
	s.closely(w.process.PID(), func(tid int) (area table.Addr, known bool) {
		t := w.drive.Thread(tid)
		if t == nil || !w.process.Held(tid) || w.process.Queued(tid) {
			return 0, false
		}
		area, armed, err := w.host.Armed(t)
		if err != nil {
			return 0, false // the thread is exiting; its exit is the next event
		}
		th := w.of(t)
		th.probe = th.probe.found(armed)
		return area, true
	})
}

// foundStuck reports a thread whose probe has found that it makes no progress, and requests help
// for its next pass if the user wants that. The thread is held, others may run.
func (w *Watch) foundStuck(th *thread, q *probe) {
	if w.sentry != nil && w.sentry.tell(th.TID, q.placed.Start) {
		r := Report{TID: th.TID, Number: th.Number, Section: w.sections.Name(q.placed), Start: q.placed.Start, For: w.limits.StuckTime, Passes: q.aborts}
		if w.Stuck != nil {
			w.Stuck(r)
		} else {
			w.drive.Notify("%v", r)
		}
	}
	if w.limits.Stuck == Injects {
		n := th.history.Of(q.placed.Start)
		n.Aborts = max(n.Aborts, w.limits.StuckLimit)
		th.helped = q.placed
	}
}

// Reloaded is called when the modules of the process have changed.
func (w *Watch) Reloaded() {
	if w.sentry != nil {
		w.sentry.learn(w.sections.Image())
	}
}
