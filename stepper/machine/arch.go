package machine

import (
	"debug/elf"

	"rseqstep/table"
)

// Arch is an architecture: what is not the same on every processor. It is chosen by
// the ELF header of the traced program when a file or a process is opened (package
// arches). There is one Arch of each architecture, and nobody changes it.
type Arch struct {
	Name    string // as uname(2) has it: "x86_64"
	Machine elf.Machine
	Decoder
	Shapes
	Others

	// Registers, by their place in Regs.W.
	PC, SP           Reg
	FP               Reg // by convention; there the caller's is saved, and above that the return address
	Link             Reg // holds the return address at a function's first instruction; NoReg: the top of the stack does
	Flags            Reg
	Syscall          Reg // number of the system call that the thread stands in; negative for none
	ThreadPointer    Reg
	Arguments        [6]Reg   // a function's integer arguments, the first six
	SyscallArguments [6]Reg   // a system call's (syscall(2))
	Vectors          Reg      // how many vector registers hold arguments; NoReg: nobody says
	Results          [2]Reg   // what it returns
	General          RegSet   // the registers that instructions name
	Saved            RegSet   // those that a function gives back as it has found them, but for SP
	Kept             RegSet   // those that a call leaves as they are, or whose contents in a caller's frame unwinding tells
	Shown            []Reg    // the general registers in the order that "info registers" lists them
	DWARF            []Reg    // by DWARF number
	Names            []string // by Reg, as gdb has them
	Words            int      // so many words, from W[1] on, are the kernel's (NT_PRSTATUS)

	FlagTypes []FlagType
	Area      int // how long the area of the other registers is at least, bytes

	// Bits of Flags.
	Entered uint64 // clear at a function's first instruction
	Moved   uint64 // clear in a thread that is moved elsewhere
	Passes  uint64 // the processor passes over a debug register at the next instruction; 0: it has no such flag

	Breakpoint string     // the instruction of a software breakpoint
	Halt       string     // one that no program executes and goes on: it stands where control never comes
	ReturnSlot table.Addr // bytes that a call pushes
	CallLen    table.Addr // length of a direct call

	// Restarts reports whether registers in a system call are those of one that was
	// interrupted, and Restart makes them those that the kernel goes on with when no
	// handler is to run. Both are nil where the kernel has done so already at the stop.
	Restarts func(r *Regs) bool
	Restart  func(r *Regs)

	Relocations Relocations

	VDSOPrefix string // of the names of the vDSO's functions: "__vdso_"
	Calls      Calls
}

// Decoder is what an architecture knows of instructions.
type Decoder interface {
	// Decode decodes the instruction that code begins with, as the processor would at
	// addr. The instruction is the zero Insn exactly when there is an error, a
	// *DecodeError. Some encodings that fault are accepted, so that a good result is
	// no proof of code.
	Decode(addr table.Addr, code []byte) (Insn, error)
	// Format writes an instruction in GNU syntax. A nil name leaves addresses as numbers.
	Format(i *Insn, name SymName) string
	// Constant is the general register that an instruction loads with a value that is in its code.
	Constant(i *Insn) (to Reg, value uint64, ok bool)
	// Taken is Insn.Taken of a conditional jump.
	Taken(i *Insn, r *Regs) (taken, known bool)
}

// Shapes recognises code by what it looks like, where nothing else says what it is.
type Shapes interface {
	// Prologue measures the beginning of a function that makes itself a frame: how many
	// bytes it is up to where the caller's frame pointer is saved, and up to where its own
	// is set. Both are 0 for a function that does not begin so. code is PrologueLen bytes of it, or less.
	Prologue(code []byte) (saved, set int)
	// AfterCall reports whether what ends at pc can be a call.
	AfterCall(pc table.Addr, mem Memory) bool
	// Interrupted are the registers that a signal has interrupted, where r stands in the
	// trampoline that its handler returns to; the rest is as in r.
	Interrupted(r *Regs, mem Memory) (Regs, bool)
	// Stub decodes the entry of a procedure linkage table that covers the file address a:
	// where it begins and the GOT slot that it jumps through; not ok where there is no
	// such entry. read reads the file's code.
	Stub(t PLT, a uint64, read func(at uint64, p []byte) error) (start, slot uint64, ok bool)
	// Pushed is how many bytes an entry has pushed before a.
	Pushed(t PLT, a uint64) table.Addr
}

// PrologueLen is how many bytes Shapes.Prologue looks at.
const PrologueLen = 16

// PLT is a section of a procedure linkage table, file addresses.
type PLT struct {
	Low, High uint64
	Lazy      bool // .plt proper: its first entry leads to the dynamic linker's resolver
}

// StubLen is the size of an entry, bytes; some have half of that.
const StubLen = 16

// Relocations are the types of dynamic relocations that are looked for.
type Relocations struct {
	GlobDat, JumpSlot uint32 // a function's address in the GOT
	TPOff, DTPMod     uint32 // thread-local variables: an offset from the thread pointer, a module's number
}

// SymName names an address: the symbol that contains it, and where that
// begins. An empty name means that there is none.
type SymName func(addr table.Addr) (name string, base table.Addr)

// Calls are the numbers of system calls that are made in the traced program; 0 for one
// that the architecture does not have.
type Calls struct {
	Mmap, Munmap, Rseq                                               uint64
	Gettimeofday, Time, ClockGettime, ClockGetres, Getcpu, Getrandom uint64
}

// Regs are registers of the architecture.
func (a *Arch) Regs(w Words) Regs {
	w[NoReg] = 0
	return Regs{W: w, arch: a, pc: a.PC, sp: a.SP}
}

// RegsOf are registers as the kernel lays them out; those that b is too short for are 0.
func (a *Arch) RegsOf(b []byte) Regs {
	r := a.Regs(Words{})
	r.SetBytes(b)
	return r
}
