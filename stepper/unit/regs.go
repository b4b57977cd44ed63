package unit

import "rseqstep/table"

// Regs is the amd64 general register file in the order of the kernel's
// struct user_regs_struct (arch/x86/include/asm/user_64.h), so that
// PTRACE_GETREGS can fill it as it stands.
type Regs struct {
	R15, R14, R13, R12, Rbp, Rbx, R11, R10   uint64
	R9, R8, Rax, Rcx, Rdx, Rsi, Rdi, OrigRax uint64
	Rip, Cs, Eflags, Rsp, Ss, FsBase, GsBase uint64
	Ds, Es, Fs, Gs                           uint64
}

// PC is the address of the next instruction.
func (r *Regs) PC() table.Addr { return table.Addr(r.Rip) }

// Memory reads a process. ReadMemory fills p from addr and returns how many
// bytes it read; n < len(p) comes with an error. Planted breakpoints do not
// show.
type Memory interface {
	ReadMemory(addr table.Addr, p []byte) (n int, err error)
}
