package main

import (
	"bufio"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/dap/daptest"
	"rseqstep/table/tabletest"
)

func TestAnEditorsConditionsHitsAndLogPoints(t *testing.T) {
	c := editorAt(t, tabletest.Fixture{Source: "recurse.c", Opt: "-O0"}, nil)
	line := tabletest.Line(t, "recurse.c", "return")
	b := breakAt(t, c, "recurse.c",
		args{"line": line, "condition": "n =="},
		args{"line": line, "hitCondition": "x"},
		args{"line": line, "logMessage": "{"},
		args{"line": 100000},
		args{"line": line, "logMessage": "n is {n}, {{}} {nothing}"})
	for i := range 4 {
		if b[i].Verified || b[i].Message == "" {
			t.Errorf("%d: %+v", i, b[i])
		}
	}
	if !b[4].Verified {
		t.Errorf("%+v", b[4])
	}
	configured(c)
	if status := ended(c); status != 0 {
		t.Errorf("status %d", status)
	}
	if got := c.Output["stdout"]; !strings.Contains(got, "n is ") || !strings.Contains(got, "{} <error: No symbol") {
		t.Errorf("the log point wrote %q", got)
	}
}

func TestAnEditorStopsWhereAConditionHolds(t *testing.T) {
	c := editorAt(t, tabletest.Fixture{Source: "loop.c", Opt: "-O0"}, args{"args": []string{"1000"}})
	line, name := loopLine(t)
	breakAt(t, c, "loop.c", args{"line": line, "condition": name + " == 7"})
	configured(c)
	tid := c.Stop("breakpoint").Body.ThreadId
	value := func() string {
		return daptest.Do[*dap.EvaluateResponse](c, "evaluate", args{"expression": name, "frameId": c.Frame(tid).Id, "context": "hover"}).Body.Result
	}
	if got := value(); got != "7" {
		t.Errorf("%s is %s", name, got)
	}
	breakAt(t, c, "loop.c", args{"line": line, "hitCondition": "% 10"})
	daptest.Do[*dap.ContinueResponse](c, "continue", args{"threadId": tid})
	c.Stop("breakpoint")
	if got := value(); got != "17" {
		t.Errorf("after ten more hits %s is %s", name, got)
	}
	daptest.Do[*dap.DisconnectResponse](c, "disconnect", args{})
}

// loopLine is a line of loop.c that is met once a round, and its counter.
func loopLine(t *testing.T) (int, string) {
	t.Helper()
	return tabletest.Line(t, "loop.c", "sum += i"), "i"
}

func TestAnEditorPausesAndSetsBreakpointsWhileTheProgramRuns(t *testing.T) {
	c := editorAt(t, tabletest.Fixture{Source: "percpu.c", Opt: "-O2", Flags: []string{"-pthread"}}, args{"args": []string{"8", "2000000000", "0"}})
	configured(c)
	seen := map[int]bool{}
	if text := c.Refused("evaluate", args{"expression": "1", "context": "watch"}); !strings.Contains(text, "running") {
		t.Errorf("evaluate while it runs: %s", text)
	}
	daptest.Do[*dap.PauseResponse](c, "pause", args{"threadId": 1})
	tid := c.Stop("pause").Body.ThreadId
	for _, th := range daptest.Do[*dap.ThreadsResponse](c, "threads", nil).Body.Threads {
		seen[th.Id] = true
		c.Frame(th.Id)
	}
	if !seen[tid] {
		t.Errorf("thread %d, that stopped, is not among %v", tid, seen)
	}
	daptest.Do[*dap.ContinueResponse](c, "continue", args{"threadId": tid})
	daptest.Do[*dap.SetFunctionBreakpointsResponse](c, "setFunctionBreakpoints", args{"breakpoints": []args{}})
	daptest.Do[*dap.ThreadsResponse](c, "threads", nil)
	daptest.Do[*dap.PauseResponse](c, "pause", args{"threadId": 1})
	c.Stop("pause") // going on after setFunctionBreakpoints was no stop
	daptest.Do[*dap.ContinueResponse](c, "continue", args{"threadId": tid})
	daptest.Do[*dap.DisconnectResponse](c, "disconnect", args{}) // while it runs
}

func TestAnEditorSeesASignalAsAnException(t *testing.T) {
	c := editorAt(t, tabletest.Fixture{Source: "crash.c", Opt: "-O0"}, nil)
	configured(c)
	stop := c.Stop("exception")
	if stop.Body.Description != "SIGSEGV" {
		t.Errorf("%+v", stop.Body)
	}
	info := daptest.Do[*dap.ExceptionInfoResponse](c, "exceptionInfo", args{"threadId": stop.Body.ThreadId}).Body
	if info.ExceptionId != "SIGSEGV" || info.Description != "SIGSEGV, Segmentation fault" {
		t.Errorf("%+v", info)
	}
	if status := finish(c, stop.Body.ThreadId); status != 128+11 {
		t.Errorf("status %d", status)
	}
}

func TestAnEditorStopsOnEntryAndRestarts(t *testing.T) {
	c := editorAt(t, tabletest.Fixture{Source: "exit7.c", Opt: "-O0"}, args{"stopOnEntry": true})
	configured(c)
	tid := c.Stop("entry").Body.ThreadId
	if f := c.Frame(tid); f.Name != "main" {
		t.Errorf("entry is %s", f.Name)
	}
	daptest.Do[*dap.RestartResponse](c, "restart", args{})
	again := c.Stop("entry").Body.ThreadId
	if again == tid {
		t.Errorf("still thread %d", tid)
	}
	if status := finish(c, again); status != 7 {
		t.Errorf("status %d", status)
	}
}

func TestAnEditorWatchesData(t *testing.T) {
	c := editorAt(t, tabletest.Fixture{Source: "watch.c", Opt: "-O0"}, args{"stopOnEntry": true})
	configured(c)
	tid := c.Stop("entry").Body.ThreadId
	info := daptest.Do[*dap.DataBreakpointInfoResponse](c, "dataBreakpointInfo", args{"name": "watched"}).Body
	id, ok := info.DataId.(string)
	if !ok {
		t.Fatalf("%+v", info)
	}
	b := daptest.Do[*dap.SetDataBreakpointsResponse](c, "setDataBreakpoints", args{"breakpoints": []args{{"dataId": id, "accessType": "write"}}}).Body.Breakpoints
	if !b[0].Verified {
		t.Fatalf("%+v", b)
	}
	daptest.Do[*dap.ContinueResponse](c, "continue", args{"threadId": tid})
	if text := c.Stop("data breakpoint").Body.Text; !strings.Contains(text, ", was 0") {
		t.Errorf("%q", text)
	}
	daptest.Do[*dap.DisconnectResponse](c, "disconnect", args{})
}

func TestAnEditorWatchesDataThatCannotBeReadYet(t *testing.T) {
	c := editorAt(t, tabletest.Fixture{Source: "later.c", Opt: "-O0"}, args{"stopOnEntry": true})
	configured(c)
	tid := c.Stop("entry").Body.ThreadId
	info := daptest.Do[*dap.DataBreakpointInfoResponse](c, "dataBreakpointInfo", args{"name": "*(long *)0x10000000", "frameId": c.Frame(tid).Id}).Body
	b := daptest.Do[*dap.SetDataBreakpointsResponse](c, "setDataBreakpoints", args{"breakpoints": []args{{"dataId": info.DataId, "accessType": "write"}}}).Body.Breakpoints
	if !b[0].Verified {
		t.Fatalf("%+v, %+v", info, b)
	}
	daptest.Do[*dap.ContinueResponse](c, "continue", args{"threadId": tid})
	if text := c.Stop("data breakpoint").Body.Text; !strings.Contains(text, " is 5, was <unreadable>") {
		t.Errorf("%q", text)
	}
	daptest.Do[*dap.DisconnectResponse](c, "disconnect", args{})
}

func TestTheConsoleTakesCommandsOfThePrompt(t *testing.T) {
	c := editorAt(t, tabletest.Fixture{Source: "seed.c", Opt: "-O0"}, args{"stopOnEntry": true})
	configured(c)
	tid := c.Stop("entry").Body.ThreadId
	frame := c.Frame(tid)
	say := func(text string) string {
		return daptest.Do[*dap.EvaluateResponse](c, "evaluate", args{"expression": text, "context": "repl", "frameId": c.Frame(tid).Id}).Body.Result
	}
	if got := say("info rseq"); !strings.Contains(got, "main") {
		t.Errorf("info rseq: %s", got)
	}
	if got := say("attempts = 3"); got != "3" {
		t.Errorf("an assignment is %s", got)
	}
	say("next")
	c.Stop("step")
	if now := c.Frame(tid); now.Line == frame.Line {
		t.Error("next did not move")
	}
	if text := c.Refused("evaluate", args{"expression": "run", "context": "repl"}); !strings.Contains(text, "editor") {
		t.Error(text)
	}
	if text := c.Refused("evaluate", args{"expression": "no such thing", "context": "repl"}); text == "" {
		t.Error("no reason")
	}
	if status := finish(c, tid); status != 0 {
		t.Errorf("status %d", status)
	}
}

func TestAnAttachedProgramGoesOnAfterDisconnect(t *testing.T) {
	tabletest.NeedPtrace(t)
	program := exec.Command(tabletest.Build(t, tabletest.Fixture{Source: "percpu.c", Opt: "-O2", Flags: []string{"-pthread"}}), "4", "100000000", "0")
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	defer program.Wait()
	defer program.Process.Kill()
	c := daptest.Start(t, rseqstepHere(t), "dap")
	c.Initialize()
	daptest.Do[*dap.AttachResponse](c, "attach", args{"processId": fmt.Sprint(program.Process.Pid), "stopOnEntry": true})
	configured(c)
	c.Stop("entry")
	tid := 0 // one that counts; the first waits for the others in the kernel
	for _, th := range daptest.Do[*dap.ThreadsResponse](c, "threads", nil).Body.Threads {
		tid = th.Id
	}
	for range 5 {
		daptest.Do[*dap.NextResponse](c, "next", args{"threadId": tid, "granularity": "instruction"})
		c.Stop("step")
	}
	daptest.Do[*dap.DisconnectResponse](c, "disconnect", args{})
	text, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if err := program.Wait(); err != nil {
		t.Errorf("the program's sums are wrong: %v", err)
	}
}

func TestALaunchedProgramDiesWithItsEditor(t *testing.T) {
	c := editorAt(t, tabletest.Fixture{Source: "percpu.c", Opt: "-O2", Flags: []string{"-pthread"}}, args{"args": []string{"2", "2000000000", "0"}})
	pid := c.PID
	configured(c)
	c.Close()
	select {
	case err := <-c.Ended:
		c.Ended <- err
		if err != nil {
			t.Errorf("the adapter: %v", err)
		}
	case <-time.After(tabletest.Patience(time.Minute)):
		t.Fatal("the adapter runs on")
	}
	if err := syscall.Kill(pid, 0); err == nil {
		t.Errorf("process %d is left behind", pid)
	}
}

func TestWhatAnEditorGetsWrongIsRefused(t *testing.T) {
	c := daptest.Start(t, rseqstepHere(t), "dap")
	if text := c.Refused("launch", args{"program": "/bin/true"}); !strings.Contains(text, "initialize") {
		t.Error(text)
	}
	c.Initialize()
	for _, bad := range []struct {
		command string
		args    any
		want    string
	}{
		{"launch", args{"program": "/no/such/program"}, "/no/such/program: no such file"},
		{"launch", args{"program": "/etc/passwd"}, "not an ELF file"},
		{"launch", args{}, "program"},
		{"launch", args{"program": 5}, "string"},
		{"launch", nil, "no arguments"},
		{"launch", args{"program": "/bin/true", "mode": "debug"}, "exec"},
		{"launch", args{"program": "/bin/true", "cwd": "/no/such"}, "working directory"},
		{"attach", args{"processId": 999999999}, "no process"},
		{"attach", args{"processId": "me"}, "not a process id"},
		{"attach", args{}, "processId"},
		{"continue", args{"threadId": 1}, "no program"},
		{"stackTrace", args{"threadId": 1}, "no program"},
		{"stackTrace", args{"threadId": "one"}, ""},
		{"goto", args{}, ""},
		{"makeCoffee", args{}, "not known"},
		{"evaluate", args{"expression": "1"}, "no program"},
	} {
		if text := c.Refused(bad.command, bad.args); !strings.Contains(text, bad.want) {
			t.Errorf("%s %v: %q, want %q", bad.command, bad.args, text, bad.want)
		}
	}
	c.Raw("Content-Length: 5\r\n\r\n{bad}")
	if r, ok := c.Response(0).(*dap.ErrorResponse); !ok || !strings.Contains(r.Message, "not a request") {
		t.Errorf("%+v", r)
	}
	c.Raw("Content-Length: 2\r\nX: y\r\n\r\n[]")
	c.Response(0)
	if b := breakAt(t, c, "seed.c", args{"line": 1}); b[0].Verified || b[0].Message == "" {
		t.Errorf("a breakpoint without a program: %+v", b)
	}
	c.Raw("Content-Length: 99999999999\r\n\r\n")
	if r, ok := c.Response(0).(*dap.ErrorResponse); !ok || !strings.Contains(r.Message, "Content-Length of 99999999999") {
		t.Errorf("%+v", r)
	}
	if err := <-c.Ended; err == nil {
		t.Error("the adapter went on with a stream that it cannot follow")
	}
	c.Ended <- nil
}
