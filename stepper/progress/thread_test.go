package progress

import (
	"slices"
	"testing"

	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// TestTheSectionsThatAThreadArmedLast: the latest first, each once, and not too many.
func TestTheSectionsThatAThreadArmedLast(t *testing.T) {
	a, b, c := section(0x100), section(0x200), section(0x300)
	var th thread
	for _, s := range []struct {
		arms *table.Placed
		want []*table.Placed
	}{
		{a, []*table.Placed{a}},
		{a, []*table.Placed{a}},
		{b, []*table.Placed{b, a}},
		{a, []*table.Placed{a, b}},
		{c, []*table.Placed{c, a}},
	} {
		if th.arms(s.arms); !slices.Equal(th.recent, s.want) {
			t.Fatalf("%v after %v", th.recent, s.arms)
		}
	}
}

// TestTheLikeliestSectionsComeFirst: each once, and only while they are mapped.
func TestTheLikeliestSectionsComeFirst(t *testing.T) {
	image := table.NewImage([]*table.Module{{Path: "program", Low: 0x1000, High: 0x9000, File: &table.File{Sections: []table.Section{
		{Start: 0x1100, End: 0x1110, Abort: 0x1120}, {Start: 0x1200, End: 0x1210, Abort: 0x1220},
	}}}})
	placed := image.Sections()
	if len(placed) != 2 {
		t.Fatalf("%d sections", len(placed))
	}
	a, b, gone := placed[0], placed[1], section(0x1300)
	if got := likely(image, nil, []*table.Placed{b, gone}, []*table.Placed{a, b}); !slices.Equal(got, []*table.Placed{b, a}) {
		t.Errorf("%v", got)
	}
}

// TestWhatAPassCountsFor: a pass of a step counts; one of a Continue counts for its probe, and for
// steps only if it commits.
func TestWhatAPassCountsFor(t *testing.T) {
	a, b := section(0x100), section(0x200)
	for _, c := range []struct {
		name     string
		counting bool
		probe    *probe
		of       *table.Placed
		result   rseq.Result
		stuck    bool // the probe has found that it makes no progress
		ends     bool // the probe
		counts   bool
	}{
		{"a step's", true, nil, a, rseq.Aborted, false, false, true},
		{"of a thread that is not stepped", false, nil, a, rseq.Aborted, false, false, true}, // it has a point at post-commit only
		{"one that the probe counts", false, &probe{placed: a, counts: true}, a, rseq.Aborted, false, false, false},
		{"the last that it counts", false, &probe{placed: a, counts: true, aborts: probePasses - 1}, a, rseq.Aborted, true, true, false},
		{"of a step beside the probe", true, &probe{placed: a, counts: true}, a, rseq.Aborted, false, false, true},
		{"a commit", false, &probe{placed: a, counts: true, aborts: probePasses - 1}, a, rseq.Committed, false, true, true},
		{"a side exit", false, &probe{placed: a, counts: true}, a, rseq.SideExit, false, false, false},
		{"another section's", false, &probe{placed: b, counts: true}, a, rseq.Committed, false, false, true},
	} {
		th := thread{counting: c.counting, probe: c.probe}
		stuck, counts := th.passed(c.of, c.result)
		if (stuck != nil) != c.stuck || counts != c.counts || c.probe != nil && (th.probe == nil) != c.ends {
			t.Errorf("%s: stuck %v, counts %v, the probe is %+v", c.name, stuck, counts, th.probe)
		}
	}
}

// TestFruitlessPassesAddUp: a commit resets a section's count, not the number of all.
func TestFruitlessPassesAddUp(t *testing.T) {
	var th thread
	for _, r := range []rseq.Result{rseq.Aborted, rseq.SideExit, rseq.Committed, rseq.Aborted} {
		th.count(0x100, r)
	}
	if n := th.history[0x100]; th.fruitless != 3 || n == nil || n.Aborts != 1 || n.Sides != 0 {
		t.Errorf("%d in all, %+v", th.fruitless, n)
	}
}
