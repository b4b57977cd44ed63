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
	a := r.of()
	r.W[a.Flags] &^= a.Moved
}

// ReturnAddress is the return address of a thread at a function's first instruction. ok
// is false if the stack cannot be read.
func (r *Regs) ReturnAddress(mem Memory) (ra table.Addr, ok bool) {
	if r.of().Link != NoReg {
		return table.Addr(r.W[r.of().Link]), true
	}
	var b [8]byte
	if n, _ := mem.ReadMemory(r.SP(), b[:]); n < len(b) {
		return 0, false
	}
	return table.Addr(binary.LittleEndian.Uint64(b[:])), true
}

// SetReturnAddress makes a thread at a function's first instruction return to ra. ok is false if
// the return address is not in a register: the caller must write it where the stack pointer points.
func (r *Regs) SetReturnAddress(ra table.Addr) (ok bool) {
	if r.of().Link == NoReg {
		return false
	}
	r.W[r.of().Link] = uint64(ra)
	return true
}

// CodeMask are the bits of an address of code that hold its signature; 0 if none do, or if they
// are not known.
func (r *Regs) CodeMask() uint64 { return r.W[r.of().CodeMask] }

// Unsigned is an address of code without its signature.
func (r *Regs) Unsigned(v uint64) table.Addr { return table.Addr(v &^ r.CodeMask()) }

// EntryCFA is the canonical frame address (DWARF 5, 6.4) of a function that the
// thread stands at the first instruction of: the stack pointer once it has returned.
func (r *Regs) EntryCFA() table.Addr { return r.SP() + r.of().ReturnSlot }

// Called reports whether a call with the return address ra, before which the stack pointer was sp, has
// led the thread into a function that has not returned.
func (r *Regs) Called(ra, sp table.Addr) bool {
	return r.SP() < sp || r.of().ReturnSlot == 0 && r.PC() != ra
}

// Left reports whether a thread has left the frame with a CFA, whose return address is back. Where a
// return moves no stack pointer, a frame without contents has that of its caller.
func (r *Regs) Left(cfa, back table.Addr) bool {
	return r.SP() > cfa || r.SP() == cfa && (r.of().ReturnSlot != 0 || r.PC() == back)
}

// ThreadPointer is what thread-local storage is addressed from.
func (r *Regs) ThreadPointer() table.Addr { return table.Addr(r.W[r.of().ThreadPointer]) }

// Arguments are the integer arguments at a function's first instruction.
func (r *Regs) Arguments() (list [6]uint64) {
	a := r.of()
	for n := range min(len(list), len(a.Arguments)) {
		list[n] = r.W[a.Arguments[n]]
	}
	return list
}

// SyscallArguments are the arguments of the system call that the thread is in.
func (r *Regs) SyscallArguments() (list [6]uint64) {
	for n, x := range r.of().SyscallArguments {
		list[n] = r.W[x]
	}
	return list
}

// EnterFunction changes the registers to those of a thread at the first instruction of a
// function. arguments are the first integer arguments, vectors is the number of vector registers
// that hold others.
func (r *Regs) EnterFunction(function, sp table.Addr, arguments []uint64, vectors int) {
	a := r.of()
	r.SetPC(function)
	r.SetSP(sp)
	for n := range min(len(arguments), len(a.Arguments)) {
		r.W[a.Arguments[n]] = arguments[n]
	}
	if a.Vectors != NoReg {
		r.W[a.Vectors] = uint64(vectors)
	}
	r.W[a.Flags] &^= a.Entered
	r.ForgetSyscall()
}

// SetResultAddress says where a function is to put its result, if a register of its own does.
func (r *Regs) SetResultAddress(at table.Addr) {
	if x := r.of().ResultAddress; x != NoReg {
		r.W[x] = uint64(at)
	}
}

// Results are the two integer registers for a function's return value.
func (r *Regs) Results() [2]uint64 {
	return [2]uint64{r.W[r.of().Results[0]], r.W[r.of().Results[1]]}
}

// SetResult changes the first of them.
func (r *Regs) SetResult(v uint64) { r.W[r.of().Results[0]] = v }

// KeepResults copies from now, the registers of a function that is about to return, the
// registers that the function may change for its caller.
func (r *Regs) KeepResults(now *Regs) {
	for _, x := range [...]Reg{r.of().Results[0], r.of().Results[1], r.of().Flags, r.of().Syscall} {
		r.W[x] = now.W[x]
	}
}

// InSyscall reports whether the thread stands in a system call: when it is
// resumed, the kernel may make that call again.
func (r *Regs) InSyscall() bool { return int64(r.W[r.of().Syscall]) >= 0 }

// SyscallNumber is the number of that call.
func (r *Regs) SyscallNumber() uint64 { return r.W[r.of().Syscall] }

// NextSyscall is the number of the call that the thread makes if it executes a system call
// instruction now.
func (r *Regs) NextSyscall() uint64 { return r.W[r.of().NextSyscall] }

// ForgetSyscall takes the thread out of its system call: nothing is restarted.
func (r *Regs) ForgetSyscall() { r.W[r.of().Syscall] = ^uint64(0) }

// Restarts reports whether the thread's system call was interrupted, so that the kernel
// restarts it.
func (r *Regs) Restarts() bool {
	return r.of().Restarts != nil && r.InSyscall() && r.of().Restarts(r)
}

// Restart changes registers in an interrupted system call as the kernel does
// when no handler is to run.
func (r *Regs) Restart() {
	if r.of().Restart != nil && r.InSyscall() {
		r.of().Restart(r)
	}
}

// PassesDebug reports whether the next instruction is executed whatever debug
// register stands at it.
func (r *Regs) PassesDebug() bool { return r.W[r.of().Flags]&r.of().Passes != 0 }

// SetPassesDebug changes that, if the architecture has such a flag.
func (r *Regs) SetPassesDebug(on bool) {
	flags := &r.W[r.of().Flags]
	*flags &^= r.of().Passes
	if on {
		*flags |= r.of().Passes
	}
}
