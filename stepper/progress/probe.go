package progress

import (
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

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
		return []point{{kind: atEnd, addr: q.placed.End, placed: q.placed}, {kind: atAbort, addr: q.placed.Abort, placed: q.placed}}
	}
	return []point{{kind: atEnd, addr: q.placed.End, placed: q.placed}}
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
func (q *probe) met(r rseq.Result) (over, stuck bool) {
	switch r {
	case rseq.Committed:
		return true, false
	case rseq.Aborted:
		q.aborts++
	}
	return q.aborts >= probePasses, q.aborts >= probePasses
}
