package stat

import (
	"testing"

	"rseqstep/stat/perf"
)

func TestAnAbortsCauseIsWhatHappenedToTheThreadJustBefore(t *testing.T) {
	const tid = 5
	out := func(at uint64, cpu int, runnable bool) perf.Record {
		return &perf.Switch{TID: tid, CPU: cpu, Time: at, Out: true, Runnable: runnable}
	}
	in := func(at uint64, cpu int) perf.Record { return &perf.Switch{TID: tid, CPU: cpu, Time: at} }
	signal := func(at uint64) perf.Record { return &perf.Sample{TID: tid, Time: at} }
	for name, c := range map[string]struct {
		before []perf.Record
		at     uint64
		want   Cause
	}{
		"nothing before":               {nil, 100, Unknown},
		"preempted":                    {[]perf.Record{out(10, 0, true), in(50, 0)}, 60, Preempted},
		"migrated":                     {[]perf.Record{out(10, 0, true), in(50, 1)}, 60, Migrated},
		"blocked":                      {[]perf.Record{out(10, 0, false), in(50, 1)}, 60, Blocked},
		"a signal":                     {[]perf.Record{signal(50)}, 60, Signal},
		"preempted, then a signal":     {[]perf.Record{out(10, 0, true), in(50, 0), signal(55)}, 60, Signal},
		"a signal, then preempted":     {[]perf.Record{signal(5), out(10, 0, true), in(50, 0)}, 60, Preempted},
		"preempted long ago":           {[]perf.Record{out(10, 0, true), in(50, 0)}, 50 + soon + 1, Unknown},
		"it was away long":             {[]perf.Record{out(10, 0, true), in(10+9*soon, 0)}, 20 + 9*soon, Preempted},
		"another thread was preempted": {[]perf.Record{&perf.Switch{TID: 6, Time: 10, Out: true, Runnable: true}, &perf.Switch{TID: 6, Time: 50}}, 60, Unknown},
	} {
		col := NewCollector()
		for _, r := range c.before {
			if s, ok := r.(*perf.Sample); ok {
				col.Signal(s)
			} else {
				col.Track(r)
			}
		}
		if got := col.causes.of(tid, c.at); got != c.want {
			t.Errorf("%s: %v, not %v", name, got, c.want)
		}
		if got := col.causes.of(tid, c.at); got != Unknown {
			t.Errorf("%s: the next abort is caused by the same: %v", name, got)
		}
	}
}
