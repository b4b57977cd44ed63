package stepper

import (
	"errors"

	"rseqstep/stepper/tracee"
)

// Catch is which events end a command that by themselves do not (gdb's catch).
type Catch struct {
	// Forks: fork, vfork and the end of a vfork (StopFork, StopVfork,
	// StopVforkDone). The new process is held until KeepParent or KeepChild.
	Forks bool
	// Execs: StopExec, before the new program's first instruction.
	Execs bool
	// Syscalls decides by the number: StopSyscallEntry before the call and
	// StopSyscallReturn after it. nil catches none. Calls inside of units
	// cannot occur, for sections make none; a vDSO function's own fallback does.
	Syscalls func(number uint64) bool
}

// ErrNoSyscallReports says that the Target cannot report system calls.
var ErrNoSyscallReports = errors.New("the target cannot report system calls")

// Catch sets what is caught from now on.
func (e *Engine) Catch(c Catch) error {
	was := e.catch
	e.catch = c
	if err := e.reportSyscalls(); err != nil {
		e.catch = was
		return err
	}
	return nil
}

// undecided is a fork that was caught: which process is kept is still open.
type undecided struct {
	event tracee.Event
}

// Undecided is the process whose making was caught and that is still held, 0
// for none.
func (e *Engine) Undecided() int {
	if e.fork == nil || !e.target.Alive() {
		return 0
	}
	return e.fork.event.Child
}

// UndecidedShares reports whether that process runs in its parent's memory, and the
// parent in it as well (clone(2): CLONE_VM and SIGCHLD, without CLONE_VFORK).
func (e *Engine) UndecidedShares() bool { return e.Undecided() != 0 && e.fork.event.Shared }

// KeepParent lets a caught child go, free of breakpoints.
func (e *Engine) KeepParent() error { return e.decide(FollowParent) }

// KeepChild goes on with a caught child; the parent is let go.
func (e *Engine) KeepChild() error { return e.decide(FollowChild) }

// decide keeps one of the processes of a caught fork.
func (e *Engine) decide(keep FollowFork) error {
	if e.Undecided() == 0 {
		return nil
	}
	return errors.Join(e.unpin(), e.forkedAs(e.fork.event, keep))
}

// caughtFork is the Stop of a caught fork or vfork.
func (e *Engine) caughtFork(ev tracee.Event) *Stop {
	e.fork = &undecided{event: ev}
	stop := &Stop{Reason: StopFork, TID: ev.TID, Child: ev.Child}
	if ev.Kind == tracee.EventVfork {
		stop.Reason = StopVfork
	}
	return stop
}

// caughtVforkDone is the Stop of the end of a vfork, nil where it is not caught.
func (e *Engine) caughtVforkDone(ev tracee.Event) *Stop {
	if !e.catch.Forks {
		return nil
	}
	return &Stop{Reason: StopVforkDone, TID: ev.TID}
}

// caughtSyscall is the Stop of a system call's entry or return, nil where it
// is not caught.
func (e *Engine) caughtSyscall(ev tracee.Event) *Stop {
	th := e.adopt(ev.TID)
	if e.catch.Syscalls == nil || !e.catch.Syscalls(ev.Number) {
		return nil
	}
	stop := &Stop{Reason: StopSyscallReturn, TID: ev.TID, Syscall: ev.Number}
	if ev.Kind == tracee.EventSyscallEntry {
		stop.Reason = StopSyscallEntry
		th.inCall = true
	}
	return stop
}

// toBeRestarted reports whether the thread's system call was interrupted, so
// that its return is not its end: the kernel moves the PC back to the call when
// the thread goes on, and a step makes the whole call again, for as long as it
// takes.
func (e *Engine) toBeRestarted(th *thread) bool {
	return e.load(th) == nil && th.regs.Restarts()
}
