package delve

import (
	"bytes"
	"debug/buildinfo"
	"fmt"
	"os"
)

// modulePath is Delve's, as the Go toolchain records it in a binary.
const modulePath = "github.com/go-delve/delve"

// IsParent reports whether the process that has started us is Delve, or has
// Delve in it. lldb-server is what others start us as too. A binary says what it
// was built from (debug/buildinfo); one whose builder has left that out is known
// by its name, dlv (proc_pid_comm(5)).
func IsParent() bool {
	folder := fmt.Sprintf("/proc/%d/", os.Getppid())
	if info, err := buildinfo.ReadFile(folder + "exe"); err == nil {
		if info.Main.Path == modulePath {
			return true
		}
		for _, m := range info.Deps {
			if m.Path == modulePath {
				return true
			}
		}
		return false
	}
	comm, err := os.ReadFile(folder + "comm")
	return err == nil && string(bytes.TrimSpace(comm)) == "dlv"
}
