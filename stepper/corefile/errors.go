package corefile

import (
	"errors"
	"fmt"

	"rseqstep/table"
)

// Kinds of errors in a core file, for errors.Is.
var (
	ErrNotCore     = errors.New("not a core file")
	ErrUnsupported = errors.New("not supported")
	ErrTruncated   = errors.New("the file ends before it")
	ErrMalformed   = errors.New("malformed")
	ErrNoThreads   = errors.New("the core file has no threads (no NT_PRSTATUS note)")
)

// because joins a sentinel and the details; errors.Is finds the sentinel.
func because(sentinel error, format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), sentinel)
}

// MemoryError says which memory is not available, and why.
type MemoryError struct {
	Addr table.Addr // the first byte that cannot be read
	Err  error
}

func (e *MemoryError) Error() string {
	return fmt.Sprintf("cannot access memory at address %v: %v", e.Addr, e.Err)
}

// Reason is the reason for the user: "" if the memory simply does not exist.
func (e *MemoryError) Reason() string {
	if errors.Is(e.Err, ErrNotMapped) {
		return ""
	}
	return e.Err.Error()
}

func (e *MemoryError) Unwrap() error { return e.Err }

// Reasons why memory cannot be read.
var (
	ErrNotMapped = errors.New("nothing was mapped there")
	ErrNotDumped = errors.New("it was not dumped into the core file (see coredump_filter in core(5))")
)
