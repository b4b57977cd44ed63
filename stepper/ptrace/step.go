//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
)

// manyThreads is the number of threads from which waiting for one thread id is
// cheaper than waiting for any: the kernel checks each tracee in turn, twice a
// wait (do_wait, kernel/exit.c; about 5 % of a step with 32 threads).
const manyThreads = 8

// stoppedByTrap is the wait status of a plain SIGTRAP stop: 0x7f for stopped,
// the signal in the next byte, no event in the third. See wait(2) and ptrace(2).
const stoppedByTrap = 0x7f | uint32(unix.SIGTRAP)<<8

// Step runs one instruction of one stopped thread; see tracee.Target. It steps
// what is in memory: a planted breakpoint at the PC gives EventBreakpoint. A
// system call that creates a thread or a process gives two events: EventClone
// (or EventFork, EventVfork) in the middle of the call, and EventStep after it,
// at the next step.
//
// A patience of tracee.FaultPatience or more costs nothing: the ticks that
// several threads need anyway check it. With one thread it has no limit.
func (p *Process) Step(tid, sig int, patience time.Duration) (tracee.Event, error) {
	t, err := p.find(tid, "step")
	if err != nil {
		return tracee.Event{}, err
	}
	if sig != 0 || patience > 0 && patience < tracee.FaultPatience || !t.held || len(p.queue) > 0 || p.interrupt.Load() || t.debug.inUse() || t.debug.stale || p.lifted || p.reports || t.call != callNone {
		return p.runFor(tid, reqSingleStep, sig, patience)
	}
	if err := p.load(t); err != nil {
		return tracee.Event{}, err
	}
	which := -1
	if n := len(p.order); n > 1 {
		p.kicker.keepTicking()
		if n >= manyThreads {
			which = tid
		}
	}
	p.armExitKill(t)
	from, sp := t.regs.now.PC(), t.regs.now.SP()
	if err := p.readyStep(t); err != nil && !errors.Is(err, unix.ESRCH) {
		return tracee.Event{}, err
	}
	if e := ptraceCall(reqSingleStep, tid, 0, 0); e != 0 {
		if err := p.fail(t, "step", e); e != unix.ESRCH {
			return tracee.Event{}, err
		}
	}
	t.held, t.how, t.regs.known, t.skipped = false, reqSingleStep, false, false
	got, err := p.collect(which, 0)
	if err != nil || got == kicked {
		// With which == tid: the thread may wait until others are reaped.
		return p.await(t, limit(patience))
	}
	if got != tid || p.status != stoppedByTrap {
		if err := p.take(got, p.status); err != nil {
			return tracee.Event{}, err
		}
		return p.await(t, limit(patience))
	}
	if e := p.readRegs(t); e != 0 {
		p.fail(t, "read registers", e)
		return p.await(t, time.Time{})
	}
	if !p.plainStep(t, from) {
		if err := p.take(tid, p.status); err != nil {
			return tracee.Event{}, err
		}
		ev, err := p.await(t, time.Time{})
		if err == nil && ev.Kind == tracee.EventStep && t.regs.now.SP() != sp {
			err = p.cleanStack(t, from, sp)
		}
		return ev, err
	}
	t.held, t.asked, t.listens, t.midcall = true, false, false, false
	t.stop, t.signal, t.siginfo = stopTrap, 0, nil
	t.regs.known, t.regs.changed = true, false
	return tracee.Event{Kind: tracee.EventStep, TID: tid}, nil
}

// limit is when a patience that begins now ends; the zero time for none.
func limit(patience time.Duration) time.Time {
	if patience == 0 {
		return time.Time{}
	}
	return time.Now().Add(patience)
}
