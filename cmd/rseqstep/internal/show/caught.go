package show

import (
	"fmt"
	"io"

	"rseqstep/stepper"
)

// caught returns the text before the frame of a stop at a catchpoint, in gdb's words.
func (s *Stop) caught(w io.Writer, who string) string {
	kind, what := "Catchpoint", ""
	if s.Hits[0].Temporary {
		kind = "Temporary catchpoint"
	}
	switch s.Reason {
	case stepper.StopFork:
		what = fmt.Sprintf("forked process %d", s.Child)
	case stepper.StopVfork:
		what = fmt.Sprintf("vforked process %d", s.Child)
	case stepper.StopExec:
		what = "exec'd " + s.Program
	case stepper.StopSyscallEntry:
		what = "call to syscall " + SyscallName(int(s.Syscall))
	case stepper.StopSyscallReturn:
		what = "returned from syscall " + SyscallName(int(s.Syscall))
	case stepper.StopSignal:
		what = "signal " + SignalName(s.Signal)
	default:
		return ""
	}
	fmt.Fprintln(w)
	return fmt.Sprintf("%s%s %d (%s), ", who, kind, s.Hits[0].Number, what)
}
