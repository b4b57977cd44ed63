package source

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Range is [Low, High), process addresses.
type Range = machine.Range

// Line is a place in the source.
type Line struct {
	File string // as the line table names it, made absolute if possible
	Line int    // 1 is the first; 0: no line
}

// Function is a concrete function (one with code of its own, not an inlined call).
type Function struct {
	Name     string // demangled for C++, otherwise as in DWARF or the symbol table
	Linkage  string // the symbol's linkage name
	Entry    table.Addr
	Ranges   []Range    // sorted; more than one if the compiler split the function (.cold)
	Body     table.Addr // the first address after the prologue, where `break f` inserts the breakpoint
	HasLines bool
	Module   string // path of its module
}

// Frame is one frame of a stack. Frames of inlined calls share PC, CFA and Regs with the function
// that contains them.
type Frame struct {
	PC       table.Addr
	CFA      table.Addr
	Regs     machine.Regs // the registers in this frame; caller-saved registers only in frame 0
	Function string       // "" if unknown
	Entry    table.Addr
	Inlined  int // inline depth: 0 is the concrete function
	Line     Line
	Module   string
	Signal   bool // the frame of a signal trampoline
	Tail     bool // a function that ended in a tail call: PC is behind its jump, CFA and Regs are those of its caller's call
	Called   bool // a call that the user made (Engine.Call) lies between the adjacent frames
}

// View is how many of the inlined calls nested at PC the user sees as entered. A call that begins
// at PC may not be entered yet.
type View struct {
	PC    table.Addr
	Depth int
}

// Symbols answers the Engine's questions about the program's source. Without the required debug
// information the answer is "not found", never an error. It loads debug information on first use.
// Addresses are process addresses.
type Symbols interface {
	// Function returns the concrete function that covers pc.
	Function(pc table.Addr) (Function, bool)
	// Inlines returns the number of inlined calls nested at pc (0 outside all of them), and the
	// number of those that begin exactly at pc (their entry).
	Inlines(pc table.Addr) (depth, entering int)
	// Line returns the line of pc as seen from inline depth `depth` of its function: the
	// line-table row if pc is not nested deeper, otherwise the call's line of the inlined call at
	// depth+1.
	Line(pc table.Addr, depth int) (Line, bool)
	// LineStart reports whether a statement begins at pc at inline depth `depth`: an is_stmt row,
	// or the entry of a call inlined there.
	LineStart(pc table.Addr, depth int) bool
	// LineRanges returns every address range of pc's function, sorted and merged, that shows the
	// same line as pc at inline depth `depth` and is in the same inlined call.
	LineRanges(pc table.Addr, depth int) []Range
	// BlockRanges returns the address ranges, sorted, of the inlined call at inline depth `depth`
	// that contains pc; at depth 0, those of its function.
	BlockRanges(pc table.Addr, depth int) []Range
	// Statements returns, in order, the addresses in r at which rows of the line table begin: an
	// instruction begins at each.
	Statements(r Range) []table.Addr
	// Frames unwinds at most max frames from r, innermost first (CFI; frame pointers if there is
	// none). The list ends early if the stack cannot be unwound further.
	Frames(r *machine.Regs, mem machine.Memory, max int) []Frame
	// Caller unwinds one concrete frame: it returns the CFA of the function at r, and its
	// caller's registers (PC is the return address).
	Caller(r *machine.Regs, mem machine.Memory) (cfa table.Addr, caller machine.Regs, ok bool)
	// Trampoline returns the destination of the PLT stub or similar trampoline at pc; ok is false
	// if there is none or its destination is unknown.
	Trampoline(pc table.Addr, mem machine.Memory) (to table.Addr, ok bool)
	// Lookup returns the places that a breakpoint location names: "main", "file.c:12", "ns::f",
	// "f" in any module. near is the process address whose file a bare line number refers to.
	Lookup(location string, near table.Addr) ([]Place, error)
	// Symbol returns the nearest symbol at or before an address, and the offset from it in bytes.
	Symbol(addr table.Addr) (name string, offset uint64, ok bool)
	// Address returns the address of a symbol by its linkage name.
	Address(name string) (table.Addr, bool)
	// Reload must be called after the process's modules have changed.
	Reload(modules []*table.Module)
}

// Place is one address that a location resolves to.
type Place struct {
	Addr     table.Addr
	Function string
	Line     Line
	Module   string

	// Trap is set by the Engine for a place inside a critical section. It is the arming store,
	// where the breakpoint is inserted; from there the debugger steps the thread to Addr.
	Trap table.Addr
	// Asked is set by the Engine for a place inside an exclusive sequence: Addr then is the sequence's
	// load, where the breakpoint is inserted.
	Asked table.Addr
	// Off: the user has disabled this place of the breakpoint; nothing is inserted there.
	Off bool
}

// KeepOff disables the places in now that name the same lines of the same functions as disabled
// ones in was, which are of an earlier time or process.
func KeepOff(was, now []Place) {
	same := func(p, q *Place) bool { return p.Module == q.Module && p.Function == q.Function && p.Line == q.Line }
	nth := func(list []Place, i int) (n int) {
		for j := range list[:i] {
			if same(&list[j], &list[i]) {
				n++
			}
		}
		return n
	}
	for i := range now {
		for j := range was {
			if was[j].Off && same(&was[j], &now[i]) && nth(was, j) == nth(now, i) {
				now[i].Off = true
			}
		}
	}
}
