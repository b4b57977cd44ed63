package ptrace

import (
	"errors"
	"fmt"
)

// Error is a failed operation on a traced thread. It unwraps to the errno, so
// errors.Is(err, unix.ESRCH) works.
type Error struct {
	Op  string // the operation: "seize", "read registers"
	TID int    // thread or process id; 0 if the operation had none yet
	Err error
}

func (e *Error) Error() string {
	if e.TID == 0 {
		return fmt.Sprintf("%s: %v", e.Op, e.Err)
	}
	return fmt.Sprintf("%s of thread %d: %v", e.Op, e.TID, e.Err)
}

// Thread is the thread or process that the operation was for.
func (e *Error) Thread() int { return e.TID }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrNotSupported is wrapped by the errors for what this kernel, CPU or program
// cannot do.
var ErrNotSupported = errors.New("not supported here")

// ErrState is wrapped by the error of a method that was called in a state its
// contract excludes: a bug in the caller, not a fact about the program.
var ErrState = errors.New("wrong state")
