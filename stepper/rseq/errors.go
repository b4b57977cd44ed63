package rseq

import (
	"errors"
	"fmt"

	"rseqstep/table"
)

// ErrInside refuses a breakpoint inside a critical section: each time a thread hits it there, the
// kernel aborts the section.
var ErrInside = errors.New("inside a critical section")

// InsideError names the section that would contain a refused breakpoint. errors.Is(e, ErrInside)
// is true.
type InsideError struct {
	Addr    table.Addr
	Section string // the section's name
	Start   table.Addr
	End     table.Addr
}

func (e *InsideError) Error() string {
	return fmt.Sprintf("%v lies inside the critical section %s [%v, %v): a trap there makes the kernel abort the section every time it is met; break at %v (its end), or on the line before it",
		e.Addr, e.Section, e.Start, e.End, e.End)
}

func (e *InsideError) Unwrap() error { return ErrInside }

// MiddleError refuses a trap of the debugger's own in the middle of an instruction: a thread that
// takes another path through the code would execute a changed instruction.
type MiddleError struct{ Addr table.Addr }

func (e *MiddleError) Error() string {
	return fmt.Sprintf("%v lies in the middle of an instruction", e.Addr)
}
