package stepper

import (
	"errors"
	"time"

	"rseqstep/stepper/unit"
	"rseqstep/table"
)

// blockPatience is how long a stepped system call, or a unit, may take before
// the other threads are let go: it may be waiting for one of them.
const blockPatience = 20 * time.Millisecond

// FaultPatience is how long any other instruction may take before the other
// threads are let go: it may touch a page that one of them has to provide
// (userfaultfd(2), or a file system that the program serves itself).
const FaultPatience = 200 * time.Millisecond

// stepOne carries out one instruction of a held thread, or the unit it begins
// (DESIGN 4.1). Only that thread runs, unless it blocks in the kernel. A Stop
// says that something else came in between.
func (e *Engine) stepOne(th *thread) (stop *Stop, err error) {
	if err := e.load(th); err != nil {
		return e.vanished(th, err)
	}
	if err := e.pin(th); err != nil {
		return e.vanished(th, err)
	}
	pc := th.regs.PC()
	th.reported = 0
	if th.quiet != nil {
		return e.stepInside(th)
	}
	if e.sites[pc] > 0 {
		if err := e.target.Remove(pc); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, e.putBack(pc)) }()
	}
	if e.vdso != nil && e.vdso.Contains(pc) {
		return e.stepVDSO(th)
	}
	insn, err := e.decode(pc)
	if err != nil {
		// Unreadable or unknown code: the processor decides (it will fault or not).
		return e.stepPlain(th, nil)
	}
	if insn.Store.Size != 0 {
		if err := e.registration(th); err != nil {
			return e.vanished(th, err)
		}
		if th.rseq.Registered() {
			if arms, value, known := insn.Arms(&th.regs, th.rseq.CSField()); arms && !(known && value == 0) {
				return e.runUnit(th, insn)
			}
		}
	}
	if e.image.At(pc) != nil {
		now, err := e.readRseq(th)
		if err != nil {
			return e.vanished(th, err)
		}
		if now.Live {
			return e.runRestart(th, now.Section)
		}
	}
	stop, err = e.stepReturning(th, insn)
	if stop != nil || err != nil {
		return stop, err
	}
	if insn.Kind == unit.Call || insn.Kind == unit.IndirectCall || insn.Kind == unit.IndirectJump || insn.Kind == unit.Jump {
		if e.vdso != nil {
			if err := e.load(th); err != nil {
				return e.vanished(th, err)
			}
			if f, ok := e.vdso.Entry(th.regs.PC()); ok && !e.entering {
				return e.runVDSO(th, f)
			}
		}
	}
	return nil, nil
}

// stepPlain single-steps one instruction. insn may be nil when it could not be decoded.
func (e *Engine) stepPlain(th *thread, insn *unit.Insn) (*Stop, error) {
	patience := FaultPatience
	repin := false
	pc := th.regs.PC()
	inKernel := insn == nil || insn.Kind == unit.Syscall || th.inCall || e.toBeRestarted(th)
	th.inCall = false
	if inKernel {
		// The kernel may look at the thread's affinity, or block.
		patience = blockPatience
		if e.pinned != 0 {
			if err := e.unpin(); err != nil {
				return nil, err
			}
			repin = true
		}
	}
	if sig := th.deferred; sig != 0 && th.signal == 0 {
		th.deferred = 0
		if _, stop, err := e.handle(th, sig); stop != nil || err != nil {
			return stop, err
		}
	}
	for interrupted := false; ; interrupted = true {
		sig := th.signal
		th.signal = 0
		ev, err := e.target.Step(th.tid, sig, patience)
		if err != nil {
			return e.vanished(th, err)
		}
		th.fresh = false
		if ev.Kind == EventStep {
			break
		}
		if stood, err := e.stoodOnHardware(th, ev, pc); err != nil {
			return nil, err
		} else if stood {
			continue
		}
		if interrupted && e.keepBack(th, ev) {
			continue
		}
		again, stop, err := e.between(th, ev, true)
		if stop != nil || err != nil {
			return stop, err
		}
		if !again {
			break
		}
	}
	if inKernel {
		// It may have registered rseq, or mapped other code.
		th.rseqKnown = false
		e.code.flush()
	}
	if repin {
		return nil, e.pin(th)
	}
	return nil, nil
}

// between handles what a Step or Run of one thread brought instead of its end.
// again: do it once more; a Stop: the command ends here; neither: it is done.
func (e *Engine) between(th *thread, ev Event, stepping bool) (again bool, stop *Stop, err error) {
	if ev.Kind == EventFork || ev.Kind == EventVfork {
		e.fork = &undecided{event: ev} // should this fail before it is decided
	}
	if ev.Kind != EventExec {
		if stop, err := e.catchpoint(ev); stop != nil || err != nil {
			return false, stop, err
		}
	}
	switch ev.Kind {
	case EventBlocked:
		if err := e.putBack(th.regs.PC()); err != nil {
			return false, nil, err
		}
		arrived, stop, err := e.travel(th, &traps{tid: th.tid, step: stepping, debug: !stepping})
		if stop != nil || err != nil {
			return false, stop, err
		}
		return !arrived, nil, nil
	case EventSignal:
		return e.signalBetween(th, ev, stepping)
	case EventClone:
		e.adopt(ev.Child)
		return true, nil, nil
	case EventSyscall:
		return true, nil, e.provide(th.tid)
	case EventSyscallEntry, EventSyscallReturn:
		stop := e.caughtSyscall(ev)
		// Stepped, a thread comes here instead of to the end of its step.
		done := stepping && ev.Kind == EventSyscallReturn && !e.toBeRestarted(th)
		return stop == nil && !done, stop, nil
	case EventFork, EventVfork:
		if e.catch.Forks {
			return false, e.caughtFork(ev), nil
		}
		if err := e.forked(ev); err != nil {
			return false, nil, err
		}
		return true, nil, nil
	case EventVforkDone:
		stop := e.caughtVforkDone(ev)
		return stop == nil, stop, nil
	case EventGroupStop:
		stop, err := e.joinStop(th)
		return stop == nil, stop, err
	case EventExec:
		if err := e.executed(ev); err != nil {
			return false, nil, err
		}
		if stop, err := e.catchpoint(ev); stop != nil || err != nil {
			return false, stop, err
		}
		return false, &Stop{Reason: StopExec, TID: ev.TID}, nil
	case EventExit:
		return false, e.threadGone(ev), nil
	case EventProcessExit:
		return false, e.ended(ev), nil
	case EventInterrupt:
		if !e.asked.Swap(false) {
			return true, nil, nil // left over from a command that has ended
		}
		return false, &Stop{Reason: StopInterrupt, TID: th.tid}, nil
	case EventDebug:
		stop, err := e.debugHit(th, ev)
		return !stepping, stop, err
	case EventBreakpoint:
		th.reported = ev.Addr
		stop, err := e.userBreak(th, ev.Addr)
		return stop == nil && !stepping, stop, err
	}
	return true, nil, nil
}

// signalBetween deals with a signal that came to a thread that is stepped
// alone. A handler that passes silently runs to its end, as gdb has it.
func (e *Engine) signalBetween(th *thread, ev Event, stepping bool) (bool, *Stop, error) {
	d := e.signals.Of(ev.Signal)
	if d.Stop {
		return false, e.signalStop(th, ev), nil
	}
	if d.Print {
		e.noteSignal(th, ev.Signal)
	}
	if !d.Pass {
		return true, nil, nil
	}
	if !stepping {
		th.signal = ev.Signal
		return true, nil, nil
	}
	return e.handle(th, ev.Signal)
}

// handle lets the thread have a signal and runs it until its handler, if it
// has one, has returned to where the thread stands.
func (e *Engine) handle(th *thread, sig int) (bool, *Stop, error) {
	if err := e.load(th); err != nil {
		stop, err := e.vanished(th, err)
		return false, stop, err
	}
	th.signal = sig
	stop, err := e.runHandler(th)
	return stop == nil, stop, err
}

// keepBack keeps a signal that passes silently for after the instruction, when
// the same instruction was interrupted before: a timer that fires more often
// than its handler takes under a debugger would stop all progress.
func (e *Engine) keepBack(th *thread, ev Event) bool {
	if ev.Kind != EventSignal || e.anyCatches(&ev) {
		return false
	}
	d := e.signals.Of(ev.Signal)
	if d.Stop || d.Print || !d.Pass || th.deferred != 0 && (th.deferred != ev.Signal || ev.Signal >= firstRealTime) {
		return false
	}
	th.deferred = ev.Signal
	return true
}

// firstRealTime is SIGRTMIN of the kernel: signals below it are pending once
// at most, those from it on are queued (signal(7)).
const firstRealTime = 32

// StepInstruction steps n instructions or units of the selected thread (stepi).
func (e *Engine) StepInstruction(n int) (Stop, error) { return e.instructions(n, e.policy.Inside) }

// instructions steps n instructions; inside enters sections.
func (e *Engine) instructions(n int, inside bool) (Stop, error) {
	return e.command(func(th *thread) (*Stop, error) {
		if stop, err := e.settleAll(th); stop != nil || err != nil {
			return stop, err
		}
		e.entering = inside
		defer func() { e.entering = false }()
		for i := 0; i < n; i++ {
			if stop, err := e.stepOne(th); stop != nil || err != nil {
				return stop, err
			}

			if stop, err := e.arrivedAtBreak(th); stop != nil || err != nil {
				return stop, err
			}
		}
		return nil, e.showInner(th)
	})
}

// showInner shows the innermost inlined call, as gdb does after stepi.
func (e *Engine) showInner(th *thread) error {
	if !e.target.Alive() {
		return nil
	}
	if err := e.load(th); err != nil {
		return err
	}
	pc := th.regs.PC()
	total, _ := e.symbols.Inlines(pc)
	th.show(pc, total)
	return nil
}

// arrivedAtBreak reports a user's breakpoint that stepping has come to.
func (e *Engine) arrivedAtBreak(th *thread) (*Stop, error) {
	if err := e.load(th); err != nil {
		return e.vanished(th, err)
	}
	pc := th.regs.PC()
	if th.reported == pc || e.sites[pc] == 0 && !e.hardwareAt(pc) {
		return nil, nil
	}
	stop, err := e.userBreak(th, pc)
	if stop != nil {
		th.reported = pc
	}
	return stop, err
}

// NextInstruction is StepInstruction that steps over calls (nexti).
func (e *Engine) NextInstruction(n int) (Stop, error) {
	return e.command(func(th *thread) (*Stop, error) {
		if stop, err := e.settleAll(th); stop != nil || err != nil {
			return stop, err
		}
		e.entering = e.policy.Inside
		defer func() { e.entering = false }()
		for i := 0; i < n; i++ {
			if err := e.load(th); err != nil {
				return e.vanished(th, err)
			}
			insn, err := e.decode(th.regs.PC())
			if err == nil && (insn.Kind == unit.Call || insn.Kind == unit.IndirectCall) {
				next, sp := insn.Next(), th.regs.Rsp
				tr := &traps{tid: th.tid, at: map[table.Addr]trap{}}
				tr.at[next] = func(th *thread) (bool, *Stop, error) { return th.regs.Rsp >= sp, nil, nil }
				if _, stop, err := e.travel(th, tr); stop != nil || err != nil {
					return stop, err
				}
			} else if stop, err := e.stepOne(th); stop != nil || err != nil {
				return stop, err
			}
			if stop, err := e.arrivedAtBreak(th); stop != nil || err != nil {
				return stop, err
			}
		}
		return nil, e.showInner(th)
	})
}
