package dwexpr

import (
	"errors"
	"fmt"
)

// ErrMalformed is wrapped by the error of an expression that has no meaning, or does not
// end.
var ErrMalformed = errors.New("malformed DWARF expression")

// ErrNotSupported is wrapped by the error of an operation that this package does not
// support.
var ErrNotSupported = errors.New("unsupported DWARF expression")

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}

func unsupported(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrNotSupported, fmt.Sprintf(format, args...))
}

// Limits. GCC's longest expression for a variable has some hundred operations and a few
// entries on its stack; two expressions evaluated for one other are rare.
const (
	maxOperations = 10000
	maxDepth      = 16      // of nested evaluations
	maxStack      = 1024    // entries
	maxBits       = 1 << 26 // of all pieces and what they skip: 8 MB
	nestedCost    = 50      // operations that count for one that searches DIEs, reads files or evaluates further expressions
)

// Limit bounds an evaluation and all that are nested in it. A method of Unit that
// evaluates passes on the same Limit; otherwise two expressions that refer to each other
// do not end. The zero Limit is ready.
type Limit struct {
	spent int // operations used
	depth int
}

// Enter begins an evaluation, or something else that may cause nested ones, such as
// reading the type of a variable whose value is an array's length. Leave ends it, unless
// there was an error: ErrMalformed.
func (l *Limit) Enter() error {
	if l.depth >= maxDepth {
		return malformed("it leads to %d others, one for the other", maxDepth)
	}
	if l.depth == 0 {
		l.spent = 0
	} else if err := l.spend(nestedCost); err != nil {
		return err
	}
	l.depth++
	return nil
}

// Leave ends what Enter began.
func (l *Limit) Leave() { l.depth-- }

func (l *Limit) spend(operations int) error {
	if l.spent += operations; l.spent > maxOperations {
		return malformed("it does not end in %d operations", maxOperations)
	}
	return nil
}
