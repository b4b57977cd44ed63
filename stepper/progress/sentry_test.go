package progress

import (
	"testing"

	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// A sentry forgets what it knew of a program's threads when another program replaces it.
func TestASentryForgetsTheProgramBefore(t *testing.T) {
	s := &sentry{areas: map[int]table.Addr{1: 0x1000}, told: map[toldOf]bool{{1, 0x2000}: true}, found: []int{1}}
	s.renew()
	if len(s.areas)+len(s.found) != 0 || !s.tell(1, 0x2000) {
		t.Errorf("known still: %v, %v, %v", s.areas, s.found, s.told)
	}
	(&Watch{}).Executed() // a command without a sentry
}

// If a thousand passes take longer than the stuck-time, the probe still counts them all,
// whether a look in between finds the thread armed or not.
func TestAProbeThatCountsIsNotBegunAnewWhereItIsLookedAt(t *testing.T) {
	here, other := &table.Placed{}, &table.Placed{}
	var q *probe
	if q = q.found(nil); q != nil {
		t.Fatal("a probe of a thread that has armed nothing")
	}
	q = q.found(here).found(here)
	for n := range probePasses - 1 {
		if over, _ := q.met(rseq.Aborted); over {
			t.Fatalf("over after %d passes", n+1)
		}
		for i, p := range []*table.Placed{nil, here, other} {
			if n%3 == i && n%7 == 0 && q.found(p) != q {
				t.Fatalf("another probe after %d passes, armed %v", n+1, p)
			}
		}
	}
	if over, stuck := q.met(rseq.Aborted); !over || !stuck {
		t.Error("not stuck after all passes")
	}
	q = (*probe)(nil).found(here).found(here)
	if q.found(nil) != nil || q.found(other).placed != other {
		t.Error("a probe that has counted nothing since the last look goes on")
	}
}
