package machine

import (
	"errors"
	"fmt"

	"rseqstep/table"
)

// ErrTruncated means that the code ends within the instruction, and
// ErrInvalid that the bytes are no instruction, or one whose
// length is not the same on every processor.
var (
	ErrTruncated = errors.New("code ends within an instruction")
	ErrInvalid   = errors.New("not an instruction")
)

// DecodeError says where decoding failed. It unwraps to ErrTruncated or ErrInvalid.
type DecodeError struct {
	Addr table.Addr
	Err  error
}

func (e *DecodeError) Error() string { return fmt.Sprintf("decoding at %v: %v", e.Addr, e.Err) }
func (e *DecodeError) Unwrap() error { return e.Err }
