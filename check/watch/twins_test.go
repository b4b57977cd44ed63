package watch_test

import (
	"fmt"
	"strings"
	"testing"

	"rseqstep/check/watch"
	"rseqstep/table/tabletest"
)

// twins are programs that break rules, at lines that they mark, and their twins that break none.
// kernel says for which kernels a program has no good way to register.
func twins(t *testing.T) []twin {
	lib := tabletest.Build(t, tabletest.Fixture{Source: "libsec.c", Shape: tabletest.Shared, Opt: "-O2"})
	return []twin{
		{source: "watch/writes.c", bad: true},
		{source: "watch/crowd.c", args: []string{"100"}, bad: true},
		{source: "watch/writes-good.c"},
		{source: "watch/size32.c", bad: true},
		{source: "watch/size-good.c"},
		{source: "watch/computed.c", bad: true},
		{source: "watch/wrongsig.c", bad: true},
		{source: "watch/refused.c", bad: true},
		{source: "watch/misaligned.c", bad: true},
		{source: "watch/elsewhere.c", bad: true},
		{source: "watch/unregistered.c", bad: true},
		{source: "watch/waiting.c"},
		{source: "watch/hidden.c"},
		{source: "watch/freed.c", bad: true, dies: true},
		{source: "watch/freed.c", args: []string{"good"}},
		{source: "watch/membarrier.c", bad: true},
		{source: "watch/membarrier.c", args: []string{"good"}},
		{source: "watch/stackcs.c", bad: true},
		{source: "watch/unload.c", args: []string{lib}, bad: true},
		{source: "watch/unload.c", args: []string{lib, "good"}},
	}
}

type twin struct {
	source string
	args   []string
	bad    bool // it breaks the rules that its source marks
	dies   bool // of that, it may, by SIGSEGV
}

// Each program that breaks a rule is found, with the rule and the line; nothing is found in its
// twin.
func TestEachBrokenRuleIsFoundAtItsLine(t *testing.T) {
	for _, p := range twins(t) {
		for _, opt := range []string{"-O0", "-O2"} {
			name := fmt.Sprintf("%s%s%s", strings.TrimSuffix(p.source, ".c"), strings.Join(p.args[min(len(p.args), 1):], "-"), opt)
			if len(p.args) == 1 && !strings.Contains(p.args[0], "/") {
				name = fmt.Sprintf("%s-%s%s", strings.TrimSuffix(p.source, ".c"), p.args[0], opt)
			}
			t.Run(name, func(t *testing.T) {
				seen := launch(t, tabletest.Build(t, tabletest.Fixture{Source: p.source, Opt: opt}), p.args...).run(0)
				if ends := seen.Status; !seen.Ended || ends.Code != 0 || ends.Signaled && !(p.dies && ends.Signal == 11) {
					t.Errorf("the program ended with %+v (%v)", ends, seen.Ended)
				}
				var want []mark
				if p.bad {
					want = marks(t, p.source)
				}
				compare(t, judged(seen), p.source, possible(seen, want))
			})
		}
	}
}

// possible leaves out what cannot be on this kernel: without AT_RSEQ_FEATURE_SIZE there is no
// node_id.
func possible(seen *watch.Seen, want []mark) (list []mark) {
	for _, m := range want {
		if seen.FeatureSize < 28 && (m.word == "node_id" || m.word == "mm_cid") {
			continue
		}
		list = append(list, m)
	}
	return list
}
