package amd64

import "rseqstep/stepper/machine"

// syscallLength is the length of the instruction syscall, bytes.
const syscallLength = 2

// Errors that system calls return only to the kernel: it restarts the call, or
// returns EINTR to the program if a handler has run (include/linux/errno.h).
const (
	restartSys     = 512 // ERESTARTSYS
	restartNoIntr  = 513 // ERESTARTNOINTR
	restartNoHand  = 514 // ERESTARTNOHAND
	restartBlock   = 516 // ERESTART_RESTARTBLOCK
	restartSyscall = 219 // restart_syscall(2), arch/x86/entry/syscalls/syscall_64.tbl
)

// restarts is Arch.Restarts.
func restarts(r *machine.Regs) bool {
	n := -int64(r.W[RAX])
	return n >= restartSys && n <= restartBlock
}

// restart is Arch.Restart (arch_do_signal_or_restart, arch/x86/kernel/signal.c).
func restart(r *machine.Regs) {
	switch -int64(r.W[RAX]) {
	case restartSys, restartNoIntr, restartNoHand:
		r.W[RAX] = r.W[OrigRAX]
	case restartBlock:
		r.W[RAX] = restartSyscall
	default:
		return
	}
	r.W[RIP] -= syscallLength
	r.ForgetSyscall()
}
