package stepper

import (
	"context"
	"errors"
	"fmt"

	"rseqstep/stepper/call"
	"rseqstep/stepper/drive"
	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/observe"
	"rseqstep/stepper/opv"
	"rseqstep/stepper/opvcall"
	"rseqstep/stepper/points"
	"rseqstep/stepper/progress"
	"rseqstep/stepper/registration"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/signals"
	"rseqstep/stepper/steps"
	"rseqstep/stepper/tracee"
	"rseqstep/stepper/units"
	"rseqstep/stepper/vdso"
	"rseqstep/table"
)

// New makes an Engine for a target all of whose threads are held.
func New(t tracee.Target, s Symbols, m ModuleReader, p Policy) (*Engine, error) {
	e := &Engine{target: t, policy: p, book: ledger.New(t)}
	e.code = code{modules: m, symbols: s, sections: rseq.New(t.Arch(), t, rseq.OfSource(s)), linker: linker{book: e.book}}
	e.mind = &mind{Engine: e, signals: signals.NewTable()}
	e.points = points.New(host{e}, e.book, e.sections, s)
	e.drive = drive.New(t, e.book, e.mind)
	e.rseq = registration.New(t, e.drive, e.sections, e.points)
	e.called = call.New(t, e.drive, e.book, e.sections, s)
	e.vdso = vdso.New(t, e.sections, vdsoHost{e}, tracee.BlockPatience)
	e.progress = progress.New(t, e.drive, e.book, e.sections, watched{e}, &e.policy.Limits)
	e.rseq.Seen = e.progress.Arms
	e.units = units.New(units.Parts{
		Target: t, Drive: e.drive, Book: e.book, Sections: e.sections, Points: e.points, Registration: e.rseq,
		Report: new(rseq.Report), Symbols: s, Passes: e.progress, Functions: e.vdso, Host: unitHost{e},
	})
	e.steps = steps.New(e.units, e.progress, s)
	decideSkips(e)
	e.mind.observed = observe.New(e.units, func(tid int) drive.Stop { return &Stop{Reason: StopInterrupt, TID: tid} })
	for _, tid := range t.Threads() {
		e.drive.Adopt(tid)
		if e.drive.Current() == 0 {
			e.drive.Select(tid)
		}
	}
	if err := e.reload(); err != nil {
		return nil, err
	}
	return e, nil
}

// ProvideCPUOpv provides the cpu_opv system call of that ABI to the program and its child
// processes (opvcall.New). Errors: opvcall.ErrNotTrapped.
func (e *Engine) ProvideCPUOpv(abi opv.ABI) (err error) {
	if e.mind.provider, err = opvcall.New(e.target, e.drive, abi); err == nil {
		e.rseq.OwnFilters = 1 // the one that traps the calls
	}
	return err
}

// Target is the process the Engine works on.
func (e *Engine) Target() tracee.Target { return e.target }

// Symbols are those that the Engine uses.
func (e *Engine) Symbols() Symbols { return e.symbols }

// Image is the sections known now; it changes when the program loads or unloads libraries.
func (e *Engine) Image() *table.Image { return e.sections.Image() }

// VDSO is the process's vDSO, nil if it has none or the Engine cannot read it.
func (e *Engine) VDSO() *machine.VDSO { return e.vdso.Image() }

// Policy is what the user may set; changes take effect with the next command.
func (e *Engine) Policy() *Policy { return &e.policy }

// Signals is the `handle` table.
func (e *Engine) Signals() *SignalTable { return e.mind.signals }

// command runs one command on the selected thread and completes its Stop. A nil Stop from do
// means that the step is done. When ctx ends, the command ends: every thread is held, and the
// Stop is StopInterrupt.
func (e *Engine) command(ctx context.Context, do func(*drive.Thread) (drive.Stop, error)) (Stop, error) {
	return e.commandWith(ctx, true, do)
}

// commandWith is command; listens says whether the trap at the dynamic linker's hook must be
// set.
func (e *Engine) commandWith(ctx context.Context, listens bool, do func(*drive.Thread) (drive.Stop, error)) (Stop, error) {
	defer e.drive.EndOnly() // also for a command that cannot begin
	was, err := e.selected()
	if err != nil {
		if end, _ := e.unreported(); end != nil { // an error says that all is reported
			return *end, nil
		}
		return Stop{}, err
	}
	release, begun := e.drive.Begin(ctx)
	defer release()
	if !begun {
		return e.notBegun(was)
	}
	e.units.Report.Begin()
	e.mind.child = 0
	e.drive.Notes = nil
	e.drive.Shares = e.policy.Pin
	e.units.Policy = units.Policy{StuckLimit: e.policy.StuckLimit, Meets: e.policy.StandsToMeet}
	if err := e.decide(e.policy.FollowFork); err != nil {
		return Stop{}, err
	}
	th, err := e.selected() // another one if the Engine has kept a fork's child
	if err != nil {
		return Stop{}, err
	}
	e.drive.BeginOnly()
	if e.book.Pinned() != th.TID && !e.units.Quiet.Any() {
		if err := e.unpin(); err != nil {
			return Stop{}, err
		}
	}
	if listens {
		e.linker.listen()
	}
	if err := e.units.StartOff(th); err != nil {
		return Stop{}, err
	}
	if e.book.Outstanding() {
		if err := e.restoreRest(); err != nil {
			return Stop{}, fmt.Errorf("cannot resume: an earlier command failed and its changes could not be undone: %w", err)
		}
	}
	e.rseq.Discover(th)
	halt, err := do(th)
	stop := stopOf(halt)
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
	if !e.target.Alive() {
		return *stop, err
	}
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
		if stop.Reason != StopStep || e.book.TrapAt(pc) || e.book.HardwareAt(pc) {
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

// Kill ends the program. If that fails, the program stays held.
func (e *Engine) Kill() error {
	err := e.target.Kill()
	if !e.target.Alive() {
		e.drive.Ended(tracee.Event{Kind: tracee.EventProcessExit})
	}
	return err
}

// Detach detaches from the program and leaves it as the debugger found it. It delivers signals
// that the user has seen and that are to be passed. If it cannot detach, the program stays
// held; if it could only detach with changes left in the program that harm it, it kills the
// program.
func (e *Engine) Detach() error {
	err := e.restoreRestAfter(e.steps.Part())
	if lost := e.called.UndoAll(); lost != nil {
		return errors.Join(err, lost, errors.New("killed the program: a function called from the debugger has not returned, and the thread could not get back its registers from before the call"), e.Kill())
	}
	if err = errors.Join(err, e.uprootAll()); e.book.Outstanding() {
		err = e.restoreRestAfter(err)
	}
	if harm := e.book.Harm(); harm != nil && e.target.Alive() {
		return errors.Join(err, fmt.Errorf("killed the program: %w", harm), e.Kill())
	}
	for _, th := range e.drive.Threads() {
		if th.Deferred != 0 && e.target.Alive() && e.target.Held(th.TID) {
			e.drive.RestoreKept(th)
			failed := e.drive.Release(th, th.Deferred, tracee.Freely)
			if failed == nil {
				th.Deferred = 0
			}
			err = errors.Join(err, failed)
		}
	}
	err = errors.Join(err, e.sendOwed(), e.target.Detach())
	if !e.target.Alive() {
		e.drive.Ended(tracee.Event{Kind: tracee.EventProcessExit})
		return withoutGone(err)
	}
	return errors.Join(err, e.points.PlantAll())
}

// Rest undoes what commands keep for the next one (Policy.Linger). It costs the next step some
// 30 µs.
func (e *Engine) Rest() error {
	if e.units.Quiet.Any() {
		return nil // its section must commit on the current CPU
	}
	return e.unpin()
}

// unpin restores both affinities.
func (e *Engine) unpin() error { return e.book.Unpin() }

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
