package delve

import (
	"os"
	"slices"
	"strings"

	"github.com/go-delve/delve/cmd/dlv/cmds"
)

// PathVariable names the debug server that Delve starts.
const PathVariable = "DELVE_DEBUGSERVER_PATH"

// Main runs Delve with our debug server as its backend. args is a dlv command line
// without its first word. It returns when the command has ended, or ends the process as
// dlv does, with dlv's status.
func Main(args []string) error {
	if err := os.Setenv(PathVariable, selfPath); err != nil {
		return err
	}
	// As in Delve's own main: debug cgo code without optimisation.
	if os.Getenv("CGO_CFLAGS") == "" {
		if err := os.Setenv("CGO_CFLAGS", "-O0 -g"); err != nil {
			return err
		}
	}
	root := cmds.New(false)
	if os.Getenv(ConsoleVariable) == "" { // the launch request tells the adapter
		args = withBackend(args)
	}
	root.SetArgs(args)
	return root.Execute()
}

// withBackend selects the debug server as the backend unless the user has named one.
func withBackend(args []string) []string {
	own := args
	if i := slices.Index(args, "--"); i >= 0 {
		own = args[:i] // the rest are the program's arguments
	}
	for _, a := range own {
		if a == "--backend" || strings.HasPrefix(a, "--backend=") {
			return args
		}
	}
	return append([]string{"--backend=lldb"}, args...)
}
