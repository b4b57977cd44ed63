package table

import (
	"errors"
	"fmt"
)

// Kinds of format errors, for errors.Is.
var (
	ErrNotELF      = errors.New("not an ELF file")
	ErrTruncated   = errors.New("points past the end of the file")
	ErrUnsupported = errors.New("not supported")
	ErrMalformed   = errors.New("malformed")
	ErrTooLarge    = errors.New("larger than any honest file")
)

// FormatError says what is wrong with a file and where.
type FormatError struct {
	File    string // path; "" if the file was not opened by path
	Section string // name of the ELF section; "" for the headers
	Offset  uint64 // bytes from the start of Section, or of the file if Section is ""
	Err     error
}

func (e *FormatError) Error() string {
	s := ""
	if e.File != "" {
		s = e.File + ": "
	}
	if e.Section != "" {
		s += e.Section
		if e.Offset != 0 {
			s += fmt.Sprintf("+%#x", e.Offset)
		}
		s += ": "
	} else if e.Offset != 0 {
		s += fmt.Sprintf("offset %#x: ", e.Offset)
	}
	return s + e.Err.Error()
}

func (e *FormatError) Unwrap() error { return e.Err }

// UnmovedError is a warning about descriptors whose addresses no relocation moves with the file,
// though the file can be loaded anywhere.
type UnmovedError struct {
	At []FileAddr // the descriptors
}

func (e *UnmovedError) Error() string {
	return fmt.Sprintf("%d descriptors hold addresses that no relocation moves with the file (the first at %v)", len(e.At), e.At[0])
}

// because joins a sentinel and the details; errors.Is finds the sentinel.
func because(sentinel error, format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), sentinel)
}
