package stat

import "rseqstep/stat/perf"

// Cause is why the kernel aborted a section.
type Cause uint8

const (
	Unknown   Cause = iota // nothing was seen before: membarrier(2), or a record was lost
	Preempted              // the CPU executed something else meanwhile
	Migrated               // and the thread went on on another CPU
	Blocked                // it waited, for example for a page
	Signal                 // a signal's handler was called
)

func (c Cause) String() string {
	names := [...]string{"unknown", "preempted", "migrated", "blocked", "signal"}
	if int(c) < len(names) {
		return names[c]
	}
	return names[Unknown]
}

// Causes lists all of them, the unknown one last.
func Causes() []Cause { return []Cause{Preempted, Migrated, Blocked, Signal, Unknown} }

// happened is the last thing that happened to a thread and may abort its section.
type happened struct {
	cause    Cause
	when     uint64 // nanoseconds, when it went on
	from     int    // the CPU that it was taken from
	runnable bool
}

// soon is how long after a cause its abort may come, nanoseconds. The kernel aborts a section when
// it returns to user mode, and the thread executes nothing in between; interrupts may.
const soon = 1e6

// causes follows the threads of a recording.
type causes map[int]happened

// switched takes a Switch in.
func (c causes) switched(r *perf.Switch) {
	h := c[r.TID]
	switch {
	case r.Out:
		h.from, h.runnable = r.CPU, r.Runnable
	case !h.runnable:
		h.cause, h.when = Blocked, r.Time
	case h.from != r.CPU:
		h.cause, h.when = Migrated, r.Time
	default:
		h.cause, h.when = Preempted, r.Time
	}
	c[r.TID] = h
}

// signalled takes a signal in that a thread handles.
func (c causes) signalled(tid int, when uint64) {
	h := c[tid]
	h.cause, h.when = Signal, when
	c[tid] = h
}

// of is the cause of an abort. Each cause explains one abort.
func (c causes) of(tid int, when uint64) Cause {
	h := c[tid]
	if h.cause == Unknown || when-h.when > soon {
		return Unknown
	}
	cause := h.cause
	h.cause = Unknown
	c[tid] = h
	return cause
}
