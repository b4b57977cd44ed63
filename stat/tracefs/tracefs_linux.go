// Package tracefs finds the kernel's tracing file system. See Documentation/trace/ftrace.rst.
package tracefs

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"
)

// Roots lists where the tracing file system may be, the likeliest first; a place need not exist.
// Where neither usual place has it, as on a machine that was booted without systemd, root gets one
// that no other process sees: a mount that is attached nowhere (fsmount(2)) and ends with us.
func Roots() []string {
	places := usual()
	for _, root := range places {
		if _, err := os.Stat(filepath.Join(root, "events")); err == nil || !os.IsNotExist(err) {
			return places
		}
	}
	if root := own(); root != "" {
		return append(places, root)
	}
	return places
}

func usual() []string { return []string{"/sys/kernel/tracing", "/sys/kernel/debug/tracing"} }

// own is the folder of a mount of our own; "" if the kernel refuses one. Its descriptor stays open.
var own = sync.OnceValue(func() string {
	context, err := unix.Fsopen("tracefs", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return ""
	}
	defer unix.Close(context)
	if unix.FsconfigCreate(context) != nil {
		return ""
	}
	fd, err := unix.Fsmount(context, unix.FSMOUNT_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("/proc/self/fd/%d", fd)
})
