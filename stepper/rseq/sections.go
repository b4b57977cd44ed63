package rseq

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Symbols is what Sections asks about the program's functions and lines. An answer
// that needs debug information which is not there is "not found".
type Symbols interface {
	// Extent is the concrete function that covers pc: where it is entered, and its
	// code, sorted.
	Extent(pc table.Addr) (entry table.Addr, code []machine.Range, ok bool)
	// Statements returns the addresses in r at which rows of the line table
	// begin, in order.
	Statements(r machine.Range) []table.Addr
	// BeginsStatement reports whether a statement of the innermost inlined call
	// at a begins there.
	BeginsStatement(a table.Addr) bool
	// Symbol names an address: the nearest symbol at or before it.
	Symbol(a table.Addr) (name string, offset uint64, ok bool)
	// Trampoline is where the PLT stub or the like at pc leads.
	Trampoline(pc table.Addr, mem machine.Memory) (to table.Addr, ok bool)
}

// Sections answers questions about the critical sections of a process and the code
// around them. It reads memory and asks symbols, and keeps what it has decoded:
// whoever lets the program run, changes its memory or its modules says so (FlushCode,
// Reload). It is not safe for concurrent use.
type Sections struct {
	arch    *machine.Arch
	mem     machine.Memory
	symbols Symbols
	image   *table.Image

	insns     map[table.Addr]*machine.Insn    // see Decode
	bodies    map[*table.Placed]*machine.Body // of sections that a file declares
	functions map[table.Addr]*machine.Layout  // by the function's entry; nil: not laid out
	passed    map[table.Addr]bool             // addresses that are in the middle of no instruction
}

// New makes Sections of a process without modules: Reload names them.
func New(arch *machine.Arch, mem machine.Memory, symbols Symbols) *Sections {
	s := &Sections{arch: arch, mem: mem, symbols: symbols}
	s.Forget()
	return s
}

// Image is the sections known now, by address. It belongs to Sections: what would
// change it is for Learn, Reload and Forget.
func (s *Sections) Image() *table.Image { return s.image }

// Reload takes the modules that the process has now, and drops what was decoded. The
// symbols are asked again only afterwards: they have to know the modules by then.
func (s *Sections) Reload(modules []*table.Module) {
	s.image.Reload(modules)
	clear(s.bodies)
	s.dropLayouts()
	s.FlushCode()
}

// Forget drops everything about a program that is no more (execve(2)).
func (s *Sections) Forget() {
	s.image = table.NewImage(nil)
	s.bodies = map[*table.Placed]*machine.Body{}
	s.dropLayouts()
	s.FlushCode()
}
