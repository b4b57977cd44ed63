package prompt

import "fmt"

// Message makes an error that is a sentence for the user, in gdb's words: with
// a capital and a full stop, unlike errors that are wrapped into others.
func Message(format string, args ...any) error { return fmt.Errorf(format, args...) }
