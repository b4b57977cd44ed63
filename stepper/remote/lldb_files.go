package remote

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// lldbHostIO answers the host I/O packets that only lldb sends (lldb,
// docs/resources/lldbplatformpackets.md); unsupported for others.
func lldbHostIO(op, args string) string {
	switch op {
	case "size", "exists", "mode":
	case "symlink":
		return makeLink(args)
	default:
		return unsupported
	}
	path, ok := text(args)
	if !ok {
		return fileError(syscall.EINVAL)
	}
	st, err := os.Stat(path)
	switch {
	case op == "exists" && err == nil:
		return "F,1"
	case op == "exists":
		return "F,0"
	case err != nil:
		return fileError(err)
	case op == "size":
		return fmt.Sprintf("F%x", st.Size())
	}
	return fmt.Sprintf("F%x", st.Mode().Perm())
}

// makeLink creates a symbolic link: TARGET,PATH, both in hexadecimal.
func makeLink(args string) string {
	target, path, _ := strings.Cut(args, ",")
	to, ok := text(target)
	at, ok2 := text(path)
	if !ok || !ok2 {
		return fileError(syscall.EINVAL)
	}
	return fileError(os.Symlink(to, at))
}
