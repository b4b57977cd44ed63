package tabletest

import (
	"fmt"
	"testing"
)

// ending is a testing.TB that records how it ended.
type ending struct {
	testing.TB
	how string
}

func (e *ending) Helper()                   {}
func (e *ending) Fatalf(f string, a ...any) { e.how = "fatal: " + fmt.Sprintf(f, a...); panic(e) }
func (e *ending) Skipf(f string, a ...any)  { e.how = "skip: " + fmt.Sprintf(f, a...); panic(e) }

func endingOf(t *testing.T, f func(testing.TB)) (how string) {
	t.Helper()
	e := &ending{TB: t}
	defer func() {
		if r := recover(); r != nil && r != any(e) {
			panic(r)
		}
		how = e.how
	}()
	f(e)
	return e.how
}

func TestMissingToolSkipsUnlessAllIsRequired(t *testing.T) {
	absent := func(t testing.TB) { NeedTool(t, "no-such-program") }
	t.Setenv("RSEQSTEP_REQUIRE", "")
	if got, want := endingOf(t, absent), "skip: needs the program no-such-program (scripts/setup installs what is missing)"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	for _, require := range []string{"all", "tools"} {
		t.Setenv("RSEQSTEP_REQUIRE", require)
		if got, want := endingOf(t, absent), "fatal: needs the program no-such-program, and RSEQSTEP_REQUIRE="+require+" (scripts/setup installs what is missing)"; got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

func TestProbesEndNothingWhereAllIsThere(t *testing.T) {
	NeedRseq(t)
	NeedPtrace(t)
	if path := NeedTool(t, "go"); path == "" {
		t.Error("no path")
	}
}

func TestTraceChildLeavesNoTracee(t *testing.T) {
	NeedPtrace(t)
	for range 5 {
		if err := traceChild(); err != nil {
			t.Fatal(err)
		}
	}
}
