package unit

import (
	"encoding/binary"

	"rseqstep/table"
)

// What the Engine asks of registers, by meaning: it names none of an architecture.

// SP is the stack pointer.
func (r *Regs) SP() table.Addr { return table.Addr(r.Rsp) }

// SetSP changes the stack pointer.
func (r *Regs) SetSP(sp table.Addr) { r.Rsp = uint64(sp) }

// SetPC changes the address of the next instruction.
func (r *Regs) SetPC(pc table.Addr) { r.Rip = uint64(pc) }

// ReturnSlot is how many bytes a call pushes: the return address.
const ReturnSlot = 8

// ReturnAddress is where a function will return to that the thread stands at the
// first instruction of. It is not ok where the stack cannot be read.
func (r *Regs) ReturnAddress(mem Memory) (ra table.Addr, ok bool) {
	var b [ReturnSlot]byte
	if n, _ := mem.ReadMemory(r.SP(), b[:]); n < len(b) {
		return 0, false
	}
	return table.Addr(binary.LittleEndian.Uint64(b[:])), true
}

// EntryCFA is the canonical frame address (DWARF 5, 6.4) of a function that the
// thread stands at the first instruction of: the stack pointer once it has returned.
func (r *Regs) EntryCFA() table.Addr { return r.SP() + ReturnSlot }

// syscallLength is the length of the instruction syscall, bytes.
const syscallLength = 2

// CodeTrap is int3, the instruction of a software breakpoint; a thread that has
// executed it stands behind it. CodeHalt is hlt, which no program executes and
// goes on: programs have it where control never comes.
const (
	CodeTrap = "\xcc"
	CodeHalt = "\xf4"
)

// ThreadPointer is what thread-local storage is addressed from.
func (r *Regs) ThreadPointer() table.Addr { return table.Addr(r.FsBase) }

// Arguments are the integer arguments at a function's first instruction (System V
// AMD64 psABI, 3.2.3 "Parameter Passing").
func (r *Regs) Arguments() [6]uint64 {
	return [6]uint64{r.Rdi, r.Rsi, r.Rdx, r.Rcx, r.R8, r.R9}
}

// flagsCleared are RFLAGS.DF, which a function is called with clear (psABI 3.2.1),
// and TF.
const flagsCleared = 1<<10 | 1<<8

// EnterFunction makes the registers those of a thread at the first instruction of
// a function. vectors is the number of vector registers that hold arguments.
func (r *Regs) EnterFunction(function, sp table.Addr, arguments [6]uint64, vectors int) {
	r.SetPC(function)
	r.SetSP(sp)
	r.Rdi, r.Rsi, r.Rdx, r.Rcx, r.R8, r.R9 = arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]
	r.Rax = uint64(vectors)
	r.Eflags &^= flagsCleared
	r.ForgetSyscall()
}

// Results are the two integer registers that a function returns its value in.
func (r *Regs) Results() [2]uint64 { return [2]uint64{r.Rax, r.Rdx} }

// SetResult changes the first of them.
func (r *Regs) SetResult(v uint64) { r.Rax = v }

// KeepResults takes from now, the registers of a function that is about to return,
// what its caller finds changed by it.
func (r *Regs) KeepResults(now *Regs) {
	r.Rax, r.Rdx, r.Eflags, r.OrigRax = now.Rax, now.Rdx, now.Eflags, now.OrigRax
}

// InSyscall reports whether the thread stands in a system call: when it is
// resumed, the kernel may make that call again.
func (r *Regs) InSyscall() bool { return int64(r.OrigRax) >= 0 }

// ForgetSyscall takes the thread out of its system call: nothing is restarted.
func (r *Regs) ForgetSyscall() { r.OrigRax = ^uint64(0) }

// Errors that system calls return to the kernel alone: it makes the call again,
// or gives the program EINTR when a handler has run (include/linux/errno.h).
const (
	restartSys     = 512 // ERESTARTSYS
	restartNoIntr  = 513 // ERESTARTNOINTR
	restartNoHand  = 514 // ERESTARTNOHAND
	restartBlock   = 516 // ERESTART_RESTARTBLOCK
	restartSyscall = 219 // restart_syscall(2), arch/x86/entry/syscalls/syscall_64.tbl
)

// Restarts reports whether the thread's system call was interrupted, so that its
// return is not its end.
func (r *Regs) Restarts() bool {
	n := -int64(r.Rax)
	return r.InSyscall() && n >= restartSys && n <= restartBlock
}

// Restart makes registers in an interrupted system call those that the kernel
// goes on with when no handler is to run (arch_do_signal_or_restart,
// arch/x86/kernel/signal.c).
func (r *Regs) Restart() {
	if !r.InSyscall() {
		return
	}
	switch -int64(r.Rax) {
	case restartSys, restartNoIntr, restartNoHand:
		r.Rax = r.OrigRax
	case restartBlock:
		r.Rax = restartSyscall
	default:
		return
	}
	r.Rip -= syscallLength
	r.ForgetSyscall()
}

// resumeFlag is EFLAGS.RF: the processor passes over a debug register at the
// first instruction while it is set (Intel SDM volume 3, 18.3.1.1), and the
// kernel sets it when it reports one.
const resumeFlag = 1 << 16

// PassesDebug reports whether the next instruction is executed whatever debug
// register stands at it.
func (r *Regs) PassesDebug() bool { return r.Eflags&resumeFlag != 0 }

// SetPassesDebug changes that.
func (r *Regs) SetPassesDebug(on bool) {
	r.Eflags &^= resumeFlag
	if on {
		r.Eflags |= resumeFlag
	}
}
