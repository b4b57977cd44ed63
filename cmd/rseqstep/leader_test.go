package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/dap/daptest"
	"rseqstep/table/tabletest"
)

// leader is a program whose leader ends before its threads.
func leader() tabletest.Fixture {
	return tabletest.Fixture{Source: "leader.c", Opt: "-O0", Flags: []string{"-pthread"}}
}

func TestThePromptDoesNotListALeaderThatHasEnded(t *testing.T) {
	tabletest.NeedPtrace(t)
	program := tabletest.Build(t, leader())
	out, err := exec.Command(tabletest.Command(t), "--batch", "-e", "break here", "-e", "run", "-e", "info threads", "-e", "info proc",
		"-e", "thread apply all bt 1", "-e", "next", "-e", "continue", "-e", "continue", program).CombinedOutput()
	text := string(out)
	if code := err.(*exec.ExitError).ExitCode(); code != 7 {
		t.Errorf("status %d", code)
	}
	for _, want := range []string{"goes_round ()", "exe = '" + program, "calls 2", "code 07"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(text, "\n  1  Thread") || t.Failed() {
		t.Errorf("the leader is listed, or something is missing:\n%s", text)
	}
}

func TestAnEditorIsNotShownALeaderThatHasEnded(t *testing.T) {
	c := editorAt(t, leader(), nil)
	daptest.Do[*dap.SetFunctionBreakpointsResponse](c, "setFunctionBreakpoints", args{"breakpoints": []args{{"name": "here"}}})
	configured(c)
	tid := c.Stop("function breakpoint").Body.ThreadId
	list := daptest.Do[*dap.ThreadsResponse](c, "threads", nil).Body.Threads
	if len(list) != 2 {
		t.Errorf("%+v", list)
	}
	for _, th := range list {
		if frames := daptest.Do[*dap.StackTraceResponse](c, "stackTrace", args{"threadId": th.Id}).Body.StackFrames; len(frames) == 0 {
			t.Errorf("thread %s has no frames", th.Name)
		}
	}
	daptest.Do[*dap.ContinueResponse](c, "continue", args{"threadId": tid})
	c.Stop("function breakpoint")
	if status := finish(c, tid); status != 7 {
		t.Errorf("status %d", status)
	}
}
