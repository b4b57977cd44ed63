package modelled

import (
	"slices"

	"rseqstep/stepper/tracee"
)

// events are the unreported events of threads, in order.
type events []tracee.Event

func (q *events) push(ev tracee.Event) { *q = append(*q, ev) }

// next removes the first wanted event from the queue.
func (q *events) next(wanted func(*tracee.Event) bool) (ev tracee.Event, ok bool) {
	i := slices.IndexFunc(*q, func(ev tracee.Event) bool { return wanted(&ev) })
	if i < 0 {
		return ev, false
	}
	ev = (*q)[i]
	*q = slices.Delete(*q, i, i+1)
	return ev, true
}

// of reports whether an event of the thread is queued.
func (q *events) of(tid int) bool {
	return slices.ContainsFunc(*q, func(ev tracee.Event) bool { return ev.TID == tid })
}

// take removes an event that Step or Run of the thread must return.
func (q *events) take(tid int) (tracee.Event, bool) {
	return q.next(func(ev *tracee.Event) bool { return ev.TID == tid || ev.Kind == tracee.EventProcessExit })
}

func anyEvent(*tracee.Event) bool { return true }

// happens decides which of the named events happens now; "" for nothing.
func (e *Explored) happens(c *Chooser, names []string) string {
	d := c.choose(len(names) + 1)
	if d == 0 {
		return ""
	}
	e.Events[names[d-1]]++
	return names[d-1]
}
