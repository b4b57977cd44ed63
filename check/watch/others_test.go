package watch_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"rseqstep/check"
	"rseqstep/check/watch"
	"rseqstep/table/tabletest"
)

// Fields that a system call has written are found by their values, while the thread waits: no
// instruction of the program has stored there.
func TestFieldsThatASystemCallWroteAreFound(t *testing.T) {
	limits := watch.DefaultLimits()
	limits.Round, limits.Stop = 20*time.Millisecond, true
	w := launchWith(t, limits, nil, tabletest.Build(t, tabletest.Fixture{Source: "watch/bysyscall.c"}))
	seen := w.run(0) // at the finding it is detached from
	if p, err := os.FindProcess(w.process.PID()); err != nil || p.Kill() != nil {
		t.Errorf("the program does not wait: %v", err)
	}
	r := judged(seen)
	if len(r.Findings) != 1 || r.Findings[0].Rule != "kernel-field-written" || !strings.Contains(r.Findings[0].Detail, "contains 0x4d2 ") ||
		!slices.Equal(r.Findings[0].Threads, []int{w.process.PID()}) {
		t.Errorf("%s", text(t, r))
	}
}

// What the run shows of a section is not said a second time about its file: neither that its handler is
// undeclared, nor that a signature is not the usual one.
func TestWhatARunShowsIsNotSaidTwice(t *testing.T) {
	for _, p := range []struct {
		f    tabletest.Fixture
		rule string // that the file alone breaks
		want string // by the run, "" for nothing
	}{
		{tabletest.Fixture{Source: "watch/undeclared.c", Flags: []string{"-DONLY"}}, "section-undeclared", "descriptor-undeclared"},
		{tabletest.Fixture{Source: "watch/wrongsig.c", Flags: []string{"-DGOOD"}}, "abort-signature", ""},
		{tabletest.Fixture{Source: "check/notlast.S", Flags: []string{"-DBAD"}}, "commit-not-last", "commit-not-last"},
	} {
		t.Run(p.rule, func(t *testing.T) {
			limits := watch.DefaultLimits()
			limits.Round = time.Hour
			seen := launchWith(t, limits, nil, tabletest.Build(t, p.f)).run(0)
			rules := func(r *check.Report) (list []string) {
				for n := range r.Findings {
					list = append(list, r.Findings[n].Rule)
				}
				return list
			}
			if alone := rules(judged(&watch.Seen{Files: seen.Files})); !slices.Equal(alone, []string{p.rule}) {
				t.Errorf("the files alone: %q", alone)
			}
			r := judged(seen)
			if got := strings.Join(rules(r), " "); got != p.want {
				t.Errorf("%s", text(t, r))
			}
			if r.Watched.Declared != r.Watched.Decoded || !r.Watched.Running {
				t.Errorf("%+v", r.Watched)
			}
		})
	}
}
