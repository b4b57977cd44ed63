package tracee

import (
	"errors"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// State is a process to look at: what a core file can answer, too. Nobody but a
// State reads proc(5) for what it says.
type State interface {
	machine.Memory

	// Arch is the program's architecture.
	Arch() *machine.Arch
	PID() int
	Executable() string // path of the program's file, as opened by the debugger
	Threads() []int     // thread ids, the leader first, then as they were found; those of a core file as it has them
	// ThreadName is a thread's name (PR_SET_NAME of prctl(2)); "" where it is not known.
	ThreadName(tid int) string
	// Auxv is the auxiliary vector as the kernel has made it: pairs of words. See getauxval(3).
	Auxv() ([]byte, error)

	Regs(tid int, r *machine.Regs) error
	// XState is the raw XSAVE area of the thread (PTRACE_GETREGSET, NT_X86_XSTATE).
	XState(tid int) ([]byte, error)
	// Siginfo is the raw siginfo_t of a thread in a signal-delivery-stop.
	Siginfo(tid int) ([]byte, error)
	// Rseq is the thread's registration as the kernel keeps it
	// (PTRACE_GET_RSEQ_CONFIGURATION); all zero when it never registered.
	// Errors: ErrNoRseq, ErrRseqUnknown.
	Rseq(tid int) (RseqConfig, error)
	// SignalMask is the set of signals a held thread blocks, signal n at bit
	// n-1 (PTRACE_GETSIGMASK).
	SignalMask(tid int) (uint64, error)
}

// RseqConfig is struct ptrace_rseq_configuration (include/uapi/linux/ptrace.h).
type RseqConfig struct {
	Area      table.Addr // rseq_abi_pointer: the registered struct rseq; 0 when none
	Size      uint32     // bytes
	Signature uint32
	Flags     uint32
}

// Registered reports whether the thread has an rseq area.
func (c RseqConfig) Registered() bool { return c.Area != 0 }

// CSField is the address of the area's rseq_cs field, 8 bytes into struct rseq.
func (c RseqConfig) CSField() table.Addr { return c.Area + 8 }

// ErrNoRseq says that the kernel has no rseq, or no PTRACE_GET_RSEQ_CONFIGURATION (Linux 5.13).
var ErrNoRseq = errors.New("the kernel does not tell rseq registrations")

// ErrRseqUnknown says that a thread may have an rseq registration, and that
// nothing tells where its area is.
var ErrRseqUnknown = errors.New("a core file does not record rseq registrations")
