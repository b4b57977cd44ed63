//go:build linux && amd64

package ptrace

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
)

// Syscall makes a held thread execute one system call and puts everything
// back: registers, signal mask, and the signal it was stopped for. A call that
// the thread was interrupted in is restarted by the kernel as it would have
// been, because its registers say so again.
//
// The instruction is one that the program's memory has (the vDSO's, as a
// rule), so nothing is written. Signals are blocked for the length of the call,
// and come afterwards. What the program's own seccomp filter does to the call
// it does to this one.
func (p *Process) Syscall(tid int, nr uint64, args ...uint64) (result int64, err error) {
	const op = "inject system call"
	if len(args) > 6 {
		return 0, &Error{Op: op, TID: tid, Err: fmt.Errorf("%w: %d arguments", unix.EINVAL, len(args))}
	}
	err = p.away(tid, op, func(t *thread, r *machine.Regs) error {
		gate, err := p.findCode(t, &p.gate, opSyscall, "a syscall instruction")
		if err != nil {
			return err
		}
		r.W[amd64.RIP], r.W[amd64.RAX] = uint64(gate), nr
		for i, reg := range []*uint64{&r.W[amd64.RDI], &r.W[amd64.RSI], &r.W[amd64.RDX], &r.W[amd64.R10], &r.W[amd64.R8], &r.W[amd64.R9]} {
			if i < len(args) {
				*reg = args[i]
			}
		}
		result, err = p.stepOnce(t, op, r)
		return err
	})
	return result, err
}

// StepAside makes a held thread execute one nop instead of its own next
// instruction, and puts everything back as Syscall does. What it is for is what
// the kernel does on the way: it brings the thread's rseq area up to date before
// the nop, and enters by the exception behind it. Since Linux 6.19 only a
// thread that entered the kernel like that is sent to the abort handler of the
// section it stands in (user_irq in rseq_update_usr,
// include/linux/rseq_entry.h); after a system call it is not, whatever its
// registers have been set to.
func (p *Process) StepAside(tid int) error {
	const op = "step aside"
	return p.away(tid, op, func(t *thread, r *machine.Regs) error {
		at, err := p.findCode(t, &p.nop, opNop, "a nop instruction")
		if err != nil {
			return err
		}
		r.W[amd64.RIP] = uint64(at)
		_, err = p.stepOnce(t, op, r)
		return err
	})
}

// away has do step a held thread with registers of its own choice, which begin
// as the thread's, outside of any system call, and puts everything back.
func (p *Process) away(tid int, op string, do func(*thread, *machine.Regs) error) (err error) {
	t, err := p.findHeld(tid, op)
	if err != nil {
		return err
	}
	for _, o := range p.order {
		if !o.held && !o.zombie {
			return &Error{Op: op, TID: tid, Err: fmt.Errorf("%w: thread %d is running", ErrState, o.tid)}
		}
	}
	if err := p.settle(t); err != nil {
		return err
	}
	if err := p.load(t); err != nil {
		return err
	}
	if err := p.keepSiginfo(t); err != nil {
		return err
	}
	p.endanger(t)
	saved, how, stop, signal := t.regs, t.how, t.stop, t.signal
	mask, err := p.blockSignals(t)
	if err != nil {
		return err
	}
	defer func() {
		// Whatever happened, what can be put back is.
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
			t.stop, t.signal = stop, signal
		case stopGroup:
			err = errors.Join(err, p.trapAgain(t))
		}
	}()
	r := saved.now
	r.W[amd64.OrigRAX] = noSyscall
	r.W[amd64.EFLAGS] = r.W[amd64.EFLAGS]&^(flagTF|flagZF) | flagRF
	return do(t, &r)
}

// stepOnce gives the thread registers and steps it over the instruction that
// they name. It returns what is in RAX then, the result of a system call.
//
// The flags are chosen by away. RF: a debug register at that place is passed.
// Not ZF: the place may lie in the vDSO's __vdso_futex_robust_list64_try_unlock,
// where the kernel takes a set ZF of an interrupted thread for an unlocked futex
// and writes to where RDX points (arch_futex_robust_unlock_get_pop,
// arch/x86/include/asm/futex_robust.h, since Linux 7.2).
func (p *Process) stepOnce(t *thread, op string, r *machine.Regs) (int64, error) {
	if err := p.store(t, r); err != nil {
		return 0, err
	}
	gate := r.W[amd64.RIP]
	var again []unix.Signal // signals that came in between, to be sent once more
	var special error       // how a trapped call was met instead of being made
	defer func() {
		for _, sig := range again {
			_ = unix.Tgkill(t.group, t.tid, sig) // ESRCH: it was killed
		}
	}()
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
		done := t.regs.now.W[amd64.RIP] != gate
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
			continue // an event in the middle of the call
		}
		switch sig := unix.WaitStatus(status).StopSignal(); sig {
		case unix.SIGTRAP:
			if code, _, err := p.cause(t); err != nil {
				return 0, err
			} else if code <= 0 { // somebody sent it
				again = append(again, sig)
			}
		case unix.SIGSYS:
			return 0, &Error{Op: op, TID: t.tid, Err: fmt.Errorf("%w: the program's seccomp filter refuses it", unix.EPERM)}
		case unix.SIGSEGV, unix.SIGBUS, unix.SIGILL, unix.SIGFPE:
			if sig == unix.SIGILL && t.regs.now.W[amd64.OrigRAX] != noSyscall {
				special = errIllegal
				continue // the step's own SIGTRAP waits behind it
			}
			return 0, &Error{Op: op, TID: t.tid, Err: fmt.Errorf("%w: the instruction at %#x raised %v", unix.EFAULT, gate, sig)}
		default: // SIGSTOP, which cannot be blocked like the others
			again = append(again, sig)
		}
		if done {
			return int64(t.regs.now.W[amd64.RAX]), special
		}
	}
}

// stopOf waits for the next stop of a thread that runs alone, and returns its
// status unread. It is ESRCH when the thread ends instead.
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

// settle takes a thread out of a stop in the middle of a system call, such as
// PTRACE_EVENT_CLONE, to the end of the call, before any instruction of its own:
// in the middle the call's result would overwrite what is put into RAX.
func (p *Process) settle(t *thread) error {
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
	t.asked, t.moves = true, false
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
// raise: the kernel resets the handler of such a one when it is blocked
// (force_sig_info_to_task, kernel/signal.c). It returns the mask before.
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
