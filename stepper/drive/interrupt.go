package drive

import (
	"context"
	"slices"
	"time"

	"rseqstep/stepper/tracee"
)

// interrupt is the request to stop the current command: its context has ended. A request that
// comes before the command begins is not lost, and one that comes after its end stops no command
// that has another context.
type interrupt struct {
	ctx    context.Context // nil between commands
	forget func() bool     // the end of ctx no longer makes a wait for the program return an EventInterrupt
	taken  bool            // a caller already returns the Stop for it

	deferred []*time.Time // when the moves began that must end first, the newest last
}

// deferral is how long a request waits for moves that must end first: they are of a few instructions,
// unless the thread waits in the kernel.
const deferral = time.Second

// Defer makes a request to stop the command wait for a short move, until the caller calls resume, or
// until deferral has passed. If the thread of a move waits in the kernel, others make moves of their
// own meanwhile: the request waits for the newest.
func (d *Driver) Defer() (resume func()) {
	i, began := &d.interrupt, time.Now()
	i.deferred = append(i.deferred, &began)
	late := time.AfterFunc(deferral+time.Millisecond, d.target.Interrupt)
	return func() {
		late.Stop()
		if i.deferred = slices.DeleteFunc(i.deferred, func(t *time.Time) bool { return t == &began }); i.pending() {
			d.target.Interrupt()
		}
	}
}

// Begin begins a command: until End, the end of ctx is the request to stop it. It returns false if
// ctx has already ended; the caller must then resume no thread.
func (d *Driver) Begin(ctx context.Context) bool {
	i := &d.interrupt
	*i = interrupt{ctx: ctx}
	if i.take() {
		return false
	}
	i.forget = context.AfterFunc(ctx, d.target.Interrupt)
	return true
}

// End ends a command, even one that could not begin.
func (d *Driver) End() {
	i := &d.interrupt
	if i.forget != nil {
		i.forget()
	}
	i.ctx, i.forget = nil, nil
	d.nextOnly, d.only = nil, nil
}

// pending reports whether the command must stop now and no caller has taken the request.
func (i *interrupt) pending() bool {
	n := len(i.deferred)
	return i.ctx != nil && !i.taken && i.ctx.Err() != nil && (n == 0 || time.Since(*i.deferred[n-1]) > deferral)
}

// take reports pending and takes the request, so it returns true once per command: that caller
// returns the Stop. An EventInterrupt without a request comes from a watchdog or from an earlier
// command.
func (i *interrupt) take() bool {
	if !i.pending() {
		return false
	}
	i.taken = true
	return true
}

// onInterrupt ends the command if the user has requested it. Otherwise a watchdog is due and
// examines a thread that takes long, or the request belonged to a command that has ended.
func (d *Driver) onInterrupt(ev tracee.Event, m *Move) Answer {
	if d.interrupt.take() {
		if d.threads[d.current] != nil {
			ev.TID = d.current
		}
		return Halt(d.mind.Ends(ev))
	}
	if m.Gait == joining {
		return Fails(d.joinGroupStop(ev.TID))
	}
	if !m.wide {
		return Answer{}
	}
	// The kernel may have been asked to stop several threads, one after the other. Without this
	// call the others would stay stopped unnoticed.
	if err := d.Pause(); err != nil {
		return Fails(err)
	}
	switch {
	case m.Watchdog.due() && m.Overdue != nil:
		return d.lookOverdue(m)
	case m.Woken != nil:
		m.Woken()
	}
	return Answer{}
}
