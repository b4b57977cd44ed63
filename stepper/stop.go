package stepper

import (
	"rseqstep/stepper/call"
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
	StopFinished                        // the frame returned; Finished holds its results
	StopSignal                          // Signal, as the handle table requires
	StopInterrupt                       // the user interrupted the command
	StopExited                          // Status.Code
	StopKilled                          // Status.Signal
	StopExec                            // the process executes another program
	StopLoaded                          // launched: at the program's first instruction
	StopAttached                        // attached, all threads held
	StopThreadExited                    // the stepped thread has exited, the program continues
	StopFork                            // CatchFork: Child was forked and is held (KeepParent, KeepChild)
	StopVfork                           // CatchVfork: the same for a vfork
	StopVforkDone                       // CatchVforkDone: the child of a vfork no longer uses the parent's memory
	StopSyscallEntry                    // CatchSyscall: before system call number Syscall
	StopSyscallReturn                   // CatchSyscall: after it
	StopCallReturned                    // an abandoned Call has returned: the thread has its state from before the call
	StopCallLeft                        // Call: an exception or a longjmp led out of the function
	StopCore                            // no command's: a core file was opened; Signal is what the process died of, 0 for none
	StopTerminate                       // Call: the function is about to call std::terminate
)

// Result is how a unit ended.
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

// Rung is a rung of the ladder that the Engine climbs when a unit does not commit (package
// units).
type Rung = rseq.Rung

// The rungs, for clients of the Engine.
const (
	RungRun    = rseq.RungRun
	RungOpv    = rseq.RungOpv
	RungQuiet  = rseq.RungQuiet
	RungEscape = rseq.RungEscape
)

// UnitReport says how the units of one section (or vDSO function) ended during a command.
type UnitReport = rseq.UnitReport

// Stop is what every command returns: where the program stopped and what happened before.
type Stop struct {
	Reason      Reason
	TID         int
	PC          table.Addr
	Depth       int   // inline depth shown to the user: inlined calls that begin at PC may not be entered yet
	Breakpoints []int // numbers of breakpoints hit, temporary ones included
	Watch       []WatchChange
	Signal      int               // StopSignal
	Status      tracee.ExitStatus // StopExited, StopKilled
	Finished    *Finished         // StopFinished
	Returned    *CallResult       // StopCallReturned
	Units       []UnitReport
	Notes       []string // sentences for the user: what the Engine did that they may not expect
	Gone        int      // StopThreadExited: the thread that exited (TID is the one selected now)
	Dropped     int      // units before Units that did not fit
	Child       int      // a process that was forked and detached, 0 for none; StopFork, StopVfork: the one that is held
	Syscall     uint64   // StopSyscallEntry, StopSyscallReturn: its number

	call *call.Frame // StopCallReturned
}

// Finished is the function that a `finish` returned from, with its results.
type Finished struct {
	Function string
	Entry    table.Addr // of the function that returned
	Result   CallResult
}
