package source

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Range is [Low, High), process addresses.
type Range = machine.Range

// Line is a place in the source.
type Line struct {
	File string // as the line table names it, made absolute where it can be
	Line int    // 1 is the first; 0: no line
}

// Function is a concrete function (one with code of its own, not an inlined call).
type Function struct {
	Name     string // demangled for C++, as DWARF or the symbol table has it otherwise
	Linkage  string // the symbol's own spelling
	Entry    table.Addr
	Ranges   []Range    // sorted; more than one when the compiler split it (.cold)
	Body     table.Addr // first address after the prologue: where `break f` goes
	HasLines bool
	Module   string // path of its module
}

// Frame is one frame of a stack. Frames of inlined calls share PC, CFA and Regs
// with the function they are inlined into.
type Frame struct {
	PC       table.Addr
	CFA      table.Addr
	Regs     machine.Regs // as they were in this frame; caller-saved registers only in frame 0
	Function string       // "" when unknown
	Entry    table.Addr
	Inlined  int // inline depth: 0 is the concrete function
	Line     Line
	Module   string
	Signal   bool // the frame of a signal trampoline
	Called   bool // a call that the user made (Engine.Call) stands between the frames around it
}

// Symbols answers what the Engine asks about the program's source. Answers
// that need debug information are "not found" without it, never an error.
// It loads what it needs when it is first asked.
type Symbols interface {
	// Function finds the concrete function that covers pc.
	Function(pc table.Addr) (Function, bool)
	// Inlines returns the number of inlined calls nested at pc: 0 outside
	// of any, and how many of them begin exactly at pc (their entry).
	Inlines(pc table.Addr) (depth, entering int)
	// Line returns the line of pc as seen from inline depth `depth` of its
	// function: the line-table row when pc is not nested deeper, else the
	// call's line of the inlined call at depth+1.
	Line(pc table.Addr, depth int) (Line, bool)
	// LineStart reports whether pc begins a statement at inline depth
	// `depth`: an is_stmt row there, or the entry of a call inlined there.
	LineStart(pc table.Addr, depth int) bool
	// LineRanges returns every address range of pc's function, sorted and
	// merged, that shows the same line as pc at inline depth `depth` and
	// stands in the same inlined call.
	LineRanges(pc table.Addr, depth int) []Range
	// BlockRanges returns the address ranges, sorted, of the inlined call at
	// inline depth `depth` that pc stands in; at depth 0 those of its function.
	BlockRanges(pc table.Addr, depth int) []Range
	// Statements returns the addresses in r at which rows of the line table
	// begin, in order: instructions begin there.
	Statements(r Range) []table.Addr
	// Frames unwinds at most max frames from r, innermost first (CFI; frame
	// pointers where there is none). ok is false for a stack cut short.
	Frames(r *machine.Regs, mem machine.Memory, max int) []Frame
	// Caller unwinds one concrete frame: the CFA of the function at r, and
	// its caller's registers (PC is the return address).
	Caller(r *machine.Regs, mem machine.Memory) (cfa table.Addr, caller machine.Regs, ok bool)
	// Trampoline: pc is in a PLT stub or the like; where it leads, when that is known.
	Trampoline(pc table.Addr, mem machine.Memory) (to table.Addr, ok bool)
	// Lookup finds the places a breakpoint location names: "main",
	// "file.c:12", "ns::f", "f" in any module. Places are addresses to stop at.
	Lookup(location string, near table.Addr) ([]Place, error)
	// Symbol names an address: the nearest symbol at or before it.
	Symbol(addr table.Addr) (name string, offset uint64, ok bool)
	// Address finds a symbol by its linkage name.
	Address(name string) (table.Addr, bool)
	// Reload is called when the process's modules changed.
	Reload(modules []*table.Module)
}

// Place is one address a location resolves to.
type Place struct {
	Addr     table.Addr
	Function string
	Line     Line
	Module   string

	// Trap is set by the Engine for a place inside a critical section: the
	// arming store, where the trap is; the thread is taken to Addr from there.
	Trap table.Addr
}
