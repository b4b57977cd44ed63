//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// callState is a thread's progress with a trapped system call.
type callState uint8

const (
	callNone     callState = iota
	callWaiting            // stopped before the call, which must not reach the kernel
	callAnswered           // the kernel will skip the call; its result is in its register
)

// The kernel's answer to a RET_TRACE without a tracer that handles it.
const noSuchCall = -int64(unix.ENOSYS)

// takeCall handles PTRACE_EVENT_SECCOMP. ours is false for a RET_TRACE of the program's
// own filter, which takeCall answers as the kernel does untraced (seccomp(2)).
func (p *Process) takeCall(t *thread) (ours bool, err error) {
	t.midcall = true
	mark, e := ptraceWord(reqGetEventMsg, t.tid, 0)
	if e != 0 {
		return false, p.fail(t, "read event message", e)
	}
	t.call = callWaiting
	if mark != trapMark {
		return false, p.skipCall(t, noSuchCall)
	}
	return true, nil
}

// takeIllegal handles a SIGILL and reports whether it is a trapped call. The kernel has
// only raised the signal: the registers are those of the call, except its result (sys_uretprobe,
// arch/x86/kernel/uprobes.c). An instruction's own SIGILL has no number.
func (p *Process) takeIllegal(t *thread) (ours bool, err error) {
	if p.trap != sysUretprobe {
		return false, nil
	}
	if err := p.load(t); err != nil || t.regs.now.SyscallNumber() != p.trap {
		return false, err
	}
	if code, _, err := p.cause(t); err != nil || code != codeKernel {
		return false, err
	}
	t.stop, t.signal, t.call = stopTrap, 0, callWaiting
	return true, nil
}

// skipCall gives a waiting call its result. If SetRegs has taken the thread out
// of the call, it does nothing.
func (p *Process) skipCall(t *thread, result int64) error {
	if t.call != callWaiting {
		return nil
	}
	if err := p.load(t); err != nil {
		return err
	}
	p.unqueue(func(ev *tracee.Event) bool { return ev.TID == t.tid && ev.Kind == tracee.EventSyscall })
	t.call = callAnswered
	if t.regs.now.SyscallNumber() == noSyscall {
		return nil
	}
	r := t.regs.now
	r.ForgetSyscall()
	r.SetResult(uint64(result))
	return p.store(t, &r)
}

// takeBackCall puts a thread with an unanswered call back before the system
// call instruction, so that it makes the call again: resumed as it is, the call
// would reach the kernel, which kills the program or does something else.
func (p *Process) takeBackCall(t *thread) error {
	if t.call != callWaiting {
		return nil
	}
	if err := p.load(t); err != nil {
		return err
	}
	number := t.regs.now.SyscallNumber()
	if err := p.skipCall(t, again(&t.regs.now)); err != nil || number == noSyscall {
		return err
	}
	r := t.regs.now
	r.SetPC(r.PC() - table.Addr(len(opSyscall)))
	return p.store(t, &r)
}

// Trapped is the system call number that is trapped, 0 for none.
func (p *Process) Trapped() uint64 { return p.trap }

// Calls are the threads of the process that are stopped at a trapped call.
func (p *Process) Calls() []int {
	var ids []int
	for _, t := range p.order {
		if t.held && t.call == callWaiting {
			ids = append(ids, t.tid)
		}
	}
	return ids
}

// Caller is a thread at a trapped call. Precondition: every thread of the
// process stays stopped until the call is answered.
func (p *Process) Caller(tid int) (tracee.Caller, error) {
	t, err := p.findHeld(tid, "answer a system call")
	if err != nil {
		return nil, err
	}
	return &caller{p: p, t: t, maps: &p.maps}, nil
}

// Serve sets the function that answers the trapped calls of processes that the
// program creates and that are not debugged. The wait loop calls it, with every
// thread of that process stopped.
func (p *Process) Serve(answer func(tracee.Caller) error) { p.answer = answer }

// releaseCall prepares a thread for the detach: an unanswered call fails as it
// does untraced.
func (p *Process) releaseCall(t *thread) error {
	_, err := p.endMigration(t)
	return errors.Join(err, ignoreGone(p.skipCall(t, noSuchCall)))
}
