package tracee

import "time"

// Motion lets threads go and waits for them. Only package drive calls Go, Release and
// Wait.
type Motion interface {
	// Go lets one held thread go, delivering sig first if it is not 0, and waits for
	// that thread alone; no other thread is resumed. When the thread has not come back
	// after patience (a system call that blocks) the Event is EventBlocked and the
	// thread is running; patience 0 waits without end.
	Go(tid, sig int, how How, patience time.Duration) (Event, error)
	// Release lets a held thread go and does not wait. One whose event waits in the
	// queue stays held.
	Release(tid, sig int, how How) error
	// Wait returns the next event of any thread that wanted takes (nil: every one). The
	// others stay queued, in their order, and their threads with them (Queued).
	// EventInterrupt, which is of no thread, is returned whatever wanted says. wanted is
	// asked again at each call, and must not depend on what the Target does meanwhile.
	// New threads are announced by EventClone and are held at their first instruction.
	Wait(wanted func(*Event) bool) (Event, error)
	// Hold stops every running thread and returns when all are held. What
	// they report on the way is queued for Wait. A software breakpoint that a
	// queued thread ran into and that is still unreported is taken back (its
	// PC rewound), so that it is met again.
	Hold() error
	// Queued reports whether an event of the thread waits in Wait's queue. Such
	// a thread is not resumed before its event was taken.
	Queued(tid int) bool
	// Held reports whether the thread is in a ptrace-stop.
	Held(tid int) bool
	// Interrupt makes a waiting Go or Wait return an EventInterrupt
	// soon. It may be called from any goroutine.
	Interrupt()
}

// How says how a thread is let go.
type How int

const (
	// Freely is PTRACE_CONT.
	Freely How = iota
	// Single is one instruction (PTRACE_SINGLESTEP). Released so, a thread makes the
	// rest of a step that was interrupted in a system call that blocks; its end is an
	// EventStep that Wait brings.
	Single
	// InPlace is Freely for a thread that is to go on on the CPU it stopped on, so that
	// a CPU number it has read stays true. It has begun when Release returns, unless
	// that CPU has other work.
	InPlace
)
