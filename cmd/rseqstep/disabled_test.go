package main

import (
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// A disabled breakpoint needs no debug register, and one that could not be set when the
// program started is set when it is enabled.
func TestABreakpointIsPlantedWhenItIsEnabled(t *testing.T) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "hits.c", Flags: []string{"-pthread"}})
	for name, c := range map[string]struct {
		before  []string
		refused bool // at run
	}{
		"disabled before": {before: []string{"disable 5"}},
		"not planted":     {refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			commands := append([]string{"set args 1 3", "hbreak main", "hbreak main", "hbreak main", "hbreak main", "hbreak hit"}, c.before...)
			commands = append(commands, "run", "enable 5", "delete 1", "enable 5", "continue")
			got := ask(t, tabletest.Command(t), program, commands)
			got = got[len(got)-5:]
			if refused := strings.Contains(got[0], "is disabled"); refused != c.refused {
				t.Errorf("run: %q", got[0])
			}
			if !strings.Contains(got[1], "all four hardware debug registers are in use") {
				t.Errorf("enable without a free register: %q", got[1])
			}
			if !strings.Contains(got[4], "Breakpoint 5, hit (") {
				t.Errorf("continue: %q", got[4])
			}
		})
	}
}
