package drive

import "rseqstep/stepper/tracee"

// Only restricts the next command: only these threads, the threads they create, and the selected
// thread may run. The others stay where they are, and their events stay queued. A command that
// cannot begin uses up the restriction, too.
func (d *Driver) Only(tids ...int) {
	d.nextOnly = map[int]bool{}
	for _, tid := range tids {
		d.nextOnly[tid] = true
	}
}

// BeginOnly applies the restriction of Only to the command that begins.
func (d *Driver) BeginOnly() {
	if d.only, d.nextOnly = d.nextOnly, nil; d.only != nil {
		d.only[d.current] = true
	}
}

// MayRun reports whether the command may resume a thread.
func (d *Driver) MayRun(tid int) bool { return d.only == nil || d.only[tid] }

// made adds the thread that another thread has created: it may run if its creator may.
func (d *Driver) made(ev tracee.Event) *Thread {
	if d.only != nil && d.only[ev.TID] {
		d.only[ev.Child] = true
	}
	return d.Adopt(ev.Child)
}

// wait is Motion.Wait without the events of threads that may not run; those stay queued until the
// threads may run.
func (d *Driver) wait() (tracee.Event, error) {
	if d.only == nil {
		return d.await(nil)
	}
	return d.await(func(ev *tracee.Event) bool {
		return d.only[ev.TID] || ev.EndsThreads()
	})
}

// WaitEnd is Motion.Wait for the ends of threads and of the process only.
func (d *Driver) WaitEnd() (tracee.Event, error) { return d.await((*tracee.Event).Ends) }

func (d *Driver) await(wanted func(*tracee.Event) bool) (tracee.Event, error) {
	return d.target.Wait(wanted)
}

// lastOnly reports whether the thread that has just exited was the last one that was allowed to
// run.
func (d *Driver) lastOnly() bool { return d.only != nil && len(d.only) == 0 && d.target.Alive() }
