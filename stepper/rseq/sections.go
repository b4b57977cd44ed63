package rseq

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Symbols gives Sections the program's functions and lines. An implementation without the
// required debug information answers "not found". Addresses are process addresses.
type Symbols interface {
	// Extent returns the concrete function that covers pc: its entry and its code, sorted.
	Extent(pc table.Addr) (entry table.Addr, code []machine.Range, ok bool)
	// Statements returns, in order, the addresses in r at which rows of the line table begin.
	Statements(r machine.Range) []table.Addr
	// BeginsStatement reports whether a statement of the innermost inlined call at a begins
	// there.
	BeginsStatement(a table.Addr) bool
	// Symbol returns the nearest symbol at or before an address, and the offset from it in bytes.
	Symbol(a table.Addr) (name string, offset uint64, ok bool)
	// Trampoline returns the destination of the PLT stub or similar trampoline at pc.
	Trampoline(pc table.Addr, mem machine.Memory) (to table.Addr, ok bool)
}

// Sections answers questions about the critical sections of a process and the code around them.
// It reads memory, queries symbols and caches what it has decoded. Code that resumes the program,
// or changes its memory or modules, must call FlushCode or Reload. Sections is not safe for
// concurrent use.
type Sections struct {
	arch    *machine.Arch
	mem     machine.Memory
	symbols Symbols
	image   *table.Image

	insns     map[table.Addr]*machine.Insn    // see Decode
	armings   map[*table.Placed]arming        // see Arming
	bodies    map[*table.Placed]*machine.Body // of sections that a file declares
	names     map[*table.Placed]string        // of these: see Name
	exits     map[*machine.Body][]table.Addr  // see Exits
	functions map[table.Addr]*machine.Layout  // by the function's entry; nil: not laid out
	passed    map[table.Addr]bool             // addresses that are known not to be in the middle of an instruction
}

// New returns the Sections of a process without modules. Reload sets the modules.
func New(arch *machine.Arch, mem machine.Memory, symbols Symbols) *Sections {
	s := &Sections{arch: arch, mem: mem, symbols: symbols}
	s.Forget()
	return s
}

// Arch is the program's architecture.
func (s *Sections) Arch() *machine.Arch { return s.arch }

// Image returns the known sections, by address. It belongs to Sections: only Learn, Reload and
// Forget change it.
func (s *Sections) Image() *table.Image { return s.image }

// Reload sets the modules of the process and empties the caches. It uses the symbols only in
// later calls: they must know the new modules by then.
func (s *Sections) Reload(modules []*table.Module) {
	s.image.Reload(modules)
	clear(s.bodies)
	clear(s.names)
	s.dropLayouts()
	s.FlushCode()
}

// Forget removes all data about a program that the kernel has replaced (execve(2)).
func (s *Sections) Forget() {
	s.image = table.NewImage(nil)
	s.bodies, s.names = map[*table.Placed]*machine.Body{}, nil
	s.dropLayouts()
	s.FlushCode()
}
