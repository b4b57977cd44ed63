package remote

import (
	"fmt"
	"testing"

	"rseqstep/table/tabletest"
)

// followsVfork are scripts over the vfork of vforks.c with follow-fork-mode child,
// and what gdb shows, on stock gdbserver as on ours.
func followsVfork(next string) []struct {
	name, args, script string
	want               []string
} {
	return []struct {
		name, args, script string
		want               []string
	}{
		{"next to the end", "", "next\nnext\np pid\nnext\np counted\nstep\nbreak in_parent\ncontinue\n", []string{
			"pid_t pid = vfork()", "[Attaching after", "if (pid == 0)", "in_child();", "= 0", "if (argc > 1)", "= 2", "_exit(6);", "exited with code 06"}},
		{"step and a watchpoint", "", "next\nnext\nstep\nwatch counted\ncontinue\nfinish\ndelete\ncontinue\n", []string{
			"in_child () at", "counted++;", "Old value = 0", "New value = 1", "exited with code 06"}},
		{"looking at the parent", next, "next\ninfo threads\ninferior 1\nbt 1\np counted\ninferior 2\nbreak only_new\ncontinue\ndelete\ncontinue\n", []string{
			"if (pid == 0)", "  1.1 ", "vfork ()", "* 2.1", "main (argc=2", "#0", "vfork ()", "= 0", "is executing new program: " + next, "hit Breakpoint 2, only_new", "exited with code 07"}},
		{"killing it", "", "next\nkill inferiors 2\ninfo inferiors\n", []string{"if (pid == 0)", "<null>"}},
		{"a step over the vfork alone", "", "stepi 3\nwhile $_inferior == 1\nstepi\nend\np $_inferior\nfinish\ncontinue\n", []string{"[Attaching after", "= 2", "exited with code 06"}},
	}
}

// With follow-fork-mode child a step over vfork ends in the child, which has the parent's
// breakpoints. The tests of package ptrace check what becomes of the parent: here it may
// end after gdb, which reads its output.
func TestGDBStepsIntoTheChildOfAVfork(t *testing.T) {
	bin := rseqstep(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "vforks.c", Opt: "-O0"})
	next := realPath(t, tabletest.Build(t, tabletest.Fixture{Source: "became.c", Opt: "-O0"}))
	for _, c := range followsVfork(next) {
		for name, server := range map[string]string{"ours": bin + " gdbserver", "stock": tabletest.NeedTool(t, "gdbserver")} {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				wantInOrder(t, gdbRuns(t, program, fmt.Sprintf("target remote | %s - %s %s\nset follow-fork-mode child\nset breakpoint pending on\nbreak main\ncontinue\ndelete\n%s",
					server, program, c.args, c.script)), c.want...)
			})
		}
	}
}
