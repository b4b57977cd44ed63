package session

import (
	"rseqstep/stepper"
	"rseqstep/table"
)

// Named is a variable with the name of its type.
type Named struct{ Name, Type string }

// Values evaluates expressions of the program's language. Its methods work on the
// selected thread and frame; without a process, only on the contents of the file.
// Results are text as gdb would print it.
type Values interface {
	Print(format, expression string) (string, error)  // "$1 = 5"
	Call(format, expression string) (string, error)   // as Print; "" for void
	Output(format, expression string) (string, error) // "5"; leaves no $N
	Evaluate(expression string) error                 // for its side effects: "x = 3"
	Printf(arguments string) (string, error)          // "\"%d\\n\", x"
	TypeOf(expression string, deep bool) (string, error)
	Examine(format, expression string) (string, error) // x; expression "" continues after the last unit
	Find(format, arguments string, show func(address string)) (int, error)
	Address(expression string) (table.Addr, error) // *EXPR as an address in the code
	Watchable(expression string) (addr table.Addr, length int, err error)
	Worthy(expression string) error                    // the reason why a watchpoint on it is refused before there is a process; nil: none
	Within(expression string) (locals bool, err error) // whether it names local variables of the selected frame; the error says what it cannot mean
	Local(expression string) bool                      // whether the expression that Watchable resolved last is a local variable
	Content(expression string, b []byte) string        // watched bytes as a value of the expression's type
	Relocate(b *Breakpoint) (stepper.Located, error)   // the address of what an expression names in the program, independent of any frame
	ConditionAt(condition string, a table.Addr) error  // the reason why it is not valid at an address; nil: it is
	Condition(expression string) (func(tid int) (bool, error), error)
	Locals() ([]string, error)
	Arguments() ([]string, error)
	FrameArguments(level int) string // "argc=1, argv=0x7ffe…"
	Returned(f *stepper.Finished) string
	Scope(a table.Addr) ([]Named, error) // the variables of the blocks around an address
	Members(expression string) []string  // of its struct, or of the one that it points to, for completion
	Names() []string                     // visible variables, for completion
	Functions(pattern string) ([]string, error)
	Globals(pattern string, types bool) ([]string, error) // variables or types, as Functions has functions
	Forget()                                              // caches of memory and registers; called before the program moves
}
