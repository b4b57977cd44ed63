//go:build linux && amd64

package ptrace

import "rseqstep/stepper/tracee"

// takeTrap distinguishes the SIGTRAPs: a step, a breakpoint, a debug register,
// or one of the program's own.
func (p *Process) takeTrap(t *thread) error {
	code, _, err := p.cause(t)
	if err != nil {
		return err
	}
	stepping := t.how == reqSingleStep
	switch code {
	case codeKernel:
		return p.takeBreakpoint(t)
	case codeHardware, codeTrace:
		slots, err := p.matched(t)
		if err != nil {
			return err
		}
		if slots != 0 {
			return p.took(t, tracee.Event{Kind: tracee.EventDebug, Slot: lowest(slots), Slots: slots})
		}
		stepping = stepping && code == codeTrace
	case codeHandler:
		if stepping {
			return p.takeHandler(t)
		}
	case codeBreakpoint:
		// A step over a system call, or int1, which has the same code.
		if err := p.load(t); err != nil {
			return err
		}
		stepping = stepping && (t.regs.now.SyscallNumber() != noSyscall || t.skipped || !p.afterInt1(t))
	default:
		stepping = false // kill, tgkill, sigqueue
	}
	if stepping {
		return p.took(t, tracee.Event{Kind: tracee.EventStep})
	}
	return p.takeOwnTrap(t)
}
