package stepper

import (
	"testing"

	"rseqstep/table"
)

// A Continue is looked after in the next program too, and what was known of the last
// one's threads is known of no other's.
func TestAnExecKeepsTheSentryAndNotWhatItKnew(t *testing.T) {
	s := &sentry{areas: map[int]table.Addr{1: 0x1000}, told: map[toldOf]bool{{1, 0x2000}: true}, found: []int{1}}
	tr := &traps{tid: 2, free: true, sentry: s}
	tr.lose(1)
	if tr.sentry != s || !tr.free || tr.tid != 1 {
		t.Errorf("%+v", tr)
	}
	if len(s.areas)+len(s.found) != 0 || !s.tell(1, 0x2000) {
		t.Errorf("known still: %v, %v, %v", s.areas, s.found, s.told)
	}
	step := &traps{tid: 2, at: map[table.Addr]trap{0x1000: arrived}}
	step.lose(1)
	if step.sentry != nil || step.at != nil || !step.free {
		t.Errorf("%+v", step)
	}
}
