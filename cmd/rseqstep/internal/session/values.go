package session

import (
	"rseqstep/stepper"
	"rseqstep/table"
)

// Values evaluates expressions of the program's language. Its methods work on
// the selected thread and frame; without a process, only on what the file has.
// Results are text as gdb would print it.
type Values interface {
	Print(format, expression string) (string, error)  // "$1 = 5"
	Call(format, expression string) (string, error)   // as Print; "" for void
	Output(format, expression string) (string, error) // "5"; leaves no $N
	Evaluate(expression string) error                 // for its effect: "x = 3"
	Printf(arguments string) (string, error)          // "\"%d\\n\", x"
	TypeOf(expression string, deep bool) (string, error)
	Examine(format, expression string) (string, error) // x; expression "" goes on from the last
	Address(expression string) (table.Addr, error)     // *EXPR as a place in the code
	Watchable(expression string) (addr table.Addr, length int, err error)
	Local(expression string) bool                     // what Watchable last found for it is a local variable
	Content(expression string, b []byte) string       // watched bytes as a value of the expression's type
	Relocate(b *Breakpoint) (stepper.Located, error)  // what its expression names in the program, apart from any frame
	ConditionAt(condition string, a table.Addr) error // why it means nothing at an address; nil: it does
	Condition(expression string) (func(tid int) (bool, error), error)
	Locals() ([]string, error)
	Arguments() ([]string, error)
	FrameArguments(level int) string // "argc=1, argv=0x7ffe…"
	Returned(f *stepper.Finished) string
	Names() []string // visible variables, for completion
	Functions(pattern string) ([]string, error)
	Forget() // caches of memory and registers; called before the program moves
}
