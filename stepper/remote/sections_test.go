package remote

import (
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// "monitor rseq" says what "info rseq" says at rseqstep's prompt, and takes the same arguments.
func TestMonitorRseqTakesTheArgumentsOfInfoRseq(t *testing.T) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "percpu.c", Opt: "-O1"})
	out := gdb(t, rseqstep(t), program, "4 20 2", "CONNECT\nbreak main\ncontinue\nmonitor rseq\necho ALL\\n\nmonitor rseq info --all\necho SOME\\n\nmonitor rseq info pop_.ne\necho BAD\\n\nmonitor rseq info (\nmonitor rseq info nothing\nkill\n")
	for mark, want := range map[string][]string{
		"":     {"declares 3 restartable sequences, 3 decoded; rseqstep has seen none run.", "count_one+", "Armed\n* 1 ("},
		"ALL":  {"count_one+", "pop_one+", "Armed\n* 1 ("},
		"SOME": {"pop_one+"},
		"BAD":  {`"(" is not a regular expression: missing closing )`, `None of the 3 restartable sequences matches "nothing".`},
	} {
		_, part, _ := strings.Cut(out, mark)
		wantInOrder(t, part, want...)
		if mark == "SOME" {
			some, _, _ := strings.Cut(part, "BAD")
			if strings.Contains(some, "count_one+") || strings.Contains(some, "Armed") {
				t.Errorf("more than what matches:\n%s", some)
			}
		}
	}
}
