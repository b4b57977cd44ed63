package main

import (
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// TestLongOutputGoesThroughThePager: at a terminal, unless it is switched off.
func TestLongOutputGoesThroughThePager(t *testing.T) {
	t.Setenv("PAGER", "sed s/^/paged:/")
	x := atTerminal(t, ourPrompt, tabletest.Command(t), "--no-color", "--nx")
	x.expect(ourPrompt)
	for _, c := range []struct {
		command string
		paged   bool
	}{
		{"help all", true}, {"help quit", false}, {"echo a short line\\n", false},
		{"set pagination off", false}, {"help all", false}, {"set pagination on", false}, {"help all", true},
		{"help all | head -n 30", false}, {"set height 2", false}, {"help next", true}, {"set height 0", false}, {"help all", false},
	} {
		if said := x.enter(c.command); strings.Contains(said, "paged:") != c.paged {
			t.Errorf("%s: paged is not %v:\n%s", c.command, c.paged, said)
		}
	}
}
