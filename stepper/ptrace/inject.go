//go:build linux && (amd64 || arm64)

package ptrace

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
)

// Syscall makes a stopped thread execute one system call and restores
// everything: registers, signal mask, and the signal it was stopped for. If the
// thread was interrupted in a call, the kernel restarts that call as it would
// have done, because the restored registers say so.
//
// The instruction is an existing one in the program's memory (usually the
// vDSO's), so nothing is written. Signals are blocked during the call and
// delivered afterwards. The program's own seccomp filter applies to this call
// too.
func (p *Process) Syscall(tid int, nr uint64, args ...uint64) (result int64, err error) {
	const op = "inject system call"
	if len(args) > 6 {
		return 0, &Error{Op: op, TID: tid, Err: fmt.Errorf("%w: %d arguments", unix.EINVAL, len(args))}
	}
	err = p.withStateSaved(tid, op, func(t *thread, r *machine.Regs) error {
		gate, err := p.findCode(t, &p.gate, opSyscall, "a syscall instruction")
		if err != nil {
			return err
		}
		r.SetPC(gate)
		setCall(r, nr, args)
		result, err = p.stepOnce(t, op, r)
		return err
	})
	return result, err
}

// StepAside makes a stopped thread execute one nop instead of its own next instruction,
// and restores everything as Syscall does. Its purpose is a side effect: the kernel
// updates the thread's rseq area before the nop, and the thread re-enters by the
// exception after it. Since Linux 6.19 the kernel sends only a thread that entered by an
// exception or interrupt to the abort handler of its section (user_irq in
// rseq_update_usr, include/linux/rseq_entry.h); after a system call it does not, whatever
// the registers have been set to.
func (p *Process) StepAside(tid int) error {
	const op = "step aside"
	return p.withStateSaved(tid, op, func(t *thread, r *machine.Regs) error {
		at, err := p.findCode(t, &p.nop, opNop, "a nop instruction")
		if err != nil {
			return err
		}
		r.SetPC(at)
		_, err = p.stepOnce(t, op, r)
		return err
	})
}

// withStateSaved calls do to step a stopped thread outside of any system call, with
// registers that do may change, and then restores everything.
func (p *Process) withStateSaved(tid int, op string, do func(*thread, *machine.Regs) error) (err error) {
	t, err := p.findHeld(tid, op)
	if err != nil {
		return err
	}
	for _, o := range p.order {
		if !o.held && !o.zombie {
			return &Error{Op: op, TID: tid, Err: fmt.Errorf("%w: thread %d is running", ErrState, o.tid)}
		}
	}
	if err := p.finishCall(t); err != nil {
		return err
	}
	if err := p.load(t); err != nil {
		return err
	}
	if err := p.keepSiginfo(t); err != nil {
		return err
	}
	p.armExitKill(t)
	saved, how, stop, signal, siginfo := t.regs, t.how, t.stop, t.signal, t.siginfo
	mask, err := p.blockSignals(t)
	if err != nil {
		return err
	}
	defer func() {
		// Restore whatever can be restored, whatever happened.
		if p.threads[tid] != t || !t.held {
			return
		}
		if _, e := ptraceBytes(reqSetSigmask, tid, uintptr(len(mask)), mask[:]); e != 0 {
			err = errors.Join(err, p.fail(t, "restore signal mask", e))
		}
		err = errors.Join(err, p.store(t, &saved.now))
		t.regs, t.how = saved, how
		switch stop {
		case stopSignal:
			t.stop, t.signal, t.siginfo = stop, signal, siginfo
		case stopGroup:
			err = errors.Join(err, p.trapAgain(t))
		}
	}()
	if err := p.settleCall(t, &saved.now); err != nil {
		return err
	}
	r := saved.now
	r.ForgetSyscall()
	aside(&r)
	return do(t, &r)
}

// stepOnce sets the thread's registers and steps it over the instruction they
// point to. It returns the result of a system call.
func (p *Process) stepOnce(t *thread, op string, r *machine.Regs) (int64, error) {
	if err := p.store(t, r); err != nil {
		return 0, err
	}
	gate := r.PC()
	var again []unix.Signal // signals that arrived in between, to be sent again
	var special error       // how a trapped call ended instead of being made
	defer func() {
		for _, sig := range again {
			_ = unix.Tgkill(t.group, t.tid, sig) // ESRCH: it was killed
		}
	}()
	if err := p.readyAside(t); err != nil {
		return 0, err
	}
	for {
		if e := ptraceCall(reqSingleStep, t.tid, 0, 0); e != 0 {
			return 0, p.fail(t, op, e)
		}
		status, err := p.stopOf(t, reqSingleStep)
		if err != nil {
			return 0, err
		}
		if err := p.load(t); err != nil {
			return 0, err
		}
		done := t.regs.now.PC() != gate
		if status>>16 == eventSeccomp {
			ours, err := p.takeCall(t)
			if err != nil {
				return 0, err
			}
			if ours {
				special = errTrapped
				if err := p.skipCall(t, noSuchCall); err != nil {
					return 0, err
				}
			}
			t.call = callNone
		}
		if status>>16 != 0 {
			continue // an event during the call
		}
		switch sig := unix.WaitStatus(status).StopSignal(); sig {
		case unix.SIGTRAP:
			if code, sender, err := p.cause(t); err != nil {
				return 0, err
			} else if !fromKernel(code, sender) {
				again = append(again, sig)
			}
		case unix.SIGSYS:
			return 0, &Error{Op: op, TID: t.tid, Err: fmt.Errorf("%w: the program's seccomp filter refuses it", unix.EPERM)}
		case unix.SIGSEGV, unix.SIGBUS, unix.SIGILL, unix.SIGFPE:
			if sig == unix.SIGILL && t.regs.now.SyscallNumber() != noSyscall {
				special = errIllegal
				continue // the step's own SIGTRAP is pending behind it
			}
			return 0, &Error{Op: op, TID: t.tid, Err: fmt.Errorf("%w: the instruction at %v raised %v", unix.EFAULT, gate, sig)}
		default: // SIGSTOP, which cannot be blocked
			again = append(again, sig)
		}
		if done {
			return int64(t.regs.now.Results()[0]), special
		}
	}
}

// stopOf waits for the next stop of a thread that runs alone, and returns the
// unprocessed status. Error: ESRCH if the thread ends instead.
func (p *Process) stopOf(t *thread, how int) (uint32, error) {
	p.kicker.keepTicking()
	t.held, t.how, t.regs.known = false, how, false
	for {
		got, err := p.collect(-1, 0)
		if err != nil {
			return 0, err
		}
		if got == kicked {
			continue
		}
		ws := unix.WaitStatus(p.status)
		if got == t.tid && ws.Stopped() {
			t.held, t.asked, t.listens, t.midcall = true, false, false, false
			t.stop, t.signal = stopTrap, 0
			return p.status, nil
		}
		if err := p.take(got, p.status); err != nil {
			return 0, err
		}
		if p.threads[t.tid] != t {
			return 0, &Error{Op: "wait", TID: t.tid, Err: unix.ESRCH}
		}
	}
}

// finishCall brings a thread from a stop in the middle of a system call, such as
// PTRACE_EVENT_CLONE, to the end of the call, before its next instruction: in the middle,
// the call's result would overwrite a new value of its register.
func (p *Process) finishCall(t *thread) error {
	if !t.midcall {
		return nil
	}
	return p.trapAgain(t)
}

// trapAgain resumes a thread with a PTRACE_INTERRUPT pending, so that it stops
// again at once: in a group-stop if its process is in one.
func (p *Process) trapAgain(t *thread) error {
	if e := ptraceCall(reqInterrupt, t.tid, 0, 0); e != 0 {
		return p.fail(t, "interrupt", e)
	}
	t.asked, t.migrates = true, false
	if err := p.resume(t, reqCont, 0); err != nil {
		return err
	}
	for !t.held {
		got, err := p.collect(-1, 0)
		if err != nil {
			return err
		}
		if got == kicked {
			continue
		}
		if err := p.take(got, p.status); err != nil {
			return err
		}
		if p.threads[t.tid] != t {
			return &Error{Op: "interrupt", TID: t.tid, Err: unix.ESRCH}
		}
	}
	return nil
}

// keepSiginfo saves the siginfo of the signal a thread is stopped for, before
// another stop replaces it.
func (p *Process) keepSiginfo(t *thread) error {
	if t.stop != stopSignal || t.siginfo != nil {
		return nil
	}
	info, err := p.Siginfo(t.tid)
	t.siginfo = info
	return err
}

// blockSignals blocks every signal but those that an instruction itself can
// raise: if such a signal is blocked, the kernel resets its handler
// (force_sig_info_to_task, kernel/signal.c). It returns the previous mask.
func (p *Process) blockSignals(t *thread) (before [8]byte, err error) {
	if _, e := ptraceBytes(reqGetSigmask, t.tid, uintptr(len(before)), before[:]); e != 0 {
		return before, p.fail(t, "read signal mask", e)
	}
	var bits uint64
	for _, sig := range []unix.Signal{unix.SIGILL, unix.SIGTRAP, unix.SIGBUS, unix.SIGFPE, unix.SIGSEGV, unix.SIGSYS} {
		bits |= 1 << (sig - 1)
	}
	var all [8]byte
	binary.NativeEndian.PutUint64(all[:], ^bits)
	if _, e := ptraceBytes(reqSetSigmask, t.tid, uintptr(len(all)), all[:]); e != 0 {
		return before, p.fail(t, "block signals", e)
	}
	return before, nil
}
