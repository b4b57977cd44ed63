package watch_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rseqstep/check"
	"rseqstep/table/tabletest"
)

// Whatever the kind of file, and whatever was stripped from it, the writes are found. Without
// line information the place is that of the instruction.
func TestWritesAreFoundInEachKindOfFile(t *testing.T) {
	want := marks(t, "watch/writes.c")
	for _, f := range []tabletest.Fixture{
		{Shape: tabletest.NoPIE}, {Shape: tabletest.Static}, {Shape: tabletest.StaticPIE},
		{Strip: tabletest.StripDebug}, {Strip: tabletest.StripAll}, {Strip: tabletest.StripSections},
		{Shape: tabletest.Static, Strip: tabletest.StripAll}, {Shape: tabletest.Static, Strip: tabletest.StripSections},
	} {
		f.Source, f.Opt = "watch/writes.c", "-O2"
		t.Run(f.String(), func(t *testing.T) {
			seen := launch(t, tabletest.Build(t, f)).run(0)
			r := judged(seen)
			if f.Strip == tabletest.StripNothing {
				compare(t, r, f.Source, possible(seen, want))
				return
			}
			if len(r.Findings) != len(possible(seen, want)) || slices.ContainsFunc(r.Findings, func(f check.Finding) bool {
				return f.Rule != "kernel-field-written" || f.Where.Text == "" || f.Where.Process == 0 || f.Count != 3
			}) {
				t.Errorf("%s", text(t, r))
			}
		})
	}
}

// A program's own registration is found in each kind of file, with its caller and its result.
func TestRegistrationsAreFoundInEachKindOfFile(t *testing.T) {
	for _, f := range []tabletest.Fixture{
		{}, {Shape: tabletest.Static}, {Shape: tabletest.StaticPIE}, {Strip: tabletest.StripAll}, {Strip: tabletest.StripSections},
		{Shape: tabletest.Static, Strip: tabletest.StripAll},
	} {
		f.Source, f.Opt = "watch/refused.c", "-O2"
		t.Run(f.String(), func(t *testing.T) {
			seen := launch(t, tabletest.Build(t, f)).run(0)
			var results []string
			for _, c := range seen.Calls {
				results = append(results, fmt.Sprintf("%s glibc=%v %d", c.Name, c.Glibc, c.Result))
			}
			if want := []string{"rseq glibc=true 0", "rseq glibc=false -22", "rseq glibc=true -1"}; !slices.Equal(results, want) {
				t.Errorf("seen are %q, want %q\n%s", results, want, text(t, judged(seen)))
			}
		})
	}
}

// The project's own fixtures break no rule, whatever they do to their threads and processes.
func TestNothingIsFoundInPrograms(t *testing.T) {
	lib := tabletest.Build(t, tabletest.Fixture{Source: "libsec.c", Shape: tabletest.Shared})
	for _, p := range []struct {
		f    tabletest.Fixture
		args []string
	}{
		{f: tabletest.Fixture{Source: "percpu.c"}, args: []string{"8", "1000"}},
		{f: tabletest.Fixture{Source: "percpu.c", Own: true}, args: []string{"8", "1000"}},
		{f: tabletest.Fixture{Source: "percpu.c", Table: tabletest.RseqTable, Shape: tabletest.Static}, args: []string{"8", "1000"}},
		{f: tabletest.Fixture{Source: "threads.c"}},
		{f: tabletest.Fixture{Source: "threads.c", Own: true}},
		{f: tabletest.Fixture{Source: "fork.c"}},
		{f: tabletest.Fixture{Source: "exec.c"}},
		{f: tabletest.Fixture{Source: "ownreg.c"}},
		{f: tabletest.Fixture{Source: "sidexit.c"}},
		{f: tabletest.Fixture{Source: "dlmain.c"}, args: []string{lib}},
		{f: tabletest.Fixture{Source: "endsinside.c"}},
		{f: tabletest.Fixture{Source: "secondphase.c"}},
		{f: tabletest.Fixture{Source: "signals.c"}, args: []string{"directed"}},
		{f: tabletest.Fixture{Source: "signals.c"}, args: []string{"traps"}},
		{f: tabletest.Fixture{Source: "confined.c"}, args: []string{"filter"}},
		{f: tabletest.Fixture{Source: "confined.c"}, args: []string{"strict"}},
		{f: tabletest.Fixture{Source: "procs.c"}, args: []string{"spawn"}},
		{f: tabletest.Fixture{Source: "procs.c"}, args: []string{"leader"}},
		{f: tabletest.Fixture{Source: "vforkers.c"}},
		{f: tabletest.Fixture{Source: "forkers.c"}},
	} {
		t.Run(strings.Join(append([]string{p.f.String()}, p.args[min(len(p.args), 1):]...), "-"), func(t *testing.T) {
			w := launch(t, tabletest.Build(t, p.f), p.args...)
			seen := w.run(0)
			if !seen.Ended || seen.Status.Signaled || seen.Status.Code != 0 {
				t.Errorf("it ended with %+v (%v), and printed %q", seen.Status, seen.Ended, w.printed())
			}
			r := judged(seen)
			withoutPurpose(t, r, p.f.Source)
			if slices.ContainsFunc(r.Findings, func(f check.Finding) bool { return f.Severity > check.Note }) {
				t.Errorf("%s", text(t, r))
			}
			t.Logf("%d threads, %d of %d sections entered, in %v", seen.Threads, seen.Armed, seen.Declared, seen.Time)
		})
	}
}

// Sections in all kinds of code, with their arming store at odd places, are entered without a finding.
func TestNothingIsFoundInSectionsOfAllKinds(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(tabletest.Root(t), "testdata", "sections", "*.c"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		f := tabletest.Fixture{Source: "sections/" + filepath.Base(file), Opt: "-O2"}
		t.Run(f.String(), func(t *testing.T) {
			seen := launch(t, tabletest.Build(t, f), "50").run(0)
			r := judged(seen)
			withoutPurpose(t, r, f.Source)
			if len(r.Findings) > 0 || !seen.Ended || seen.Status.Code != 0 {
				t.Errorf("%+v %s", seen.Status, text(t, r))
			}
			t.Logf("%d of %d sections entered, %d not watched", seen.Armed, seen.Declared, seen.Unwatched)
		})
	}
}
