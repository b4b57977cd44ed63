package remote

import (
	"fmt"
	"testing"

	"rseqstep/table/tabletest"
)

// An endless loop of several lines, around a section in a function of another
// file: gdb continues from that function's beginning to a breakpoint of its own
// behind the call, with the same packet as for a user's continue.
func TestGDBsStepsPassALoopOfSeveralLinesThatNeverEndsNatively(t *testing.T) {
	bin := rseqstep(t)
	commands := map[string]int{"next": 14, "step": 42, "until": 14, "finish": 1}
	builds := map[string]tabletest.Fixture{
		"inlined-O0":  {Source: "wrongloop.c", Opt: "-O0"},
		"inlined-O2":  {Source: "wrongloop.c", Opt: "-O2"},
		"separate-O0": {Source: "wrongloop.c", Opt: "-O0", Flags: []string{"-DSEPARATE"}, Extra: []string{"separate.c"}},
		"separate-O2": {Source: "wrongloop.c", Opt: "-O2", Flags: []string{"-DSEPARATE"}, Extra: []string{"separate.c"}},
	}
	for _, build := range tabletest.SomeKeys(t, 2, builds) {
		for _, name := range tabletest.SomeKeys(t, 2, commands) {
			t.Run(name+"-"+build, func(t *testing.T) {
				program := tabletest.Build(t, builds[build])
				out := gdb(t, bin, program, "", fmt.Sprintf("CONNECT\nbreak count\ncontinue\ndelete\nset $n = 0\n"+
					"while counted == 0 && $n < %d\n%s\nset $n = $n + 1\nend\nprint counted\ncontinue\n", commands[name], name))
				wantInOrder(t, out, "Breakpoint 1, count", "by cpu_opv injection (rung 2)", " = 1\n", "counters 0 1 attempts 3\n")
			})
		}
	}
}
