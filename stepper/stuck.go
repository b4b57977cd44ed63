package stepper

import (
	"fmt"
	"time"

	"rseqstep/table"
)

// WhenStuck says what Continue does about a thread that loops around a section and never
// commits.
type WhenStuck int

const (
	StuckReports WhenStuck = iota // report it, once for each thread and section
	StuckInjects                  // also do the section's work by a cpu_opv vector
	StuckIgnored                  // do not look for such threads
)

// DefaultStuckTime is how long a thread must have looped by default.
const DefaultStuckTime = 10 * time.Second

// StuckReport is a thread that a Continue has found looping without a commit.
type StuckReport struct {
	TID, Number int // the thread, and its number in `info threads`
	Section     string
	Start       table.Addr
	For         time.Duration // how long at least no commit was seen: the stuck-time
	Passes      int           // passes counted in a row, all of which ended in the abort handler
}

// String is the report as a sentence without its final period.
func (r StuckReport) String() string {
	return fmt.Sprintf("thread %d (%d) repeats the critical section %s without a commit: none in %v, and the kernel or the section itself aborted all of the %d passes counted",
		r.Number, r.TID, r.Section, r.For, r.Passes)
}

// OnStuck sets the function that receives such reports, while the program runs, on the Engine's
// own thread. nil: the next Stop has a note.
func (e *Engine) OnStuck(told func(StuckReport)) { e.onStuck = told }

// A probe checks whether a thread that runs natively commits a section that it has armed. It
// has a debug register at post-commit, so the first commit ends it; if the stuck-time has
// passed without a commit, it has one at the abort handler, too, for probePasses passes.
type probe struct {
	placed *table.Placed
	counts bool // count passes, too
	aborts int
	looked int // aborts at the last look
}

const probePasses = 1000

// points are those that the probe needs.
func (q *probe) points() []point {
	if q.counts {
		return []point{{kind: pointEnd, addr: q.placed.End, placed: q.placed}, {kind: pointAbort, addr: q.placed.Abort, placed: q.placed}}
	}
	return []point{{kind: pointEnd, addr: q.placed.End, placed: q.placed}}
}

// found is the probe to continue with (nil for none) when the sentry looks at a thread again
// that has armed p now (nil: nothing). A probe that counts continues as long as there are
// passes to count, armed or not: if passes are slow, the look falls between two of them, and
// the kernel disarms a thread that has stopped outside of its section.
func (q *probe) found(p *table.Placed) *probe {
	switch {
	case q != nil && q.counts && q.aborts > q.looked:
		q.looked = q.aborts
		return q
	case p == nil:
		return nil
	case q == nil || q.placed != p:
		return &probe{placed: p}
	}
	q.counts = true
	return q
}

// met records a pass's end. over: the probe is finished; stuck: because the thread has not
// committed.
func (q *probe) met(r Result) (over, stuck bool) {
	switch r {
	case Committed:
		return true, false
	case Aborted:
		q.aborts++
	}
	return q.aborts >= probePasses, q.aborts >= probePasses
}

// stuckIn reports a thread whose probe has found it stuck, and requests help for its next pass
// if the user wants that. The thread is held, others may run.
func (e *Engine) stuckIn(th *thread, q *probe) {
	if e.sentry != nil && e.sentry.tell(th.TID, q.placed.Start) {
		r := StuckReport{TID: th.TID, Number: th.Number, Section: e.sections.Name(q.placed), Start: q.placed.Start, For: e.policy.StuckTime, Passes: q.aborts}
		if e.onStuck != nil {
			e.onStuck(r)
		} else {
			e.drive.Notify("%v", r)
		}
	}
	if e.policy.Stuck == StuckInjects {
		n := th.passes.Of(q.placed.Start)
		n.Aborts = max(n.Aborts, e.policy.StuckLimit)
		th.watch.helped = q.placed
	}
}
