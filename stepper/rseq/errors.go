package rseq

import (
	"errors"
	"fmt"

	"rseqstep/table"
)

// ErrInside refuses a breakpoint inside a critical section: hit
// there it makes the kernel abort the section, each time.
var ErrInside = errors.New("inside a critical section")

// InsideError carries the section a breakpoint would have stood in. It is an ErrInside.
type InsideError struct {
	Addr    table.Addr
	Section string // its name
	Start   table.Addr
	End     table.Addr
}

func (e *InsideError) Error() string {
	return fmt.Sprintf("%v lies inside the critical section %s [%v, %v): a trap there makes the kernel abort the section every time it is met; break at %v (its end), or on the line before it",
		e.Addr, e.Section, e.Start, e.End, e.End)
}

func (e *InsideError) Unwrap() error { return ErrInside }

// MiddleError refuses a trap of the debugger's own in the middle of an instruction:
// another way through the code would execute a changed instruction.
type MiddleError struct{ Addr table.Addr }

func (e *MiddleError) Error() string {
	return fmt.Sprintf("%v lies in the middle of an instruction", e.Addr)
}
