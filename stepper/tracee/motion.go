package tracee

import "time"

// Motion resumes threads and waits for them. Only package drive calls Go, Release and Wait.
type Motion interface {
	// Go resumes one held thread, delivers sig first if it is not 0, and waits for that thread
	// only; it resumes no other thread. If the thread has not stopped after patience (a system
	// call that blocks), the Event is EventBlocked and the thread still runs. With patience 0, Go
	// waits without limit.
	Go(tid, sig int, how How, patience time.Duration) (Event, error)
	// Release resumes a held thread and does not wait. A thread with a queued event stays held.
	Release(tid, sig int, how How) error
	// Wait returns the next event of any thread that wanted accepts (nil: every event). The
	// others stay queued, in their order, and their threads stay held (Queued). Wait returns
	// EventInterrupt whatever wanted returns. Wait calls wanted
	// again on each call, and its result must not depend on what the Target does meanwhile.
	// EventClone announces a new thread, which is held at its first instruction.
	Wait(wanted func(*Event) bool) (Event, error)
	// Hold stops every running thread and returns when all are held. It queues their events for
	// Wait. If a queued thread hit a software breakpoint that is not reported yet, Hold drops
	// that event and moves the PC back, so that the thread hits the breakpoint again.
	Hold() error
	// Queued reports whether an event of the thread is in Wait's queue. The Target does not
	// resume the thread before Wait has returned that event.
	Queued(tid int) bool
	// Held reports whether the thread is in a ptrace-stop.
	Held(tid int) bool
	// Interrupt makes a waiting Go or Wait return an EventInterrupt soon. Any goroutine may call
	// it.
	Interrupt()
}

// How says how a thread is resumed.
type How int

const (
	// Freely is PTRACE_CONT.
	Freely How = iota
	// Single is one instruction (PTRACE_SINGLESTEP). With Release, the thread continues a step
	// that was interrupted in a blocking system call; Wait then returns the step's end as an
	// EventStep.
	Single
	// InPlace is Freely for a thread that must resume on the CPU where it stopped, so that a CPU
	// number it has read stays valid. When Release returns, the thread has started, unless that
	// CPU has other work.
	InPlace
)
