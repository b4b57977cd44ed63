package main

import (
	"bufio"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/dap/daptest"
	"rseqstep/table/tabletest"
)

// delveEditor starts `rseqstep dlv dap` and connects to it.
func delveEditor(t *testing.T) *daptest.Client {
	t.Helper()
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	cmd := exec.Command(tabletest.Command(t), "dlv", "dap", "--listen=127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	go lines.WriteTo(new(strings.Builder))
	_, address, _ := strings.Cut(strings.TrimSpace(line), "listening at: ")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	c := daptest.New(t, conn, conn)
	go func() { c.Ended <- cmd.Wait() }()
	t.Cleanup(func() {
		conn.Close()
		if !c.WaitEnded() {
			cmd.Process.Kill()
		}
	})
	c.Initialize()
	return c
}

// launched launches a program and stops it at a line.
func launched(t *testing.T, c *daptest.Client, program, source string, line int) (thread int) {
	t.Helper()
	daptest.Do[*dap.LaunchResponse](c, "launch", args{"mode": "exec", "program": program, "request": "launch"})
	daptest.Event[*dap.InitializedEvent](c)
	daptest.Do[*dap.SetBreakpointsResponse](c, "setBreakpoints", args{"source": args{"path": source}, "breakpoints": []args{{"line": line}}})
	daptest.Do[*dap.ConfigurationDoneResponse](c, "configurationDone", args{})
	return c.Stop("breakpoint").Body.ThreadId
}

// disconnect leaves, which ends the program.
func disconnect(c *daptest.Client) {
	daptest.Do[*dap.DisconnectResponse](c, "disconnect", args{"terminateDebuggee": true})
}

// goFixture builds a Go program of testdata and returns its source's path as well.
func goFixture(t *testing.T, pkg, source string) (program, path string) {
	t.Helper()
	return tabletest.BuildGo(t, pkg, true), filepath.Join(tabletest.Root(t), "testdata", pkg, source)
}

func TestDelvesAdapterDebugsGo(t *testing.T) {
	c := delveEditor(t)
	program, source := goFixture(t, "gotime", "main.go")
	thread := launched(t, c, program, source, 24) // if now.Before(last)
	if list := daptest.Do[*dap.ThreadsResponse](c, "threads", nil).Body.Threads; len(list) < 2 {
		t.Errorf("%d goroutines", len(list))
	}
	frame := c.Frame(thread)
	if frame.Name != "main.main" || frame.Line != 24 {
		t.Errorf("at %s, line %d", frame.Name, frame.Line)
	}
	if v := c.Variable(c.Scope(frame.Id, "Locals"), "n"); v.Value != "100" {
		t.Errorf("n is %q", v.Value)
	}
	daptest.Do[*dap.NextResponse](c, "next", args{"threadId": thread})
	c.Stop("step")
	if f := c.Frame(thread); f.Name != "main.main" || f.Line == 24 {
		t.Errorf("next went to %s, line %d", f.Name, f.Line)
	}
	// By instructions until the vDSO has been passed; that is told.
	for range 600 {
		daptest.Do[*dap.StepInResponse](c, "stepIn", args{"threadId": thread, "granularity": "instruction"})
		c.Stop("step")
		if strings.Contains(c.Output["console"], "vdso: ") {
			break
		}
	}
	if !strings.Contains(c.Output["console"], "vdso: __vdso_clock_gettime returned") {
		t.Errorf("the console says %q", c.Output["console"])
	}
	disconnect(c)
}

// With "outputMode" "remote" Delve reads the program's output from pipes, and ends the
// session at their end: nobody may keep them open after the program has ended.
func TestDelvesAdapterEndsASessionWhoseOutputItCarries(t *testing.T) {
	c := delveEditor(t)
	program, _ := goFixture(t, "gotime", "main.go")
	daptest.Do[*dap.LaunchResponse](c, "launch", args{"mode": "exec", "program": program, "request": "launch", "outputMode": "remote"})
	daptest.Event[*dap.InitializedEvent](c)
	daptest.Do[*dap.ConfigurationDoneResponse](c, "configurationDone", args{})
	daptest.Event[*dap.TerminatedEvent](c)
	if out := c.Output["stdout"]; out != "ok 100\n" {
		t.Errorf("the program wrote %q", out)
	}
	disconnect(c)
}

func TestDelvesAdapterStopsInsideSectionsOfCgoPrograms(t *testing.T) {
	c := delveEditor(t)
	program, source := goFixture(t, "cgorseq", "count.c")
	thread := launched(t, c, program, source, 38) // the call of asm_addv
	for range 40 {
		daptest.Do[*dap.StepInResponse](c, "stepIn", args{"threadId": thread, "granularity": "instruction"})
		c.Stop("step")
		if strings.Contains(c.Output["console"], "committed") {
			disconnect(c)
			return
		}
	}
	t.Errorf("no section was passed; the console says %q", c.Output["console"])
	disconnect(c)
}

func TestDelvesAdapterShowsTheCPartOfCgoPrograms(t *testing.T) {
	t.Setenv("CGO_CFLAGS", "-O0 -g") // every line of it has its variables
	c := delveEditor(t)
	program, source := goFixture(t, "cgorseq", "count.c")
	thread := launched(t, c, program, source, 25)
	if list := daptest.Do[*dap.ThreadsResponse](c, "threads", nil).Body.Threads; len(list) == 0 {
		t.Error("no goroutines")
	}
	frame := c.Frame(thread)
	if !strings.HasSuffix(frame.Name, "count_c") || frame.Line != 25 {
		t.Errorf("at %s, line %d", frame.Name, frame.Line)
	}
	if v := c.Variable(c.Scope(frame.Id, "Locals"), "tries"); v.Value == "" {
		t.Errorf("tries is %+v", v)
	}
	daptest.Do[*dap.NextResponse](c, "next", args{"threadId": thread})
	c.Stop("step")
	if f := c.Frame(thread); f.Line != 26 {
		t.Errorf("next went to %s, line %d", f.Name, f.Line)
	}
	daptest.Do[*dap.NextResponse](c, "next", args{"threadId": thread})
	c.Stop("step")
	frame = c.Frame(thread)
	if frame.Line != 27 {
		t.Errorf("the section was not passed: at %s, line %d", frame.Name, frame.Line)
	}
	ret := c.Variable(c.Scope(frame.Id, "Locals"), "ret").Value // not 0: it was preempted in the section
	daptest.Do[*dap.StepInResponse](c, "stepIn", args{"threadId": thread})
	c.Stop("step")
	if f := c.Frame(thread); (f.Line == 28) != (ret == "0") {
		t.Errorf("stepIn went to %s, line %d, with ret %s", f.Name, f.Line, ret)
	}
	disconnect(c)
}

func TestDelvesAdapterLeavesCToOurs(t *testing.T) {
	c := delveEditor(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "seed.c"})
	thread := launched(t, c, program, filepath.Join(tabletest.Root(t), "testdata", "seed.c"), 17)
	if f := c.Frame(thread); f.Name != "main" || f.Line != 17 {
		t.Errorf("at %s, line %d", f.Name, f.Line)
	}
	// An editor goes on to send the filters that Delve has offered it.
	list := daptest.Do[*dap.SetExceptionBreakpointsResponse](c, "setExceptionBreakpoints", args{"filters": []string{"unrecovered-panic", "throw", "runtime-fatal-throw"}}).Body.Breakpoints
	if len(list) != 3 || list[0].Verified || list[0].Message == "" || !list[1].Verified || list[2].Verified {
		t.Errorf("%+v", list)
	}
	daptest.Do[*dap.NextResponse](c, "next", args{"threadId": thread})
	c.Stop("step")
	disconnect(c)
}

func TestCommandLinesOfTheAdapterAreTakenApart(t *testing.T) {
	for line, want := range map[string]*adapter{
		"dap":                              {listen: "127.0.0.1:0"},
		"dap -l :1 --log":                  {listen: ":1", rest: []string{"--log"}},
		"--log-output dap dap --listen=:2": {listen: ":2", rest: []string{"--log-output", "dap"}},
		"dap --client-addr=:3 --log-dest=3 --check-go-version=false": {listen: "127.0.0.1:0", client: ":3", log: "3",
			rest: []string{"--log-dest=3", "--check-go-version=false"}},
		"dap --help": nil,
		"exec dap":   nil,
		"debug":      nil,
		"dap -l":     nil,
	} {
		got, ok := adapterArgs(strings.Fields(line))
		if ok != (want != nil) {
			t.Errorf("%q: %v", line, ok)
		} else if ok {
			if diff := cmp.Diff(*want, got, cmp.AllowUnexported(adapter{})); diff != "" {
				t.Errorf("%q: %s", line, diff)
			}
		}
	}
}
