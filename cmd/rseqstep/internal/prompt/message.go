package prompt

import "fmt"

// Message creates an error that is a sentence for the user, in gdb's style: with a
// capital letter and a full stop, unlike errors that are wrapped into others.
func Message(format string, args ...any) error { return fmt.Errorf(format, args...) }
