//go:build linux && arm64

package ptrace

import (
	"rseqstep/table"
)

// plainStep reports whether a SIGTRAP after PTRACE_SINGLESTEP is the step's own. A breakpoint instruction
// and a SIGTRAP that another process sent leave the PC where it was; only a system call can send one and
// move the PC, by one instruction. Step does not call this function if a debug register is in use.
func (p *Process) plainStep(t *thread, from table.Addr) bool {
	switch t.regs.now.PC() - from {
	case 0:
		return false
	case table.Addr(len(opSyscall)):
		code, _, err := p.cause(t)
		return err == nil && code == codeTrace
	}
	return true
}

// cleanStack does nothing: no instruction stores what single steps change.
func (p *Process) cleanStack(*thread, table.Addr, table.Addr) error { return nil }

// readyStep prepares a stopped thread for PTRACE_SINGLESTEP. After a step over a system call or into a
// handler, another PTRACE_SINGLESTEP would report the same PC without executing anything (tried on Linux
// 6.12 and 7.3): PSTATE.SS is 0, and the kernel sets it only where single steps begin
// (user_enable_single_step, arch/arm64/kernel/debug-monitors.c) or registers are written
// (user_regs_reset_single_step). So they are.
func (p *Process) readyStep(t *thread) error {
	if t.midcall { // the end of the call is reported whatever SS is; and x7 is not the program's there
		return nil
	}
	if err := p.load(t); err != nil {
		return err
	}
	t.regs.now.SetPassesDebug(false)
	return p.store(t, &t.regs.now)
}

// readyAside is readyStep for a thread that is to execute an instruction elsewhere (aside).
func (p *Process) readyAside(t *thread) error {
	d := &t.debug
	d.hidden = d.executes(t.regs.now.PC())
	if d.hidden == 0 {
		return nil
	}
	err := p.writeDebug(t)
	d.hidden, d.stale = 0, true
	return err
}

// afterSyscall reports whether a thread can have been stepped over svc: it is behind one or, if the call was
// interrupted, before it again.
func (p *Process) afterSyscall(t *thread) (bool, error) {
	if err := p.load(t); err != nil {
		return false, err
	}
	pc := t.regs.now.PC()
	return p.holdsSyscall(pc-table.Addr(len(opSyscall))) || p.holdsSyscall(pc), nil
}

// fromKernel reports whether a SIGTRAP is not one that a process sent. That of a step over a system call
// looks like a sent one, but for the sender (user_single_step_report, arch/arm64/kernel/ptrace.c).
func fromKernel(code, sender int) bool { return code > 0 || code == codeUser && sender == 0 }
