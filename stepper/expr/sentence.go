package expr

import "fmt"

// sentence makes an error that is shown to the user unchanged: a sentence,
// worded as gdb's if gdb has one. It formats, and wraps, as fmt.Errorf does.
func sentence(format string, args ...any) error { return fmt.Errorf(format, args...) }
