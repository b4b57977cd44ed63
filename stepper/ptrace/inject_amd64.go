//go:build linux && amd64

package ptrace

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
)

// setCall makes registers those of a thread at the instruction syscall.
func setCall(r *machine.Regs, nr uint64, args []uint64) {
	r.W[amd64.RAX] = nr
	for i, v := range args {
		r.W[amd64.Arch().SyscallArguments[i]] = v
	}
}

// aside sets the flags of a thread that is to execute one instruction elsewhere. RF: a debug
// register at that address does not trigger. Not ZF: the address may be in the vDSO's
// __vdso_futex_robust_list64_try_unlock, where the kernel takes a set ZF of an
// interrupted thread for an unlocked futex and writes to where RDX points
// (arch_futex_robust_unlock_get_pop, arch/x86/include/asm/futex_robust.h, since Linux
// 7.2).
func aside(r *machine.Regs) {
	r.W[amd64.EFLAGS] = r.W[amd64.EFLAGS]&^(flagTF|flagZF) | flagRF
}

// again is the result that puts a thread back before the system call that it is in.
func again(r *machine.Regs) int64 { return int64(r.SyscallNumber()) }

// settleCall does nothing: the registers of a thread in an interrupted call tell the kernel to restart it.
func (p *Process) settleCall(*thread, *machine.Regs) error { return nil }
