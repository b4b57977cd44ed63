package ptrace

import (
	"errors"
	"fmt"
)

// Error is what went wrong with one traced thread. It unwraps to the errno,
// so errors.Is(err, unix.ESRCH) works.
type Error struct {
	Op  string // what was tried: "seize", "read registers"
	TID int    // thread or process id; 0 when it never came to one
	Err error
}

func (e *Error) Error() string {
	if e.TID == 0 {
		return fmt.Sprintf("%s: %v", e.Op, e.Err)
	}
	return fmt.Sprintf("%s of thread %d: %v", e.Op, e.TID, e.Err)
}

// Thread is the thread that a request was made of, or the process.
func (e *Error) Thread() int { return e.TID }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrNotSupported is wrapped by what this kernel, CPU or program cannot do.
var ErrNotSupported = errors.New("not supported here")

// ErrState is wrapped when a method was called in a state that its contract
// excludes: a bug in the caller, not a fact about the program.
var ErrState = errors.New("wrong state")
