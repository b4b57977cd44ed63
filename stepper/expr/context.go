package expr

import (
	"errors"
	"fmt"

	"rseqstep/stepper"
	"rseqstep/stepper/dwexpr"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/symbols"
	"rseqstep/table"
)

// Source is what expressions need of the program's symbols.
type Source interface {
	// Modules are the process's modules, the executable first.
	Modules() []*symbols.Module
	// Function finds the concrete function that covers pc.
	Function(pc table.Addr) (stepper.Function, bool)
	// Symbol names an address: the nearest symbol at or before it.
	Symbol(addr table.Addr) (name string, offset uint64, ok bool)
	// Address finds a symbol by its linkage name.
	Address(name string) (table.Addr, bool)
	// Lookup finds functions by name ("ns::f"), as breakpoints do.
	Lookup(location string, near table.Addr) ([]stepper.Place, error)
	// CallTarget returns the entry of the function that is called by the call which returns to
	// an address, CallsItself whether a function may have been entered by a tail call of its own.
	CallTarget(ret table.Addr) (entry table.Addr, ok bool)
	CallsItself(entry table.Addr) bool
	// Indirect reports whether the symbol at an address is an IFUNC.
	Indirect(addr table.Addr) bool
}

var _ Source = (*symbols.Set)(nil)

// Context is where an expression is evaluated: a selected frame of a stopped
// thread. Only the goroutine that may access the program calls its functions.
type Context struct {
	// Frames is the stack, innermost first, as far as it was unwound; with the
	// frames of inlined calls. Empty without a process.
	Frames   []stepper.Frame
	Selected int // index into Frames
	// Further returns Frames with those beyond, which recover entry values and
	// are places of functions' variables; it is called at most once. nil: there
	// are no more. A stack's outer frames are in libraries: to name them reads
	// the libraries' DWARF.
	Further func() []stepper.Frame

	// Arch is the program's architecture, for a Context without Frames; nil: unknown.
	Arch   *machine.Arch
	Mem    machine.Memory // nil without a process
	Source Source
	// Session keeps history and convenience variables. Required.
	Session *Session

	// Write writes the program's memory; nil: assignments to it are refused.
	Write func(addr table.Addr, p []byte) (int, error)
	// WriteRegs sets the thread's registers; nil: refused.
	WriteRegs func(r *machine.Regs) error
	// XState reads, WriteXState writes the thread's XSAVE area (the standard
	// format of PTRACE_GETREGSET with NT_X86_XSTATE). nil: unavailable.
	XState      func() ([]byte, error)
	WriteXState func(area []byte) error
	// Siginfo reads the siginfo_t of the signal that stopped the thread; nil: unavailable.
	Siginfo func() ([]byte, error)
	// Exception returns the address and the type's name of the C++ exception at whose throw or
	// catch the thread has stopped; nil: there is no process.
	Exception func() (object table.Addr, class string, err error)
	// Thread returns the thread's number; nil: there is no process.
	Thread func() int
	// Warn receives a sentence about a result that may surprise; nil: no warnings.
	Warn func(string)
	// Caller runs functions of the program; nil: refused.
	Caller Caller

	current   *frame       // of Selected; see frameOf
	typesOnly bool         // only the type is needed: no function of the program is called
	scratch   table.Addr   // the lowest stack memory that calls have used; 0 for none
	limit     dwexpr.Limit // limit of the DWARF expression being evaluated
}

var (
	errNoProcess = sentence("The program has no registers now.")
	errNoFrame   = sentence("No frame selected.")
)

// MemoryError is an address of the program's memory that cannot be read or written. Err
// is the target's error. If that has a Reason, a text for the user, it is shown after
// gdb's own words.
type MemoryError struct {
	Addr table.Addr
	Err  error
}

func (e *MemoryError) Error() string {
	text := fmt.Sprintf("Cannot access memory at address %#x", uint64(e.Addr))
	var because interface{ Reason() string }
	if errors.As(e.Err, &because) && because.Reason() != "" {
		text += ": " + because.Reason()
	}
	return text
}

func (e *MemoryError) Unwrap() error { return e.Err }

// read fills all of p from the program's memory; otherwise its error names the
// first unreadable byte.
func (c *Context) read(addr table.Addr, p []byte) error {
	if len(p) == 0 {
		return nil
	}
	if c.Mem == nil {
		return &MemoryError{Addr: addr, Err: errNoProcess}
	}
	n, err := c.Mem.ReadMemory(addr, p)
	if n < len(p) {
		// gdb names the start of the requested range, so do the same.
		return &MemoryError{Addr: addr, Err: err}
	}
	return nil
}

func (c *Context) warn(format string, args ...any) {
	if c.Warn != nil {
		c.Warn(fmt.Sprintf(format, args...))
	}
}

func (c *Context) write(addr table.Addr, p []byte) error {
	if c.Write == nil {
		return sentence("Memory cannot be written here.")
	}
	if n, err := c.Write(addr, p); n < len(p) || err != nil {
		return &MemoryError{Addr: addr, Err: err}
	}
	return nil
}

// info is the session's record of a module.
func (c *Context) info(m *symbols.Module) *Info {
	i, ok := c.Session.infos[m]
	if !ok {
		i = NewInfo(m)
		c.Session.infos[m] = i
	}
	return i
}

// infoAt is the record of the module mapped at an address; nil for none.
func (c *Context) infoAt(a table.Addr) *Info {
	if c.Source == nil {
		return nil
	}
	for _, m := range c.Source.Modules() {
		if a-m.Low < m.High-m.Low {
			return c.info(m)
		}
	}
	return nil
}

// infos lists every module, the one of the selected frame first.
func (c *Context) infos() (list []*Info) {
	var own *Info
	if f, err := c.frame(); err == nil && f.info != nil {
		own = f.info
		list = append(list, own)
	}
	if c.Source == nil {
		return list
	}
	for _, m := range c.Source.Modules() {
		if i := c.info(m); i != own {
			list = append(list, i)
		}
	}
	return list
}
