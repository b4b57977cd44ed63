package exercise

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

// aborted is a Coverage of sections whose boundaries were aborted that often.
func aborted(counts ...[]uint64) *Coverage {
	c := &Coverage{}
	for n, s := range sections(len(counts), 3) {
		for i, b := range s.Boundaries {
			if b.Aborts = counts[n][i]; b.Aborts > 0 {
				s.Executed = true
			}
		}
		c.add(s)
	}
	return c
}

func TestTotalsAreOfTheExecutedSections(t *testing.T) {
	c := aborted([]uint64{3, 3, 0}, []uint64{0, 0, 0}, []uint64{1, 1, 1})
	if got, want := c.Totals(), (Totals{Declared: 3, Executed: 2, Boundaries: 6, Aborted: 5, Aborts: 9, Percent: 500.0 / 6}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := aborted([]uint64{0, 0, 0}).Totals(); got.Percent != 0 || got.Executed != 0 {
		t.Errorf("nothing executed: %+v", got)
	}
}

// What is written is read again; two coverages add up, whichever comes first, through files, too.
func TestCoverageMerges(t *testing.T) {
	one, other := []uint64{3, 0, 0}, []uint64{0, 2, 0}
	for _, order := range [][2][]uint64{{one, other}, {other, one}} {
		sum := &Coverage{}
		for _, counts := range order {
			var b bytes.Buffer
			if err := aborted(counts).Write(&b); err != nil {
				t.Fatal(err)
			}
			c, err := Read(&b)
			if err != nil {
				t.Fatal(err)
			}
			sum.Merge(c)
		}
		s := sum.Sections[0]
		if len(sum.Sections) != 1 || s.Boundaries[0].Aborts != 3 || s.Boundaries[1].Aborts != 2 || s.Aborted() != 2 {
			t.Errorf("%+v", sum.Totals())
		}
		for _, b := range s.Boundaries {
			if b.Section() != s {
				t.Errorf("%+v belongs to %p, not to %p", b, b.Section(), s)
			}
		}
	}
}

func TestAnotherVersionIsRefused(t *testing.T) {
	if _, err := Read(strings.NewReader(`{"version": 2, "sections": []}`)); !errors.Is(err, ErrVersion) {
		t.Error(err)
	}
	for _, bad := range []string{"", "{", `{"version": 1, "sections": [null]}`, `{"version": 1, "sections": [{"boundaries": [null]}]}`} {
		if _, err := Read(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}

// A seed varies how often each boundary is aborted, in the same way each time, and every boundary
// is aborted.
func TestASeedVariesTheAborts(t *testing.T) {
	bs := all(sections(10, 10))
	for _, seed := range []uint64{0, 1, 2} {
		o, seen := Options{Times: 3, Seed: seed}, map[int]int{}
		for _, b := range bs {
			n := o.times(b)
			if n != o.times(b) || n < 1 || n > 5 {
				t.Errorf("seed %d: %d aborts", seed, n)
			}
			seen[n]++
		}
		if (seed == 0) != (len(seen) == 1) || seed == 0 && seen[3] != len(bs) {
			t.Errorf("seed %d: %v", seed, seen)
		}
	}
}

func TestNamesWithoutTemplateArguments(t *testing.T) {
	for name, want := range map[string]string{
		"main+0x98": "main+0x98", "a::f<b<c>, d>+0x1": "a::f<...>+0x1", "x<1>::g<2>": "x<...>::g<...>",
		"operator<<+0x2": "operator<<+0x2", "operator<+0x4": "operator<+0x4", "f(a->b)": "f(a->b)",
	} {
		if got := withoutArguments(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// A program that hangs under a flood of signals may do so because of them.
func TestAHangUnderAFloodOfSignalsIsSaid(t *testing.T) {
	r := &Report{Coverage: &Coverage{}, Failed: &Result{Hung: true, Run: Run{Time: time.Second}}}
	for range 5000 {
		r.Failed.Signals.Count(14)
	}
	if notes := r.Notes(); len(notes) != 1 || !strings.Contains(notes[0], "5000 signals a second") {
		t.Errorf("%q", notes)
	}
	r.Failed.Hung = false
	if notes := r.Notes(); len(notes) != 0 {
		t.Errorf("%q", notes)
	}
}
