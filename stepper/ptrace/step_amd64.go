//go:build linux && amd64

package ptrace

import (
	"rseqstep/stepper/machine/amd64"
	"rseqstep/table"
)

// plainStep reports whether a SIGTRAP after PTRACE_SINGLESTEP can only be the
// step's own, so that its siginfo need not be read. The others are
//
//   - a SIGTRAP that another process sent: it is reported before the instruction runs,
//     with the PC where it was; one that the instruction itself sends is sent by
//     a system call (orig_rax is its number; it is -1 otherwise);
//   - int3 and int1: the PC moves by one byte, by two for int3's long form;
//   - a debug register: Step does not call this function if one is in use.
func (p *Process) plainStep(t *thread, from table.Addr) bool {
	r := &t.regs.now
	moved := r.PC() - from
	return moved > 2 && r.SyscallNumber() == noSyscall
}

// cleanStack clears the trap flag in the flags that a stepped pushf has pushed.
// The kernel hides the flag in registers but not there, and a later popf would
// set it permanently.
func (p *Process) cleanStack(t *thread, from, sp table.Addr) error {
	if err := p.load(t); err != nil {
		return err
	}
	r := &t.regs.now
	if pushed := sp - r.SP(); r.W[amd64.EFLAGS]&flagTF != 0 || (pushed != 8 && pushed != 2) {
		return nil
	}
	var code [2]byte
	n, _ := p.ReadMemory(from, code[:r.PC()-from])
	if n == 0 || code[n-1] != opPushf {
		return nil
	}
	var top [2]byte
	if _, err := p.ReadMemory(r.SP(), top[:]); err != nil {
		return err
	}
	top[1] &^= flagTF >> 8
	_, err := p.WriteMemory(r.SP(), top[:])
	return err
}

// readyStep prepares a stopped thread without debug registers for PTRACE_SINGLESTEP: nothing is needed.
func (p *Process) readyStep(*thread) error { return nil }

// readyAside is readyStep for a thread that is to execute an instruction elsewhere (aside).
func (p *Process) readyAside(*thread) error { return nil }

// readyResume prepares a stopped thread for a request that resumes it, and returns the request.
func (p *Process) readyResume(t *thread, req int) (int, error) {
	if t.debug.stale {
		return req, p.flushDebug(t)
	}
	return req, nil
}

// leaveOver ends a step over a debug register: it is none here.
func (p *Process) leaveOver(*thread) error { return nil }

// fromKernel reports whether a SIGTRAP is not one that a process sent.
func fromKernel(code, _ int) bool { return code > 0 }

// afterInt1 reports whether the instruction before the PC can be int1. A step
// over rt_sigreturn(2) gets here too: it leaves no system call number.
// Precondition: the registers are loaded.
func (p *Process) afterInt1(t *thread) bool {
	const opInt1 = 0xf1
	var b [1]byte
	_, err := p.readRaw(t.regs.now.PC()-1, b[:])
	return err == nil && b[0] == opInt1
}
