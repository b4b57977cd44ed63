package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/dap/daptest"
	"rseqstep/table/tabletest"
)

// becoming is one way in which a process executes another program.
type becoming struct {
	how      string
	old, new tabletest.Shape
}

func becomings(t *testing.T, n int) (all []becoming) {
	for _, how := range []string{"exec", "fork", "vfork", "spawn"} {
		for _, old := range []tabletest.Shape{tabletest.NoPIE, tabletest.PIE} {
			for _, program := range []tabletest.Shape{tabletest.Static, tabletest.PIE, tabletest.NoPIE} {
				all = append(all, becoming{how, old, program})
			}
		}
	}
	return tabletest.Some(t, n, all)
}

func (b becoming) String() string { return fmt.Sprintf("%s from %s to %s", b.how, b.old, b.new) }

func (b becoming) programs(t *testing.T) (old, next string) {
	t.Helper()
	return tabletest.Build(t, tabletest.Fixture{Source: "become.c", Shape: b.old}), tabletest.Build(t, tabletest.Fixture{Source: "became.c", Shape: b.new})
}

// Every kind of breakpoint is set before the process executes another program: those
// that are valid there are hit, the others do no harm. The rows record what gdb 13 does
// with each.
func TestBreakpointsAreResetInAnExecutedProgram(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	bin := tabletest.Command(t)
	for _, b := range becomings(t, 6) {
		t.Run(b.String(), func(t *testing.T) {
			old, next := b.programs(t)
			d := drive(t, bin, old)
			d.say("set follow-fork-mode child")
			d.say("set breakpoint pending on")
			d.runTo("work", b.how, next)
			d.do("finish") // out of the way of what follows
			for _, line := range []string{
				"break only_old", "hbreak only_old", "tbreak only_old", "break *only_old", "break *only_old + 4",
				"break become.c:15", "break work if oldest == 0", "break work if counter > 100", "watch oldest", "watch argc",
				"set $where = &only_old", "break *$where", "break only_old if counter == 0", "ignore 2 5",
				"tbreak only_new", "watch counter", `break work if $rax == 0x123456789abc`,
			} {
				d.say(line)
			}
			body, after := fmt.Sprintf("breakpoint work %d", tabletest.Line(t, "became.c", "int r = only_new")), fmt.Sprintf("watchpoint work %d", tabletest.Line(t, "became.c", "return r;"))
			callee := tabletest.Line(t, "became.c", "counter += n")
			added := fmt.Sprintf("watchpoint only_new %d", callee+1)
			want := []string{body, fmt.Sprintf("breakpoint only_new %d", callee), after, body, added, after, body, added, after}
			for n, w := range want {
				if e := d.do("continue"); fmt.Sprint(e.Reason, " ", e.Function, " ", e.Line) != w {
					t.Fatalf("stop %d is %+v, not %q\n%s", n, e, w, d.stderr.String())
				}
			}
			if e := d.do("continue"); e.Reason != "exited" || *e.ExitCode != 7 {
				t.Errorf("the new program: %+v", e)
			}
			if got := d.output(); !strings.HasPrefix(got, "new 9 counter 6\n") {
				t.Errorf("the new program printed %q", got)
			}
		})
	}
}

// With the parent kept, the child executes the other program free of traps.
func TestExecutedChildThatIsNotFollowedIsFreeOfBreakpoints(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	bin := tabletest.Command(t)
	for _, b := range becomings(t, 3) {
		if b.how == "exec" {
			continue
		}
		t.Run(b.String(), func(t *testing.T) {
			old, next := b.programs(t)
			d := drive(t, bin, old)
			d.runTo("work", b.how, next)
			d.do("finish")
			for _, line := range []string{"hbreak only_old", "watch counter", "break *only_old + 4", "break main", "break only_old if counter == 77"} {
				d.say(line)
			}
			if e := d.do("continue"); e.Reason != "exited" || *e.ExitCode != 7 {
				t.Errorf("%+v", e)
			}
			d.wantOutput("new 9 counter 6\nold 700\n")
		})
	}
}

func TestInfoBreakpointsTellsWhatBecameOfEachAfterAnExec(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	bin := tabletest.Command(t)
	b := becoming{"exec", tabletest.NoPIE, tabletest.Static}
	old, next := b.programs(t)
	printed := t.TempDir() + "/printed"
	args := []string{"--batch"}
	for _, c := range []string{"break main", "run exec " + next + " > " + printed, "delete 1", "break only_old", "hbreak only_old", "watch oldest", "watch argc",
		"break work if oldest == 0", "tbreak work", "catch exec", "disable 2 3 6 7", "continue", "info breakpoints", "continue", "info breakpoints"} {
		args = append(args, "-e", c)
	}
	text, err := exec.Command(bin, append(args, old)...).CombinedOutput()
	if out := string(text); err != nil && !strings.Contains(out, "exited with code 07") {
		t.Fatalf("%v: %s", err, out)
	}
	out := string(text)
	for _, w := range []string{"<PENDING>          only_old", "hw breakpoint  keep n   <PENDING>          only_old", "hw watchpoint  keep y                      oldest",
		"<PENDING>          work", "in work at", "watchpoint 5 is deleted", "exited with code 07"} {
		if !strings.Contains(out, w) {
			t.Errorf("no %q in\n%s", w, out)
		}
	}
	if after := out[strings.LastIndex(out, "Num "):]; strings.Contains(after, "argc") {
		t.Errorf("the watchpoint on a local variable is still there:\n%s", after)
	}
	if text, err = os.ReadFile(printed); err != nil || string(text) != "new 9 counter 6\n" {
		t.Errorf("the new program printed %q (%v)", text, err)
	}
}

// An editor's breakpoints, on lines, functions, instructions and data: those that
// the new program does not have are told of as not verified any more.
func TestAnEditorsBreakpointsAreResetInAnExecutedProgram(t *testing.T) {
	line := tabletest.Line(t, "become.c", "counter += n")
	for _, b := range becomings(t, 2) {
		t.Run(b.String(), func(t *testing.T) {
			_, next := b.programs(t)
			c := editorAt(t, tabletest.Fixture{Source: "become.c", Shape: b.old}, args{"args": []string{b.how, next}})
			lines := breakAt(t, c, "become.c", args{"line": line})
			configured(c)
			thread := c.Stop("breakpoint").Body.ThreadId
			proceed := func() { daptest.Do[*dap.ContinueResponse](c, "continue", args{"threadId": thread}) }
			daptest.Do[dap.ResponseMessage](c, "evaluate", args{"expression": "-exec set follow-fork-mode child", "context": "repl"})
			functions := daptest.Do[*dap.SetFunctionBreakpointsResponse](c, "setFunctionBreakpoints", args{
				"breakpoints": []args{{"name": "work"}, {"name": "only_old"}, {"name": "work", "condition": "oldest == 0"}}}).Body.Breakpoints
			at := functions[1].InstructionReference
			codes := daptest.Do[*dap.SetInstructionBreakpointsResponse](c, "setInstructionBreakpoints", args{"breakpoints": []args{{"instructionReference": at, "offset": 6}}}).Body.Breakpoints
			info := daptest.Do[*dap.DataBreakpointInfoResponse](c, "dataBreakpointInfo", args{"name": "oldest", "frameId": c.Frame(thread).Id})
			data := daptest.Do[*dap.SetDataBreakpointsResponse](c, "setDataBreakpoints", args{"breakpoints": []args{{"dataId": info.Body.DataId, "accessType": "write"}}}).Body.Breakpoints
			proceed()
			c.Stop("instruction breakpoint")
			for n := range 3 {
				proceed()
				thread = c.Stop("function breakpoint").Body.ThreadId
				if f := c.Frame(thread); f.Name != "work" || !strings.HasSuffix(f.Source.Path, "became.c") {
					t.Fatalf("stop %d in %s of %v", n, f.Name, f.Source)
				}
			}
			for _, gone := range []dap.Breakpoint{lines[0], functions[1], functions[2], codes[0], data[0]} {
				if verified, told := c.Verified[gone.Id]; verified || !told {
					t.Errorf("breakpoint %d: verified %v, told %v; it is not in the new program", gone.Id, verified, told)
				}
			}
			if _, told := c.Verified[functions[0].Id]; told {
				t.Error("a breakpoint that both programs have is told of as changed")
			}
			if status := finish(c, thread); status != 7 || !strings.HasPrefix(c.Output["stdout"], "new 9 counter 6\n") {
				t.Errorf("status %d, output %q", status, c.Output["stdout"])
			}
		})
	}
}
