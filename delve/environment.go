package delve

import (
	"os"
	"strings"
)

// ConsoleVariable names the pipe that our server's sentences go to, and says
// that `rseqstep dlv dap` is to be Delve itself: it was started by the process
// that the editor talks to, which reads the pipe.
const ConsoleVariable = "RSEQSTEP_CONSOLE"

// CPUOpvVariable says which cpu_opv call `rseqstep dlv --cpu-opv` is to give the
// program: its ABI, a colon, its number.
const CPUOpvVariable = "RSEQSTEP_CPU_OPV"

// PrepareEnvironment makes our own environment the program's: what Delve has
// named is added, and what `rseqstep dlv` added for its own sake is gone.
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
