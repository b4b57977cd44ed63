package expr

import "fmt"

// sentence makes an error that is shown to the user as it stands: a sentence,
// worded as gdb words it where gdb has one. It formats, and wraps, as
// fmt.Errorf does.
func sentence(format string, args ...any) error { return fmt.Errorf(format, args...) }
