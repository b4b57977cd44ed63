package symbols

import (
	"errors"
	"fmt"
)

// Sentinels that Lookup's errors wrap.
var (
	ErrNoSymbol    = errors.New("no such symbol")
	ErrNoDebugInfo = errors.New("no debug information")
	ErrNoLine      = errors.New("no such line")
	ErrBadLocation = errors.New("not a location")
)

// LookupError is the error for a location that names nothing, worded for the
// user.
type LookupError struct {
	Location string
	Text     string // `function "foo" not defined`
	Err      error  // ErrNoSymbol, ErrNoDebugInfo, ErrNoLine or ErrBadLocation
}

func (e *LookupError) Error() string { return e.Text }
func (e *LookupError) Unwrap() error { return e.Err }

func lookupErr(err error, location, format string, args ...any) error {
	return &LookupError{Location: location, Text: fmt.Sprintf(format, args...), Err: err}
}
