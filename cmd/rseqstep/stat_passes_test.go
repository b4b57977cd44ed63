package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"rseqstep/stat"
	"rseqstep/stat/perf"
	"rseqstep/table/tabletest"
)

// leaving is the passes to the ends and to the side exits of the sections in a function.
func leaving(t *testing.T, r stat.JSON, function string) (end, side uint64) {
	t.Helper()
	for _, s := range r.Sections {
		if name, _, _ := strings.Cut(s.Function, "+"); strings.TrimSuffix(name, ".constprop.0") != function || s.Passes == nil {
			continue
		}
		if !s.Passes.Complete && !s.Passes.Forked || s.Passes.Late > 0 {
			t.Errorf("%s is not counted completely: %+v", s.Function, s.Passes)
		}
		for _, e := range s.Passes.Exits {
			if e.End {
				end += e.Passes
			} else {
				side += e.Passes
			}
		}
	}
	return end, side
}

// scanAfter reads numbers from what a program has printed, from a word on.
func scanAfter(t *testing.T, said, word, format string, to ...any) {
	t.Helper()
	_, rest, ok := strings.Cut(said, word)
	if _, err := fmt.Sscanf(rest, format, to...); !ok || err != nil {
		t.Fatalf("%q: %v", said, err)
	}
}

// countsExactly reports whether the kernel counts an inherited event in child processes exactly.
func countsExactly(t *testing.T) bool {
	t.Helper()
	c, err := perf.Count(perf.Event{Type: unix.PERF_TYPE_SOFTWARE, Config: unix.PERF_COUNT_SW_DUMMY}, 0, false)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.Exact()
}

// Every pass is counted, in each thread and in each child, and none that was none.
func TestStatCountsEachPass(t *testing.T) {
	tabletest.NeedRseq(t)
	tabletest.NeedUprobes(t)
	for _, opt := range []string{"-O0", "-O2"} {
		units := tabletest.Build(t, tabletest.Fixture{Source: "units.c", Opt: opt})
		for name, c := range map[string]struct {
			argv []string
			want uint64
		}{
			"alone":        {[]string{units, "3000"}, 3000},
			"two children": {[]string{"sh", "-c", `"$0" 2000 & "$0" 1000; wait`, units}, 3000},
		} {
			t.Run(opt+" "+name, func(t *testing.T) {
				r, _ := runStatCommand(t, append([]string{"--passes", "--json", "--"}, c.argv...)...).report(t)
				forked := slices.ContainsFunc(r.Sections, func(s stat.JSONSection) bool { return s.Passes != nil && s.Passes.Forked })
				if forked && (name == "alone" || countsExactly(t)) {
					t.Error("it says that passes of child processes are missing")
				}
				if end, side := leaving(t, r, "main"); end != c.want && (!forked || end > c.want) || side != 0 || r.PassCost <= 0 {
					t.Errorf("%d passes and %d to a side are counted, not %d; %v ns each", end, side, c.want, r.PassCost)
				}
			})
		}
	}
	for _, f := range []tabletest.Fixture{{Source: "percpu.c", Opt: "-O0"}, {Source: "percpu.c", Opt: "-O2", Flags: []string{"-DFIX_CALL"}}} {
		t.Run(f.String(), func(t *testing.T) {
			const nodes = 64
			r, said := runStatCommand(t, "--passes", "--json", "--", tabletest.Build(t, f), "4", "500", "50").report(t)
			var sum uint64
			scanAfter(t, said, "sum ", "%d", &sum)
			functions := [3]string{"count_one", "pop_one", "push_one"}
			if f.Opt == "-O2" {
				functions = [3]string{"rseq_addv", "rseq_list_pop", "rseq_cmpeqv_storev"}
			}
			added, _ := leaving(t, r, functions[0])
			popped, empty := leaving(t, r, functions[1])
			pushed, _ := leaving(t, r, functions[2])
			if added != sum || popped+empty != sum || pushed != popped+nodes {
				t.Errorf("%d added, %d popped, %d times empty, %d pushed; the program says %q", added, popped, empty, pushed, said)
			}
		})
	}
}

// A file that the command does not name is counted from when it is seen; the count says so.
func TestStatSaysThatItCountedLate(t *testing.T) {
	tabletest.NeedRseq(t)
	tabletest.NeedUprobes(t)
	units := tabletest.Build(t, tabletest.Fixture{Source: "units.c", Opt: "-O2"})
	r, _ := runStatCommand(t, "--passes", "--json", "--", "sh", "-c", units+" 10; "+units+" 2000").report(t)
	for _, s := range r.Sections {
		if s.Passes != nil && (s.Passes.Complete || s.Passes.Late <= 0) {
			t.Errorf("%s: %+v", s.Function, s.Passes)
		}
	}
}

func TestStatCountsPassesOfAProcessThatRuns(t *testing.T) {
	tabletest.NeedRseq(t)
	tabletest.NeedUprobes(t)
	s := tabletest.StartService(t, tabletest.Build(t, tabletest.Fixture{Source: "service.c", Opt: "-O2", Flags: []string{"-DFIX_CALL"}}), "3")
	r, _ := runStatCommand(t, "--pid", fmt.Sprint(s.PID), "--passes", "--json", "--duration", "500ms").report(t)
	n := 0
	for _, s := range r.Sections {
		if s.Passes != nil && s.Passes.Total > 0 {
			n++
		}
	}
	if s.Finish() || n < 2 { // a list may be empty on one CPU
		t.Errorf("%d sections have passes: %+v", n, r)
	}
}

// The table and the page have the passes, what counting them costs, and what is not counted.
func TestStatShowsPasses(t *testing.T) {
	tabletest.NeedRseq(t)
	tabletest.NeedUprobes(t)
	units := tabletest.Build(t, tabletest.Fixture{Source: "units.c", Opt: "-O2"})
	got := runStatCommand(t, "--passes", "--", units, "500")
	for _, want := range []string{"500 passes of 1 sections counted; counting takes up to ", " a pass on this machine", "Passes  Per abort  Section", "500          "} {
		if !strings.Contains(got.out, want) {
			t.Errorf("it does not say %q:\n%s%s", want, got.out, got.err)
		}
	}
	if got := runStatCommand(t, "--passes", "-a"); got.status != 2 || !strings.Contains(got.err, "--passes needs a program or --pid") {
		t.Errorf("%+v", got)
	}
}
