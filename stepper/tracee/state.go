package tracee

import (
	"errors"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// State is a process that the debugger can examine; a core file is one, too. Only a State reads
// what proc(5) says about the process.
type State interface {
	machine.Memory

	// Arch returns the program's architecture.
	Arch() *machine.Arch
	PID() int
	Executable() string // path of the program's file, which the debugger opens
	Threads() []int     // TIDs: the leader first, then in the order of discovery; for a core file, in its order
	// ThreadName returns a thread's name (PR_SET_NAME of prctl(2)), "" if it is unknown.
	ThreadName(tid int) string
	// Auxv returns the auxiliary vector as the kernel made it: pairs of words. See getauxval(3).
	Auxv() ([]byte, error)

	Regs(tid int, r *machine.Regs) error
	// XState returns the raw XSAVE area of the thread (PTRACE_GETREGSET, NT_X86_XSTATE).
	XState(tid int) ([]byte, error)
	// Siginfo returns the raw siginfo_t of a thread in a signal-delivery-stop.
	Siginfo(tid int) ([]byte, error)
	// Rseq returns the thread's registration in the kernel (PTRACE_GET_RSEQ_CONFIGURATION), all
	// zero if it has none. Errors: ErrNoRseq, ErrRseqUnknown.
	Rseq(tid int) (RseqConfig, error)
	// SignalMask returns the set of signals that a held thread blocks, signal n at bit n-1
	// (PTRACE_GETSIGMASK).
	SignalMask(tid int) (uint64, error)
}

// RseqConfig is struct ptrace_rseq_configuration (include/uapi/linux/ptrace.h).
type RseqConfig struct {
	Area      table.Addr // rseq_abi_pointer: the process address of the registered struct rseq; 0 if none
	Size      uint32     // bytes
	Signature uint32
	Flags     uint32
}

// Registered reports whether the thread has an rseq area.
func (c RseqConfig) Registered() bool { return c.Area != 0 }

// CSField returns the address of the area's rseq_cs field, 8 bytes into struct rseq.
func (c RseqConfig) CSField() table.Addr { return c.Area + 8 }

// ErrNoRseq says that the kernel has no rseq, or no PTRACE_GET_RSEQ_CONFIGURATION (Linux 5.13).
var ErrNoRseq = errors.New("the kernel does not tell rseq registrations")

// ErrRseqUnknown says that a thread may have an rseq registration, but no source gives the
// address of its area.
var ErrRseqUnknown = errors.New("a core file does not record rseq registrations")
