package watch_test

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rseqstep/check"
	"rseqstep/check/rules"
	"rseqstep/check/watch"
	"rseqstep/table/tabletest"
)

// twins are programs that break rules, at lines that they mark. Built with -DGOOD each is its own twin
// that breaks none; the others break none anyway.
func twins(t testing.TB) []twin {
	lib := tabletest.Build(t, tabletest.Fixture{Source: "libsec.c", Shape: tabletest.Shared, Opt: "-O2"})
	return []twin{
		{source: "writes.c", bad: true},
		{source: "crowd.c", args: []string{"100"}, bad: true},
		{source: "others.c", bad: true, round: 20 * time.Millisecond},
		{source: "size32.c", bad: true},
		{source: "computed.c", bad: true},
		{source: "wrongsig.c", bad: true},
		{source: "refused.c", bad: true},
		{source: "misaligned.c", bad: true},
		{source: "alignment.c", bad: true},
		{source: "elsewhere.c", bad: true},
		{source: "unregistered.c", bad: true},
		{source: "freed.c", bad: true, dies: true},
		{source: "membarrier.c", bad: true},
		{source: "stackcs.c", bad: true},
		{source: "undeclared.c", bad: true},
		{source: "invalid.c", bad: true, dies: true},
		{source: "unload.c", args: []string{lib}, bad: true},
		{source: "slice.c", bad: true},
		{source: "yield.c", bad: true},
		{source: "writes-good.c"},
		{source: "size-good.c"},
		{source: "waiting.c"},
		{source: "hidden.c"},
	}
}

type twin struct {
	source string
	args   []string
	bad    bool          // it breaks the rules that its source marks
	dies   bool          // of that, it may, by SIGSEGV
	round  time.Duration // Limits.Round; 0: the fourth debug register stays with what comes first
}

// Each program that breaks a rule is found, with the rule and the line; nothing is found in its
// twin. What can be read in the files is judged as well.
func TestEachBrokenRuleIsFoundAtItsLine(t *testing.T) {
	for _, p := range twins(t) {
		for _, opt := range []string{"-O0", "-O2"} {
			f := tabletest.Fixture{Source: "watch/" + p.source, Opt: opt}
			if p.bad {
				t.Run(strings.TrimSuffix(p.source, ".c")+opt, func(t *testing.T) { p.run(t, f, marks(t, f.Source)) })
				f.Flags = []string{"-DGOOD"}
			}
			t.Run(strings.TrimSuffix(p.source, ".c")+"-good"+opt, func(t *testing.T) { p.run(t, f, nil) })
		}
	}
}

// run watches the program to its end: the findings are those of the marks.
func (p *twin) run(t *testing.T, f tabletest.Fixture, want []mark) {
	limits := watch.DefaultLimits()
	limits.Round = cmp.Or(p.round, time.Hour)
	seen := launchWith(t, limits, nil, tabletest.Build(t, f), p.args...).run(0)
	dies := p.dies && want != nil && seen.Status.Signal == 11
	if ends := seen.Status; !seen.Ended || ends.Code != 0 || ends.Signaled && !dies {
		t.Errorf("the program ended with %+v (%v)", ends, seen.Ended)
	}
	r := judged(seen)
	if seen.FeatureSize == 0 && want == nil { // the kernel knows no other size
		r.Findings = slices.DeleteFunc(r.Findings, func(f check.Finding) bool { return f.Rule == "legacy-size" })
	}
	compare(t, r, f.Source, possible(seen, want))
}

// possible leaves out what cannot be on this kernel. Without AT_RSEQ_FEATURE_SIZE there is no node_id,
// and it may take areas of 32 bytes only. Where areas are aligned to 64 bytes, it refuses others.
func possible(seen *watch.Seen, want []mark) (list []mark) {
	for _, m := range want {
		switch {
		case seen.FeatureSize < 28 && slices.Contains([]string{"node_id", "mm_cid"}, m.word):
			continue
		case seen.FeatureSize == 0 && slices.Contains([]string{"area-alignment", "slice-not-enabled", "slice-not-yielded"}, m.rule):
			continue
		case seen.Align >= 64 && m.rule == "area-alignment":
			m.rule = "registration-rejected"
		}
		list = append(list, m)
	}
	return list
}

// Each rule about running programs has a program that breaks it, and one that does not.
func TestEachRuleHasItsTwins(t *testing.T) {
	broken := map[string]bool{}
	for _, p := range twins(t) {
		if !p.bad {
			continue
		}
		b, err := os.ReadFile(filepath.Join(tabletest.Root(t), "testdata", "watch", p.source))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(b), "good") && !strings.Contains(string(b), "GOOD") {
			t.Errorf("%s has no good twin", p.source)
		}
		list := marks(t, "watch/"+p.source)
		if len(list) == 0 {
			t.Errorf("%s breaks nothing", p.source)
		}
		for _, m := range list {
			broken[m.rule] = true
		}
	}
	for _, r := range rules.All() {
		if r.Running && !broken[r.Name] {
			t.Errorf("no program breaks the rule %s", r.Name)
		}
	}
}
