package stepper

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
)

// forked keeps the parent and detaches from the child, without breakpoints in it, or the other
// way round, as the policy says.
func (e *mind) forked(ev tracee.Event) error {
	return e.forkedAs(ev, e.policy.FollowFork)
}

// forkedAs is forked with the choice made. The fork stays undecided until the choice is carried
// out, and the next command tries again: a parent that waits for a held child would wait for
// ever.
func (e *mind) forkedAs(ev tracee.Event, keep FollowFork) error {
	e.fork = &ev
	var err error
	if keep == FollowChild {
		err = e.target.Follow(ev.Child)
	} else {
		err = e.target.DetachChild(ev.Child)
	}
	var r machine.Regs
	if err == nil || e.target.PID() == ev.Child || tracee.IsGone(err) && e.target.Regs(ev.Child, &r) != nil {
		e.fork = nil
	}
	if keep == FollowChild {
		if e.target.PID() == ev.Child { // also after an error, if only a part of it failed
			e.followed(ev)
		}
		return err
	}
	if err != nil {
		return err
	}
	e.child = ev.Child
	switch {
	case ev.Shared:
		e.drive.Notify("detached from the new process %d, which shares the program's memory: no breakpoint is inserted until it exits or executes another program", ev.Child)
	case e.provider != nil:
		e.drive.Notify("detached from the new process %d, whose cpu_opv calls are still answered", ev.Child)
	default:
		e.drive.Notify("detached from the new process %d", ev.Child)
	}
	return nil
}

// followed continues in the child: the command under way keeps its thread.
func (e *mind) followed(ev tracee.Event) {
	e.progress.Forked(e.drive.Adopt(ev.TID))
	e.drive.Followed(ev.TID, ev.Child)
	switch {
	case ev.Vforks():
		e.drive.Notify("following the new process %d; process %d, whose memory it shares, stays stopped until %d executes another program or exits", ev.Child, ev.TID, ev.Child)
	case ev.Shared:
		e.drive.Notify("following the new process %d; detached from process %d, whose memory it shares: no breakpoint is inserted until %d executes another program", ev.Child, ev.TID, ev.Child)
	case e.provider != nil:
		e.drive.Notify("following the new process %d; detached from process %d, whose cpu_opv calls are still answered", ev.Child, ev.TID)
	default:
		e.drive.Notify("following the new process %d; detached from process %d", ev.Child, ev.TID)
	}
}

// executed starts again with the program that has replaced the old one.
func (e *mind) executed(ev tracee.Event) error {
	e.points.LeaveProgram()
	e.progress.Executed()
	e.forget()
	e.called.Forget()
	e.units.Report.Forget()
	e.units.Quiet.Forget()
	e.drive.Executed(ev.Former, ev.TID)
	if !e.points.ClientCatches(CatchExec) {
		e.drive.Notify("process %d is executing new program: %s", e.target.PID(), e.target.Executable())
	}
	return e.reload()
}
