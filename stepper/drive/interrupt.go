package drive

import (
	"context"

	"rseqstep/stepper/tracee"
)

// interrupt is the request to stop the command that runs: its context has ended. A
// context per command is why no request is lost, where it comes before the command has
// begun, or stops another command, where it comes after the end.
type interrupt struct {
	ctx   context.Context // nil between commands
	taken bool            // a Stop for it is on its way
}

// begin makes the end of ctx the request, until release is called. wake is called then,
// on a goroutine of its own, and has the wait for the program return an
// EventInterrupt, or the next one where the command has ended meanwhile.
func (i *interrupt) begin(ctx context.Context, wake func()) (release func()) {
	*i = interrupt{ctx: ctx}
	stop := func() bool { return true }
	if ctx.Done() != nil && ctx.Err() == nil {
		stop = context.AfterFunc(ctx, wake)
	}
	return func() {
		stop()
		*i = interrupt{}
	}
}

// pending reports whether the command is to stop and nobody has taken the request.
func (i *interrupt) pending() bool { return i.ctx != nil && !i.taken && i.ctx.Err() != nil }

// take is pending, once per command: the caller that gets true returns the Stop. An
// EventInterrupt without a request is a watchdog's, or a former command's.
func (i *interrupt) take() bool {
	if !i.pending() {
		return false
	}
	i.taken = true
	return true
}

// onInterrupt ends the command when the user asks for it. Else it is time to look at
// a thread that takes long, or the request belonged to a command that has ended.
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
	// More threads than this one may have been asked to stop, one after the other,
	// and would stay so unnoticed.
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
