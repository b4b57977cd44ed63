package drive

import "rseqstep/stepper/tracee"

// Only makes these threads, and those that they make, the only ones that run in the
// next command, with the selected one. What the others have still to report stays
// unreported, and they stand where they are.
func (d *Driver) Only(tids ...int) {
	d.nextOnly = map[int]bool{}
	for _, tid := range tids {
		d.nextOnly[tid] = true
	}
}

// BeginOnly makes what Only asked for the rule of the command that begins.
func (d *Driver) BeginOnly() {
	if d.only, d.nextOnly = d.nextOnly, nil; d.only != nil {
		d.only[d.current] = true
	}
}

// EndOnly forgets what Only asked for: a command that cannot begin is one, too.
func (d *Driver) EndOnly() { d.nextOnly, d.only = nil, nil }

// MayRun reports whether the command may let a thread run.
func (d *Driver) MayRun(tid int) bool { return d.only == nil || d.only[tid] }

// made notes that a thread has made another one: it runs where its maker may.
func (d *Driver) made(ev tracee.Event) *Thread {
	if d.only != nil && d.only[ev.TID] {
		d.only[ev.Child] = true
	}
	return d.Adopt(ev.Child)
}

// wait is Motion.Wait for what concerns the command: an event of a thread that is
// not to run waits until it may.
func (d *Driver) wait() (tracee.Event, error) {
	if d.only == nil {
		return d.await(nil)
	}
	return d.await(func(ev *tracee.Event) bool {
		return d.only[ev.TID] || ev.EndsThreads()
	})
}

// WaitEnd is Motion.Wait for the ends of threads and of the process alone.
func (d *Driver) WaitEnd() (tracee.Event, error) { return d.await((*tracee.Event).Ends) }

func (d *Driver) await(wanted func(*tracee.Event) bool) (tracee.Event, error) {
	return d.target.Wait(wanted)
}

// lastOnly reports whether the thread that has gone was the last one that might run.
func (d *Driver) lastOnly() bool { return d.only != nil && len(d.only) == 0 && d.target.Alive() }
