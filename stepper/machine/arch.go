package machine

import (
	"debug/elf"
	"fmt"

	"rseqstep/stepper/cfi"
	"rseqstep/table"
)

// Arch is an architecture: everything that depends on the processor. The ELF header of
// the traced program selects it when a file or a process is opened (package arches).
// There is one immutable Arch for each architecture.
type Arch struct {
	Name    string // as in uname(2): "x86_64"
	Machine elf.Machine
	Decoder
	Shapes
	Others

	// Registers, by their index in Regs.W.
	PC, SP           Reg
	FP               Reg // frame pointer by convention: it points to the caller's saved one, above which is the return address
	Link             Reg // holds the return address at a function's first instruction; NoReg: the top of the stack does
	Flags            Reg
	Syscall          Reg // number of the system call that the thread is in; negative for none
	NextSyscall      Reg // number of the one that a system call instruction makes
	ThreadPointer    Reg
	Arguments        []Reg  // a function's integer arguments, the first six or more
	ResultAddress    Reg    // where a function is told to put a result that is not in registers; NoReg: the first argument is that address
	SyscallArguments [6]Reg // a system call's (syscall(2))
	Vectors          Reg    // number of vector registers that hold arguments; NoReg: not passed
	Results          [2]Reg // a function's result
	General          RegSet // the registers that instructions can name
	Saved            RegSet // those that a function preserves, except SP
	Kept             RegSet // those that a call does not change, or whose contents in a caller's frame unwinding recovers
	Shown            []Reg  // the general registers in the order of "info registers"
	DWARF            []Reg  // by DWARF number
	Frames           cfi.Registers
	CodeMask         Reg      // the bits of an address of code that are its signature (pointer authentication); NoReg: none is signed
	Masks            []string // gdb's names for CodeMask and the mask for data, which the kernel has the same (pac_mask_get, arch/arm64/kernel/ptrace.c)
	Perf             []Reg    // by number in perf_event_open(2)'s sample_regs_user (asm/perf_regs.h); NoReg: not to be asked for
	Names            []string // by Reg, gdb's names
	Convention       Convention
	Words            int // this many words, from W[1] on, are the kernel's (NT_PRSTATUS)

	// Notes of a core file, by type, that hold registers which NT_PRSTATUS does not contain.
	Notes      map[uint32]Note
	VectorNote uint32 // and the one of vector registers that NT_PRFPREG does not contain

	FlagTypes  []FlagType
	UnionTypes []UnionType
	Status     []string // registers of the other area that "info registers" shows behind Flags
	Area       int      // minimum size of the area of the other registers, bytes

	// Bits of Flags.
	Entered uint64 // clear at a function's first instruction
	Moved   uint64 // to be cleared in a thread that is moved elsewhere
	Passes  uint64 // the processor ignores a debug register at the next instruction; 0: it has no such flag

	// A thread passes a debug register by executing the instruction there alone while the register is
	// off, one for data before the access: there is no flag as x86's RF, which spares the step.
	StepsOver  bool
	Exclusives bool // it has exclusive sequences (Sequence)

	Breakpoint string     // the instruction of a software breakpoint
	Halt       string     // the instruction behind the call in a program's start that never returns; "": another call
	ReturnSlot table.Addr // bytes that a call pushes
	RedZone    table.Addr // size of the area below the stack pointer in which a function keeps its own data, bytes
	CallLen    table.Addr // length of a direct call
	Tag        uint       // bits at the top of an address of data that the processor ignores (Untagged)

	// Restarts reports whether registers in a system call are those of an interrupted
	// one, and Restart changes them as the kernel does when no handler is to run. Both
	// are nil if the kernel has already done so at the stop.
	Restarts func(r *Regs) bool
	Restart  func(r *Regs)

	Relocations Relocations

	// ThreadBlock is the distance in bytes from the thread pointer to the executable's block of
	// thread-local variables, whose PT_TLS segment has this address, size and alignment. Linkers
	// compute with it, and every loader must do the same.
	ThreadBlock func(address, size, align uint64) int64
	// ThreadVector is the offset from the thread pointer of the pointer to the vector of a
	// thread's blocks (glibc's and musl's tcbhead_t.dtv), bytes.
	ThreadVector table.Addr

	JumpBuffer JumpBuffer

	// LongDouble128 is set if C's long double is IEEE 754's binary128, not the x87's format.
	LongDouble128 bool
	// BodyByLines is set if gdb takes a function's body to begin with the second row of its line
	// table, whatever the code is.
	BodyByLines bool

	// Marks are local symbols that tell code from data and name nothing, as they are or with a
	// dot and more behind them.
	Marks []string

	VDSOPrefix string // prefix of the names of the vDSO's functions: "__vdso_"
	Calls      Calls
}

// Note is where a core file's note has a register: Size bytes, 4 or 8, from At on. One of 4 bytes is signed.
type Note struct {
	Reg      Reg
	At, Size uint64
}

// Decoder is an architecture's instruction decoder.
type Decoder interface {
	// Decode decodes the instruction at the start of code, as the processor would at
	// addr. The instruction is the zero Insn if and only if there is an error, a
	// *DecodeError. Some encodings that fault are accepted, so success does not prove
	// that the bytes are code.
	Decode(addr table.Addr, code []byte) (Insn, error)
	// Format writes an instruction in GNU syntax. With a nil name addresses are numbers.
	Format(i *Insn, name SymName) string
	// Constant returns the general register that an instruction loads with a value from its own
	// code and from registers whose contents are known; nil: none is.
	Constant(i *Insn, have *Constants) (to Reg, value uint64, ok bool)
	// Usage returns what an instruction reads and replaces; known is false for one that is not
	// listed: it may read everything.
	Usage(i *Insn) (u Usage, known bool)
	// Taken is Insn.Taken of a conditional jump.
	Taken(i *Insn, r *Regs) (taken, known bool)
}

// Adder is a Decoder of an architecture on which addresses are computed by instructions of their own.
type Adder interface {
	// Sum returns the register that an instruction loads with the sum of another one's content and
	// a number. have are registers whose contents are known.
	Sum(i *Insn, have *Constants) (to, from Reg, n uint64, ok bool)
}

// IntelFormatter is a Decoder that also writes Intel's syntax.
type IntelFormatter interface {
	// FormatIntel is Format in Intel's syntax.
	FormatIntel(i *Insn, name SymName) string
}

// FormatIntel writes an instruction in Intel's syntax if the architecture has one, otherwise as
// Format does.
func (a *Arch) FormatIntel(i *Insn, name SymName) string {
	if f, ok := a.Decoder.(IntelFormatter); ok {
		return f.FormatIntel(i, name)
	}
	return a.Format(i, name)
}

// Shapes recognises code by its bytes, if nothing else describes it.
type Shapes interface {
	// Prologue measures the beginning of a function that sets up a frame: the number of bytes until
	// the caller's frame pointer is saved, and until its own is set. Both are 0 for a function that
	// does not begin like this. code is PrologueLen bytes of it, or fewer.
	Prologue(code []byte) (saved, set int)
	// FrameSize is the distance from the frame pointer up to the canonical frame address in a function
	// whose prologue, as measured by Prologue, is code.
	FrameSize(code []byte) table.Addr
	// Lowered says what a function's code has done up to where a thread is: how far it has lowered
	// the stack pointer, bytes, and whether the return address is where it was at the first
	// instruction. It takes no account of jumps.
	Lowered(code []byte) (lowered table.Addr, kept bool)
	// Leaves reports whether code does nothing but return.
	Leaves(code []byte) bool
	// AfterCall reports whether the bytes that end at pc can be a call.
	AfterCall(pc table.Addr, mem Memory) bool
	// Interrupted are the registers that a signal has interrupted, if r is in the
	// trampoline that its handler returns to; the rest is as in r.
	Interrupted(r *Regs, mem Memory) (Regs, bool)
	// Stub decodes the entry of a procedure linkage table that covers the file address a; ok is
	// false if there is no such entry. read reads the file's code.
	Stub(t PLT, a uint64, read func(at uint64, p []byte) error) (s Stub, ok bool)
	// Branches calls f for each place in code, which begins at the address at, whose bytes can be
	// a direct jump or call into [low, high). The bytes may be data, or the middle of an
	// instruction. It only looks for branches whose distance has 4 bytes if far is set.
	Branches(at table.Addr, code []byte, into Range, far bool, f func(from, to table.Addr))
	// Loads calls f for each place in code, which begins at the address at, whose bytes can be an
	// instruction that loads a number, as compilers do before a system call. The bytes may be data,
	// or the middle of an instruction.
	Loads(at table.Addr, code []byte, number uint32, f func(from table.Addr))
	// Pushed is the number of bytes that an entry has pushed before a.
	Pushed(t PLT, a uint64) table.Addr
}

// PrologueLen is the number of bytes that Shapes.Prologue needs.
const PrologueLen = 40

// PLT is a section of a procedure linkage table, file addresses.
type PLT struct {
	Low, High uint64
	Lazy      bool // .plt proper: its first entry jumps to the dynamic linker's resolver
}

// Stub is an entry of such a table, [Low, High), and the GOT slot that it jumps through.
type Stub struct{ Low, High, Slot uint64 }

// JumpBuffer says where a jmp_buf holds what longjmp(3) restores, in bytes from its start; glibc and
// musl agree. glibc has XORed both words with a guard and rotated them left by Rotated bits.
type JumpBuffer struct {
	SP, PC  table.Addr
	Rotated int
	Guard   table.Addr // its distance from the thread pointer, bytes; 0: it is in the variable __pointer_chk_guard
}

// Relocations are the types of dynamic relocations that are used.
type Relocations struct {
	GlobDat, JumpSlot uint32 // a function's address in the GOT
	IRelative         uint32 // the address that a resolver function returns
	TPOff, DTPMod     uint32 // thread-local variables: an offset from the thread pointer, a module's number
	TLSDesc           uint32 // two words, a function and what it computes such an offset from
}

// Convention is how arguments and results are passed in registers and on the stack.
type Convention int

const (
	SystemV Convention = 1 + iota // System V ABI, AMD64 supplement, 3.2.3
	AAPCS64                       // Procedure Call Standard for the Arm 64-bit Architecture, 6.8 and 6.9
)

// SymName names an address: the symbol that contains it, and the symbol's
// address. An empty name means that there is none.
type SymName func(addr table.Addr) (name string, base table.Addr)

// Text is an address and its name, as disassemblies show it: "0x401136 <main+0x4>". A nil SymName
// knows no names.
func (s SymName) Text(addr table.Addr) string {
	text := addr.String()
	if s == nil {
		return text
	}
	name, base := s(addr)
	switch {
	case name == "":
		return text
	case addr == base:
		return fmt.Sprintf("%s <%s>", text, name)
	}
	return fmt.Sprintf("%s <%s+%#x>", text, name, uint64(addr-base))
}

// Calls are the numbers of system calls that the debugger makes in the traced program; 0
// for one that the architecture lacks.
type Calls struct {
	Mmap, Munmap, Rseq, Membarrier, SliceYield                       uint64
	Gettimeofday, Time, ClockGettime, ClockGetres, Getcpu, Getrandom uint64
}

// Untagged is an address of data without its tag, which a program may keep in the bits that the
// processor ignores: each is as the highest bit that counts, in what the kernel reports too.
func (a *Arch) Untagged(at table.Addr) table.Addr { return table.Addr(int64(at<<a.Tag) >> a.Tag) }

// Regs are registers of the architecture.
func (a *Arch) Regs(w Words) Regs {
	w[NoReg] = 0
	return Regs{W: w, arch: a, pc: a.PC, sp: a.SP}
}

// RegsOf decodes registers from the kernel's layout; those beyond the end of b are 0.
func (a *Arch) RegsOf(b []byte) Regs {
	r := a.Regs(Words{})
	r.SetBytes(b)
	return r
}
