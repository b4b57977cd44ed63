package stepper

import (
	"context"
	"errors"
	"fmt"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/tracee"
	"rseqstep/stepper/units"
)

// command runs one command on the selected thread and completes its Stop. A nil Stop from do
// means that the step is done. When ctx ends, the command ends: every thread is held, and the
// Stop is StopInterrupt.
func (e *Engine) command(ctx context.Context, do func(*drive.Thread) (drive.Stop, error)) (Stop, error) {
	return e.commandWith(ctx, true, do)
}

// commandWith is command; listens says whether the trap at the dynamic linker's hook must be
// set.
func (e *Engine) commandWith(ctx context.Context, listens bool, do func(*drive.Thread) (drive.Stop, error)) (Stop, error) {
	defer e.drive.End()
	was, err := e.selected()
	if err != nil {
		if end, _ := e.unreported(); end != nil { // an error says that all is reported
			return *end, nil
		}
		return Stop{}, err
	}
	if !e.drive.Begin(ctx) {
		return e.notBegun(was)
	}
	th, err := e.begin(listens)
	if err != nil {
		return Stop{}, err
	}
	halt, err := do(th)
	stop, err := e.conclude(th, stopOf(halt), err)
	if !e.target.Alive() {
		return *stop, err
	}
	return e.stoppedAt(stop, err)
}

// notBegun is the Stop of a command whose context had ended before it began. No thread has
// moved, and the next command begins as this one would have.
func (e *Engine) notBegun(th *drive.Thread) (Stop, error) {
	if err := e.drive.Load(th); err != nil {
		end, err := e.vanished(th, err)
		if end == nil {
			end = &Stop{}
		}
		return *end, err
	}
	return Stop{Reason: StopInterrupt, TID: th.TID, PC: th.Regs.PC(), Depth: e.steps.Depth(th)}, nil
}

// begin prepares the program for a command and returns its thread.
func (e *Engine) begin(listens bool) (*drive.Thread, error) {
	e.units.Report.Begin()
	e.mind.child = 0
	e.drive.Notes = nil
	e.drive.Shares = e.policy.Pin
	e.units.Policy = units.Policy{StuckLimit: e.policy.StuckLimit, Meets: e.policy.StandsToMeet}
	if err := e.decide(e.policy.FollowFork); err != nil {
		return nil, err
	}
	th, err := e.selected() // another one if the Engine has kept a fork's child
	if err != nil {
		return nil, err
	}
	e.drive.BeginOnly()
	if e.book.Pinned() != th.TID && !e.units.Quiet.Any() {
		if err := e.unpin(); err != nil {
			return nil, err
		}
	}
	if listens {
		e.linker.listen()
	}
	if err := e.units.StartOff(th); err != nil {
		return nil, err
	}
	if e.book.Outstanding() {
		if err := e.restoreRest(); err != nil {
			return nil, fmt.Errorf("cannot resume: an earlier command failed and its changes could not be undone: %w", err)
		}
	}
	e.rseq.Discover(th)
	return th, nil
}

// conclude turns what a command on a thread returned into its Stop, and undoes what the command has
// left changed.
func (e *Engine) conclude(th *drive.Thread, stop *Stop, err error) (*Stop, error) {
	if err != nil {
		stop, err = e.vanished(th, err)
	}
	if !e.policy.Linger {
		err = errors.Join(err, e.Rest())
	}
	if err != nil {
		err = e.restoreRestAfter(err)
	}
	if stop == nil {
		stop = &Stop{Reason: StopStep, TID: th.TID}
	}
	if err == nil {
		stop, err = e.overtaken(stop)
	}
	stop.Units, stop.Dropped = e.units.Report.Units, e.units.Report.Dropped
	if stop.Child == 0 {
		stop.Child = e.mind.child
	}
	stop.Notes = e.drive.Notes
	return stop, err
}

// stoppedAt selects the thread of a Stop and says where it is. A called function may have returned
// unnoticed there.
func (e *Engine) stoppedAt(stop *Stop, err error) (Stop, error) {
	if e.drive.Thread(stop.TID) != nil && stop.TID != 0 {
		e.drive.Select(stop.TID)
	}
	if back, result, lost := e.called.Settle(e.units.Quiet.In); lost != nil {
		err = errors.Join(err, lost)
	} else if back != nil {
		stop.Reason, stop.Returned, stop.call = StopCallReturned, result, back
	}
	if e.called.Kept() {
		err = e.restoreRestAfter(err)
	}
	cur := e.drive.Thread(e.drive.Current())
	var unread error
	if cur != nil {
		unread = e.drive.Load(cur)
	}
	if tracee.IsGone(unread) { // killed just now
		end, lost := e.vanished(cur, unread)
		if end != nil {
			end.Units, end.Notes, end.Dropped = stop.Units, stop.Notes, stop.Dropped
			return *end, errors.Join(err, lost)
		}
	}
	if cur != nil && unread == nil {
		pc := cur.Regs.PC()
		if cur.View.PC != pc {
			total, entering := e.symbols.Inlines(pc)
			cur.Show(pc, total-entering)
		}
		stop.TID, stop.PC, stop.Depth = cur.TID, pc, cur.View.Depth
		if set := e.book.TrapAt(pc) || e.book.HardwareAt(pc); (set || stop.Reason != StopStep) && !e.book.Observes(pc) {
			cur.StoppedAt = pc
		}
	}
	return *stop, err
}

// Continue runs the program until something stops it.
func (e *Engine) Continue(ctx context.Context) (Stop, error) {
	bare := !e.units.Quiet.Any() && e.points.Bare() && !e.mind.observed.Observed()
	stop, err := e.commandWith(ctx, !bare, func(th *drive.Thread) (drive.Stop, error) {
		if bare {
			if err := e.linker.unlisten(); err != nil {
				return nil, err
			}
		}
		m := drive.Journey(th)
		m.Free = true
		_, stop, err := e.steps.Do(m)
		return stop, err
	})
	if bare && e.target.Alive() {
		// The program may have loaded and unloaded libraries unnoticed.
		switch failed := e.reload(); {
		case tracee.IsGone(failed) && err == nil: // killed since
			if end, err := e.vanished(e.drive.Adopt(stop.TID), failed); end != nil {
				return *end, err
			}
		case failed != nil:
			err = errors.Join(err, failed)
		}
	}
	return stop, err
}

// ContinueOver is Continue for a client that uses it to step: the client has a breakpoint of
// its own for the selected thread, at a function's return address or on the lines of a
// function. So the Engine counts the thread's passes, and helps them, as in a step.
func (e *Engine) ContinueOver(ctx context.Context) (Stop, error) {
	return e.command(ctx, func(th *drive.Thread) (drive.Stop, error) {
		if err := e.drive.Load(th); err != nil {
			return nil, err
		}
		m := drive.Journey(th)
		m.Free, m.Over, m.Sections = true, true, e.sections.Around(th.Regs.PC())
		_, stop, err := e.steps.Do(m)
		return stop, err
	})
}
