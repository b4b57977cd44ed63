//go:build linux && arm64

package ptrace

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
)

// setCall makes registers those of a thread at the instruction svc.
func setCall(r *machine.Regs, nr uint64, args []uint64) {
	r.W[arm64.X8] = nr
	for i, v := range args {
		r.W[arm64.Arch().SyscallArguments[i]] = v
	}
}

// aside sets the flags of a thread that is to execute one instruction elsewhere: a debug register at
// that address does not trigger.
func aside(r *machine.Regs) { r.SetPassesDebug(true) }

// again is the result that puts a thread back before the system call that it is in: its first argument
// is still there.
func again(r *machine.Regs) int64 { return int64(r.Results()[0]) }
