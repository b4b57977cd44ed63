package machine

import (
	"encoding/binary"

	"rseqstep/table"
)

// Accessors of registers by their role, so that callers name no register of an
// architecture.

// SetSP changes the stack pointer.
func (r *Regs) SetSP(sp table.Addr) { r.W[r.sp] = uint64(sp) }

// SetPC changes the address of the next instruction.
func (r *Regs) SetPC(pc table.Addr) {
	r.W[r.pc] = uint64(pc)
	if a := r.arch; a != nil {
		r.W[a.Flags] &^= a.Moved
	}
}

// ReturnAddress is the return address of a thread at a function's first instruction. ok
// is false if the stack cannot be read.
func (r *Regs) ReturnAddress(mem Memory) (ra table.Addr, ok bool) {
	if r.arch.Link != NoReg {
		return table.Addr(r.W[r.arch.Link]), true
	}
	var b [8]byte
	if n, _ := mem.ReadMemory(r.SP(), b[:]); n < len(b) {
		return 0, false
	}
	return table.Addr(binary.LittleEndian.Uint64(b[:])), true
}

// EntryCFA is the canonical frame address (DWARF 5, 6.4) of a thread at a function's
// first instruction: the stack pointer after its return.
func (r *Regs) EntryCFA() table.Addr { return r.SP() + r.arch.ReturnSlot }

// ThreadPointer is the base of thread-local storage.
func (r *Regs) ThreadPointer() table.Addr { return table.Addr(r.W[r.arch.ThreadPointer]) }

// Arguments are the integer arguments at a function's first instruction.
func (r *Regs) Arguments() (list [6]uint64) {
	for n, x := range r.arch.Arguments {
		list[n] = r.W[x]
	}
	return list
}

// SyscallArguments are the arguments of the system call that the thread is in.
func (r *Regs) SyscallArguments() (list [6]uint64) {
	for n, x := range r.arch.SyscallArguments {
		list[n] = r.W[x]
	}
	return list
}

// EnterFunction changes the registers to those of a thread at the first instruction of a
// function. vectors is the number of vector registers that hold arguments.
func (r *Regs) EnterFunction(function, sp table.Addr, arguments [6]uint64, vectors int) {
	a := r.arch
	r.SetPC(function)
	r.SetSP(sp)
	for n, x := range a.Arguments {
		r.W[x] = arguments[n]
	}
	if a.Vectors != NoReg {
		r.W[a.Vectors] = uint64(vectors)
	}
	r.W[a.Flags] &^= a.Entered
	r.ForgetSyscall()
}

// Results are the two integer registers for a function's return value.
func (r *Regs) Results() [2]uint64 {
	return [2]uint64{r.W[r.arch.Results[0]], r.W[r.arch.Results[1]]}
}

// SetResult changes the first result.
func (r *Regs) SetResult(v uint64) { r.W[r.arch.Results[0]] = v }

// KeepResults copies from now, the registers of a function that is about to return, the
// registers that the function may change for its caller.
func (r *Regs) KeepResults(now *Regs) {
	for _, x := range [...]Reg{r.arch.Results[0], r.arch.Results[1], r.arch.Flags, r.arch.Syscall} {
		r.W[x] = now.W[x]
	}
}

// InSyscall reports whether the thread is in a system call: when it is resumed,
// the kernel may restart that call.
func (r *Regs) InSyscall() bool { return int64(r.W[r.arch.Syscall]) >= 0 }

// SyscallNumber is the number of the system call that the thread is in.
func (r *Regs) SyscallNumber() uint64 { return r.W[r.arch.Syscall] }

// ForgetSyscall takes the thread out of its system call, so that the kernel
// restarts nothing.
func (r *Regs) ForgetSyscall() { r.W[r.arch.Syscall] = ^uint64(0) }

// Restarts reports whether the thread's system call was interrupted, so that the kernel
// restarts it.
func (r *Regs) Restarts() bool {
	return r.arch.Restarts != nil && r.InSyscall() && r.arch.Restarts(r)
}

// Restart changes registers in an interrupted system call as the kernel does
// when no handler is to run.
func (r *Regs) Restart() {
	if r.arch.Restart != nil && r.InSyscall() {
		r.arch.Restart(r)
	}
}

// PassesDebug reports whether the next instruction is executed even if a debug
// register matches it.
func (r *Regs) PassesDebug() bool { return r.W[r.arch.Flags]&r.arch.Passes != 0 }

// SetPassesDebug changes that, if the architecture has such a flag.
func (r *Regs) SetPassesDebug(on bool) {
	flags := &r.W[r.arch.Flags]
	*flags &^= r.arch.Passes
	if on {
		*flags |= r.arch.Passes
	}
}
