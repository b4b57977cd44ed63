package delve

import (
	"os"
	"strings"
)

// ConsoleVariable names the pipe for our server's messages. If it is set, `rseqstep dlv
// dap` runs Delve itself: the process that the editor talks to has started it, and
// reads the pipe.
const ConsoleVariable = "RSEQSTEP_CONSOLE"

// CPUOpvVariable says which cpu_opv call `rseqstep dlv --cpu-opv` provides to the
// program: its ABI, a colon, its number.
const CPUOpvVariable = "RSEQSTEP_CPU_OPV"

// PrepareEnvironment turns our environment into the program's: it adds the variables
// that Delve has named and removes those that `rseqstep dlv` added for itself.
func (l *Launch) PrepareEnvironment() error {
	if os.Getenv(PathVariable) == selfPath {
		if err := os.Unsetenv(PathVariable); err != nil {
			return err
		}
	}
	l.console = os.Getenv(ConsoleVariable)
	l.CPUOpv = os.Getenv(CPUOpvVariable)
	for _, ours := range []string{ConsoleVariable, CPUOpvVariable} {
		if err := os.Unsetenv(ours); err != nil {
			return err
		}
	}
	for _, v := range l.Env {
		name, value, _ := strings.Cut(v, "=")
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}
