//go:build linux && (amd64 || arm64)

package ptrace

import (
	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

var _ tracee.SyscallTarget = (*Process)(nil)

// stoppedAtCall is the signal of a syscall-stop under PTRACE_O_TRACESYSGOOD
// (ptrace(2), "Syscall-stops").
const stoppedAtCall = unix.SIGTRAP | 0x80

// ReportSyscalls makes every thread stop at its system calls' entries and
// returns, from its next resume on.
func (p *Process) ReportSyscalls(on bool) { p.reports = on }

// reporting is the request that a thread is to be resumed with instead of req
// so that its system calls are reported. A step over the instruction, or out of
// a call whose entry was reported, is a PTRACE_SYSCALL too: it stops at the
// entry, or at the return, and single steps would show neither.
func (p *Process) reporting(tid, req, sig int) int {
	if !p.reports || req != reqCont && req != reqSingleStep {
		return req
	}
	if req == reqCont {
		return reqSyscall
	}
	t := p.threads[tid]
	if t == nil || !t.held || sig != 0 {
		return req // a handler comes first
	}
	if t.entered && t.midcall {
		return reqSyscall
	}
	if t.midcall || p.load(t) != nil {
		return req
	}
	if p.holdsSyscall(t.regs.now.PC()) {
		return reqSyscall
	}
	return req
}

// holdsSyscall reports whether a system call instruction is at an address.
func (p *Process) holdsSyscall(at table.Addr) bool {
	var insn [len(opSyscall)]byte
	n, _ := p.ReadMemory(at, insn[:])
	return n == len(insn) && string(insn[:]) == opSyscall
}

// takeSyscall is a syscall-stop. A call that we have interrupted ourselves is
// made again by the kernel, so neither its return nor its second entry is news.
func (p *Process) takeSyscall(t *thread, asked bool) error {
	entry, err := p.atEntry(t)
	if err != nil {
		return err
	}
	t.midcall = true // as far as the number is concerned, also at the return
	if err := p.load(t); err != nil {
		return err
	}
	number := t.regs.now.SyscallNumber()
	t.entered, t.midcall, t.regs.known = entry, entry, entry
	// A request to stop that came before the entry's stop is answered by that, but
	// leaves the thread with TIF_SIGPENDING set (ptrace_stop, kernel/signal.c: "sets
	// TIF_SIGPENDING, but never clears it"): the call will be interrupted immediately.
	ours := asked || t.askedBeforeEntry
	t.askedBeforeEntry = entry && asked
	if !p.reports {
		return p.leaveSyscallStop(t, asked)
	}
	if entry && t.again {
		t.again = false
		return p.resumeUnreported(t, asked)
	}
	t.again = false
	if !entry && ours && interrupted(t.regs.now.Results()[0]) {
		t.again = true
		return p.resumeUnreported(t, asked)
	}
	kind := tracee.EventSyscallReturn
	if entry {
		kind = tracee.EventSyscallEntry
	}
	p.push(tracee.Event{Kind: kind, TID: t.tid, Number: number})
	return nil
}

// resumeUnreported lets a thread go on from a syscall-stop that nobody wants to know
// of, unless it was asked to stop: then it has.
func (p *Process) resumeUnreported(t *thread, asked bool) error {
	if asked {
		return nil
	}
	return p.resume(t, t.how, 0)
}

// leaveSyscallStop lets a thread go on from a syscall-stop that it was resumed to for
// resumeInPlace's sake, or while calls were reported still. It does not stay
// there if it was asked to stop: it stops in the call then, as it would have.
func (p *Process) leaveSyscallStop(t *thread, asked bool) error {
	t.how = reqCont
	err := p.resume(t, t.how, 0)
	if err == nil && asked {
		p.requestStop(t)
	}
	return err
}

// atEntry reports whether a syscall-stop is that of the entry.
func (p *Process) atEntry(t *thread) (bool, error) {
	const entry = 1  // PTRACE_SYSCALL_INFO_ENTRY, include/uapi/linux/ptrace.h
	var info [8]byte // op, three bytes of padding, arch
	n, e := ptraceBytes(reqSyscallInfo, t.tid, uintptr(len(info)), info[:])
	if e != 0 || n == 0 {
		return false, p.fail(t, "read system call", e)
	}
	return info[0] == entry, nil
}

// interrupted reports whether a system call's result tells the kernel to make
// the call again (ERESTARTSYS to ERESTART_RESTARTBLOCK, include/linux/errno.h).
func interrupted(result uint64) bool {
	n := -int64(result)
	return n >= 512 && n <= 516
}
