package stepper

import "rseqstep/stepper/tracee"

// Only makes these threads, and those that they make, the only ones that run in the
// next command (gdb's "set scheduler-locking on"), whatever that command needs to
// get on: a thread that waits for one that is held waits until it is interrupted.
// What the others have still to report stays unreported, and they stand where they
// are: one that is looked at inside of a section is left to the kernel, which
// restarts the section when the thread goes on. The selected thread is one of
// those that run.
func (e *Engine) Only(tids ...int) {
	e.nextOnly = map[int]bool{}
	for _, tid := range tids {
		e.nextOnly[tid] = true
	}
}

// beginOnly makes what Only asked for the rule of the command that begins.
func (e *Engine) beginOnly() {
	if e.only, e.nextOnly = e.nextOnly, nil; e.only != nil {
		e.only[e.current] = true
	}
}

// mayRun reports whether the command may let a thread run.
func (e *Engine) mayRun(tid int) bool { return e.only == nil || e.only[tid] }

// made notes that a thread has made another one: it runs where its maker may.
func (e *Engine) made(ev tracee.Event) *thread {
	if e.only != nil && e.only[ev.TID] {
		e.only[ev.Child] = true
	}
	return e.adopt(ev.Child)
}

// wait is Motion.Wait for what concerns the command: an event of a thread that is
// not to run waits until it may.
func (e *Engine) wait() (tracee.Event, error) {
	if e.only == nil {
		return e.await(nil)
	}
	return e.await(func(ev *tracee.Event) bool {
		return e.only[ev.TID] || ev.Ends() || ev.Kind == tracee.EventExec
	})
}

// waitEnd is Motion.Wait for the ends of threads and of the process alone.
func (e *Engine) waitEnd() (tracee.Event, error) { return e.await((*tracee.Event).Ends) }

func (e *Engine) await(wanted func(*tracee.Event) bool) (tracee.Event, error) {
	return e.target.Wait(wanted)
}

// lastOnly reports whether the thread that has gone was the last one that might run.
func (e *Engine) lastOnly() bool { return e.only != nil && len(e.only) == 0 && e.target.Alive() }
