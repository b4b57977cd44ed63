package stepper

import (
	"fmt"
	"time"

	"rseqstep/table"
)

// WhenStuck says what Continue does about a thread that goes round a section and
// never commits.
type WhenStuck int

const (
	StuckReports WhenStuck = iota // it is said, once for each thread and section
	StuckInjects                  // the section's work is done by a cpu_opv vector besides
	StuckIgnored                  // nobody looks
)

// DefaultStuckTime is how long a thread must have gone round by then.
const DefaultStuckTime = 10 * time.Second

// StuckReport is a thread that a Continue has found to go round in vain.
type StuckReport struct {
	TID, Number int // the thread, and its number in `info threads`
	Section     string
	Start       table.Addr
	For         time.Duration // for how long no commit was seen at least: the stuck-time
	Passes      int           // passes counted one after the other, all ended in the abort handler
}

// String is the report as a sentence without its end.
func (r StuckReport) String() string {
	return fmt.Sprintf("thread %d (%d) goes round the critical section %s and does not commit: no commit in %v, and %d of %d passes counted ended in its abort handler",
		r.Number, r.TID, r.Section, r.For, r.Passes, r.Passes)
}

// OnStuck sets who is told of such a thread, while the program runs, on the
// Engine's own thread. Nobody: the next Stop has a note.
func (e *Engine) OnStuck(told func(StuckReport)) { e.onStuck = told }

// A probe looks whether a thread that runs natively commits a section that it has
// armed. It has a debug register at post-commit, so the first commit ends it; and
// once the stuck-time has gone by without one, at the abort handler too,
// for so many passes.
type probe struct {
	placed *table.Placed
	counts bool // passes, too
	aborts int
	looked int // aborts when it was looked at last
}

const probePasses = 1000

// points are what the probe wants to be set.
func (q *probe) points() []point {
	if q.counts {
		return []point{{kind: pointEnd, addr: q.placed.End, placed: q.placed}, {kind: pointAbort, addr: q.placed.Abort, placed: q.placed}}
	}
	return []point{{kind: pointEnd, addr: q.placed.End, placed: q.placed}}
}

// found says what a probe makes of a thread when it is looked at again, which is
// armed with p now (nil: nothing): the probe to go on with, nil for none. One that
// counts goes on as long as there is something to count, armed or not: where passes
// are slow, it is looked at between two of them, and the kernel disarms a thread that
// has stopped outside of its section.
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

// met takes note of a pass's end. over: the probe has its answer; stuck: that is
// that nothing was committed.
func (q *probe) met(r Result) (over, stuck bool) {
	switch r {
	case Committed:
		return true, false
	case Aborted:
		q.aborts++
	}
	return q.aborts >= probePasses, q.aborts >= probePasses
}

// stuckIn tells of a thread whose probe has found it stuck, and has it helped at
// its next pass where the user wants that. The thread is held, others may run.
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
