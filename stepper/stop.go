package stepper

import (
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Reason is why a command ended.
type Reason int

const (
	StopStep          Reason = iota + 1 // the step asked for is done
	StopBreakpoint                      // Breakpoints holds the numbers of those met
	StopWatchpoint                      // Watch holds what changed
	StopFinished                        // the frame returned; Value is in the registers
	StopSignal                          // Signal, as the handle table asks
	StopInterrupt                       // the user asked
	StopExited                          // Status.Code
	StopKilled                          // Status.Signal
	StopExec                            // the process runs another program
	StopLoaded                          // launched: at the program's first instruction
	StopAttached                        // attached, all threads held
	StopThreadExited                    // the thread that was stepped is gone, the program goes on
	StopFork                            // Catch.Forks: Child was forked and is held (KeepParent, KeepChild)
	StopVfork                           // Catch.Forks: the same of a vfork
	StopVforkDone                       // Catch.Forks: the child of a vfork has let the memory go
	StopSyscallEntry                    // Catch.Syscalls: before system call number Syscall
	StopSyscallReturn                   // Catch.Syscalls: after it
	StopCallReturned                    // an abandoned Call has returned: the thread is back where it was made
	StopCallLeft                        // Call: an exception or a longjmp led out of the function
	StopCore                            // no command's: a core file was opened; Signal is what the process died of, 0 for none
	StopTerminate                       // Call: the function is about to call std::terminate
)

// Result is what a unit came to.
type Result = rseq.Result

// The results, for clients of the Engine.
const (
	Committed = rseq.Committed
	SideExit  = rseq.SideExit
	Aborted   = rseq.Aborted
	Returned  = rseq.Returned
	Restarts  = rseq.Restarts
	Diverted  = rseq.Diverted
)

// Rung is a step of the ladder that is climbed when a unit does not commit
// (Engine.climb).
type Rung = rseq.Rung

// The rungs, for clients of the Engine.
const (
	RungRun    = rseq.RungRun
	RungOpv    = rseq.RungOpv
	RungQuiet  = rseq.RungQuiet
	RungEscape = rseq.RungEscape
)

// UnitReport says what happened to the units of one section (or vDSO function)
// during a command, Passes of them in a row with the same result.
type UnitReport struct {
	TID     int
	Section string // symbol+offset of the section, or the vDSO function's name
	Start   table.Addr
	End     table.Addr // 0 for a vDSO function
	Result  Result
	Exit    table.Addr // where it left to
	CPU     int        // the CPU it ran on, as the area's cpu_id said at the end; -1 unknown
	Passes  int        // how many passes in a row came to this result
	Rung    Rung       // what did it
	Vector  []string   // RungOpv: the operations, in words
}

// Stop is what every command returns: where the program stands and what
// happened on the way.
type Stop struct {
	Reason      Reason
	TID         int
	PC          table.Addr
	Depth       int   // inline depth the user is shown: calls beginning at PC may be still to enter
	Breakpoints []int // numbers of breakpoints met, temporary ones included
	Watch       []WatchChange
	Signal      int               // StopSignal
	Status      tracee.ExitStatus // StopExited, StopKilled
	Finished    *Finished         // StopFinished
	Returned    *CallResult       // StopCallReturned
	Units       []UnitReport
	Notes       []string // sentences for the user: what was done that they may not expect
	Gone        int      // StopThreadExited: the thread that is gone (TID is the one selected now)
	Dropped     int      // units before Units that did not fit
	Child       int      // a process that forked off and was let go, 0 for none; StopFork, StopVfork: that is held
	Syscall     uint64   // StopSyscallEntry, StopSyscallReturn: its number

	call *called // StopCallReturned
}

// Finished is where a `finish` came from.
type Finished struct {
	Function string
	Entry    table.Addr // of the function that returned
	Integers [2]uint64  // RAX, RDX
	XMM0     [16]byte
}
