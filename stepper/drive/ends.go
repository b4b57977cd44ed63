package drive

import (
	"errors"

	"rseqstep/stepper/tracee"
)

// Ended removes the thread or process whose end ev reports, and returns the Stop of a command
// that ends with ev.
func (d *Driver) Ended(ev tracee.Event) Stop {
	stop := d.mind.Ends(ev)
	if ev.EndsProcess() {
		d.threads = map[int]*Thread{}
		d.book.Ended()
		return stop
	}
	delete(d.threads, ev.TID)
	d.book.ThreadGone(ev.TID)
	delete(d.only, ev.TID)
	if d.current == ev.TID {
		d.current = 0
		for _, tid := range d.target.Threads() {
			if d.current == 0 || d.target.Held(tid) && !d.target.Held(d.current) {
				d.current = tid // not a leader that exited before its threads
			}
		}
	}
	return stop
}

// Vanished returns the Stop of a command that failed because a thread ended: the thread that the
// command moves, or the one that err names. Such a thread is a Stop, not an error. If no thread
// ended, it returns err. Code that makes a request does not check for this itself, because only
// SIGKILL, or exit_group(2) or execve(2) of another thread, removes a held thread. Events of
// other threads stay queued.
func (d *Driver) Vanished(th *Thread, err error) (Stop, error) {
	var named interface{ Thread() int }
	if tracee.IsGone(err) && errors.As(err, &named) && d.threads[named.Thread()] != nil {
		if _, dying := d.target.SignalMask(named.Thread()); tracee.IsGone(dying) {
			th = d.threads[named.Thread()]
		}
	}
	_, dying := d.target.SignalMask(th.TID)
	if !(tracee.IsGone(dying) && d.Knows(th)) && (dying == nil || !tracee.IsGone(err)) {
		return nil, err
	}
	for {
		ev, werr := d.WaitEnd()
		if werr != nil {
			return nil, errors.Join(err, werr)
		}
		if ev.Ends() {
			if stop := d.Ended(ev); ev.EndsProcess() || ev.TID == th.TID {
				return stop, nil
			}
		}
	}
}

// AnyHeld returns the TID of a held thread, 0 if there is none.
func (d *Driver) AnyHeld() int {
	for _, tid := range d.target.Threads() {
		if d.threads[tid] != nil && d.target.Held(tid) {
			return tid
		}
	}
	return 0
}

// Followed continues debugging in the child of a fork: the current command keeps its thread.
func (d *Driver) Followed(parent, child int) {
	th := d.Adopt(parent)
	th.TID, th.Fresh, th.RseqKnown = child, false, false
	d.threads = map[int]*Thread{child: th}
	d.book.Followed(parent, child)
	d.current = child
	if d.only != nil {
		d.only = map[int]bool{child: true}
	}
}

// Executed continues in the program that thread former has executed; its TID is now tid. The
// Driver keeps what the kernel keeps: undelivered signals and the CPU affinity.
func (d *Driver) Executed(former, tid int) {
	was := d.threads[former]
	d.threads, d.lastThread = map[int]*Thread{}, 0
	d.book.Executed(former, tid)
	th := d.Adopt(tid)
	if was != nil {
		th.Signal, th.Deferred, th.keptInfo = was.Signal, was.Deferred, was.keptInfo
	}
	d.current, d.only = tid, nil
}
