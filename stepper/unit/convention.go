package unit

import (
	"encoding/binary"

	"rseqstep/table"
)

// What the Engine asks of registers, by meaning: it names none of an architecture.

// SP is the stack pointer.
func (r *Regs) SP() table.Addr { return table.Addr(r.W[RSP]) }

// SetSP changes the stack pointer.
func (r *Regs) SetSP(sp table.Addr) { r.W[RSP] = uint64(sp) }

// SetPC changes the address of the next instruction.
func (r *Regs) SetPC(pc table.Addr) { r.W[RIP] = uint64(pc) }

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
func (r *Regs) ThreadPointer() table.Addr { return table.Addr(r.W[FSBase]) }

// Arguments are the integer arguments at a function's first instruction (System V
// AMD64 psABI, 3.2.3 "Parameter Passing").
func (r *Regs) Arguments() [6]uint64 {
	return [6]uint64{r.W[RDI], r.W[RSI], r.W[RDX], r.W[RCX], r.W[R8], r.W[R9]}
}

// flagsCleared are RFLAGS.DF, which a function is called with clear (psABI 3.2.1),
// and TF.
const flagsCleared = 1<<10 | 1<<8

// EnterFunction makes the registers those of a thread at the first instruction of
// a function. vectors is the number of vector registers that hold arguments.
func (r *Regs) EnterFunction(function, sp table.Addr, arguments [6]uint64, vectors int) {
	r.SetPC(function)
	r.SetSP(sp)
	r.W[RDI], r.W[RSI], r.W[RDX], r.W[RCX], r.W[R8], r.W[R9] = arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]
	r.W[RAX] = uint64(vectors)
	r.W[EFLAGS] &^= flagsCleared
	r.ForgetSyscall()
}

// Results are the two integer registers that a function returns its value in.
func (r *Regs) Results() [2]uint64 { return [2]uint64{r.W[RAX], r.W[RDX]} }

// SetResult changes the first of them.
func (r *Regs) SetResult(v uint64) { r.W[RAX] = v }

// KeepResults takes from now, the registers of a function that is about to return,
// what its caller finds changed by it.
func (r *Regs) KeepResults(now *Regs) {
	r.W[RAX], r.W[RDX], r.W[EFLAGS], r.W[OrigRAX] = now.W[RAX], now.W[RDX], now.W[EFLAGS], now.W[OrigRAX]
}

// InSyscall reports whether the thread stands in a system call: when it is
// resumed, the kernel may make that call again.
func (r *Regs) InSyscall() bool { return int64(r.W[OrigRAX]) >= 0 }

// ForgetSyscall takes the thread out of its system call: nothing is restarted.
func (r *Regs) ForgetSyscall() { r.W[OrigRAX] = ^uint64(0) }

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
	n := -int64(r.W[RAX])
	return r.InSyscall() && n >= restartSys && n <= restartBlock
}

// Restart makes registers in an interrupted system call those that the kernel
// goes on with when no handler is to run (arch_do_signal_or_restart,
// arch/x86/kernel/signal.c).
func (r *Regs) Restart() {
	if !r.InSyscall() {
		return
	}
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

// resumeFlag is EFLAGS.RF: the processor passes over a debug register at the
// first instruction while it is set (Intel SDM volume 3, 18.3.1.1), and the
// kernel sets it when it reports one.
const resumeFlag = 1 << 16

// PassesDebug reports whether the next instruction is executed whatever debug
// register stands at it.
func (r *Regs) PassesDebug() bool { return r.W[EFLAGS]&resumeFlag != 0 }

// SetPassesDebug changes that.
func (r *Regs) SetPassesDebug(on bool) {
	r.W[EFLAGS] &^= resumeFlag
	if on {
		r.W[EFLAGS] |= resumeFlag
	}
}
