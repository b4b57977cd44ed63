package machine

import (
	"errors"
	"fmt"

	"rseqstep/table"
)

// ErrTruncated means that the code ends inside the instruction, and ErrInvalid
// that the bytes are not an instruction, or one whose length differs between
// processors.
var (
	ErrTruncated = errors.New("code ends within an instruction")
	ErrInvalid   = errors.New("not an instruction")
)

// DecodeError is the address of a decoding failure and its cause. It unwraps to
// ErrTruncated or ErrInvalid.
type DecodeError struct {
	Addr table.Addr
	Err  error
}

func (e *DecodeError) Error() string { return fmt.Sprintf("decoding at %v: %v", e.Addr, e.Err) }
func (e *DecodeError) Unwrap() error { return e.Err }
