package drive

import (
	"errors"
	"syscall"

	"rseqstep/stepper/tracee"
)

func isGone(err error) bool { return errors.Is(err, syscall.ESRCH) }

// Ended forgets the thread or the process that has ended with an event, and is the Stop
// of a command that ends with it.
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
				d.current = tid // not a leader that has ended before its threads
			}
		}
	}
	return stop
}

// Vanished explains why a command failed by the end of a thread, if one has ended,
// whatever it was that failed then: a thread that vanished is a Stop, not an error.
// Nobody looks for it where a request fails, for a held thread can only vanish by
// SIGKILL, or by another thread's exit_group(2) or execve(2). It is the thread that
// the command moves, or the one that the error names. What others report stays queued.
func (d *Driver) Vanished(th *Thread, err error) (Stop, error) {
	var named interface{ Thread() int }
	if isGone(err) && errors.As(err, &named) && d.threads[named.Thread()] != nil {
		if _, dying := d.target.SignalMask(named.Thread()); isGone(dying) {
			th = d.threads[named.Thread()]
		}
	}
	_, dying := d.target.SignalMask(th.TID)
	if !(isGone(dying) && d.Knows(th)) && (dying == nil || !isGone(err)) {
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

// AnyHeld is a thread that is held, 0 for none.
func (d *Driver) AnyHeld() int {
	for _, tid := range d.target.Threads() {
		if d.threads[tid] != nil && d.target.Held(tid) {
			return tid
		}
	}
	return 0
}

// Followed goes on in a child of a fork: the command under way keeps its thread.
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

// Executed goes on in the program that thread former has executed as tid. It keeps
// what the kernel lets it keep: signals that are still to come, affinity.
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
