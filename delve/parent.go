package delve

import (
	"bytes"
	"debug/buildinfo"
	"fmt"
	"os"
)

// modulePath is Delve's module path, as the Go toolchain records it in a binary.
const modulePath = "github.com/go-delve/delve"

// IsParent reports whether the process that started us is Delve, or contains Delve.
// Others also start us as lldb-server. A binary records its modules (debug/buildinfo);
// if its builder has stripped that, its name, dlv, decides (proc_pid_comm(5)).
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
