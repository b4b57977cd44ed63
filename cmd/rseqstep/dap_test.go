package main

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/dap/daptest"
	"rseqstep/table/tabletest"
)

type args = daptest.Args

// rseqstepHere is this test's own binary under a name that makes TestMain run
// the command line.
func rseqstepHere(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "rseqstep")
	if err := os.Symlink(self, bin); err != nil {
		t.Fatal(err)
	}
	return bin
}

// editorAt starts `rseqstep dap` and launches a fixture, which is held until
// configured is called.
func editorAt(t *testing.T, f tabletest.Fixture, with args) *daptest.Client {
	t.Helper()
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	program := tabletest.Build(t, f)
	c := daptest.Start(t, rseqstepHere(t), "dap")
	c.Initialize()
	config := args{"program": program}
	for k, v := range with {
		config[k] = v
	}
	daptest.Do[*dap.LaunchResponse](c, "launch", config)
	daptest.Event[*dap.InitializedEvent](c)
	return c
}

func configured(c *daptest.Client) {
	daptest.Do[*dap.ConfigurationDoneResponse](c, "configurationDone", args{})
}

// breakAt sets the breakpoints of a fixture's source file.
func breakAt(t *testing.T, c *daptest.Client, source string, points ...args) []dap.Breakpoint {
	t.Helper()
	return daptest.Do[*dap.SetBreakpointsResponse](c, "setBreakpoints", args{
		"source": args{"path": tabletest.Root(t) + "/testdata/" + source}, "breakpoints": points}).Body.Breakpoints
}

// finish continues to the end of the program and returns its status.
func finish(c *daptest.Client, thread int) int {
	daptest.Do[*dap.ContinueResponse](c, "continue", args{"threadId": thread})
	return ended(c)
}

func ended(c *daptest.Client) int {
	e := daptest.Event[*dap.ExitedEvent](c)
	daptest.Event[*dap.TerminatedEvent](c)
	daptest.Do[*dap.DisconnectResponse](c, "disconnect", args{"terminateDebuggee": true})
	return e.Body.ExitCode
}

func TestAnEditorStepsOverTheSeedLoop(t *testing.T) {
	for _, step := range []string{"next", "stepIn"} {
		t.Run(step, func(t *testing.T) {
			c := editorAt(t, tabletest.Fixture{Source: "seed.c", Opt: "-O2"}, nil)
			line := tabletest.Line(t, "seed.c", "do {")
			if b := breakAt(t, c, "seed.c", args{"line": line}); !b[0].Verified || b[0].Line != line {
				t.Fatalf("%+v", b)
			}
			configured(c)
			stop := c.Stop("breakpoint")
			breakAt(t, c, "seed.c") // at -O2 the line has a second place
			at := line
			for n := 0; at == line; n++ {
				if n == 20 {
					t.Fatal("20 steps did not leave the line")
				}
				daptest.Do[dap.ResponseMessage](c, step, args{"threadId": stop.Body.ThreadId})
				c.Stop("step")
				at = c.Frame(stop.Body.ThreadId).Line
			}
			if status := finish(c, stop.Body.ThreadId); status != 0 {
				t.Errorf("the program ended with %d", status)
			}
			if got := c.Output["stdout"]; got != "attempts 1\n" {
				t.Errorf("the program wrote %q", got)
			}
		})
	}
}

func TestAnEditorStepsInstructionsOverTheSeedLoop(t *testing.T) {
	c := editorAt(t, tabletest.Fixture{Source: "seed.c", Opt: "-O0"}, nil)
	breakAt(t, c, "seed.c", args{"line": tabletest.Line(t, "seed.c", "do {")})
	configured(c)
	tid := c.Stop("breakpoint").Body.ThreadId
	passed := false
	for n := 0; n < 200 && !passed; n++ {
		daptest.Do[*dap.StepInResponse](c, "stepIn", args{"threadId": tid, "granularity": "instruction"})
		c.Stop("step")
		passed = strings.Contains(c.Output["console"], "committed")
	}
	if !passed {
		t.Errorf("200 instructions met no section; console: %q", c.Output["console"])
	}
	pc := c.Frame(tid).InstructionPointerReference
	daptest.Do[*dap.SetBreakpointsResponse](c, "setBreakpoints", args{"source": args{"path": tabletest.Root(t) + "/testdata/seed.c"}})
	code := daptest.Do[*dap.DisassembleResponse](c, "disassemble", args{"memoryReference": pc, "instructionOffset": -30, "instructionCount": 60, "resolveSymbols": true}).Body.Instructions
	if len(code) != 60 || code[30].Address != pc {
		t.Errorf("%d instructions, the 31st at %s, not %s", len(code), code[30].Address, pc)
	}
	marked := 0
	for _, i := range code {
		if strings.Contains(i.Instruction, "# rseq: in ") {
			marked++
		}
	}
	if marked == 0 {
		t.Errorf("no instruction is marked as a section's: %+v", code)
	}
	if status := finish(c, tid); status != 0 || c.Output["stdout"] != "attempts 1\n" {
		t.Errorf("status %d, %q", status, c.Output["stdout"])
	}
}

func TestAnEditorSeesThreadsStacksAndVariables(t *testing.T) {
	c := editorAt(t, tabletest.Fixture{Source: "vars.c", Opt: "-O0"}, nil)
	daptest.Do[*dap.SetFunctionBreakpointsResponse](c, "setFunctionBreakpoints", args{"breakpoints": []args{{"name": "marker"}}})
	configured(c)
	tid := c.Stop("function breakpoint").Body.ThreadId
	if list := daptest.Do[*dap.ThreadsResponse](c, "threads", nil).Body.Threads; len(list) != 1 || list[0].Id != tid {
		t.Fatalf("%+v", list)
	}
	frames := daptest.Do[*dap.StackTraceResponse](c, "stackTrace", args{"threadId": tid}).Body.StackFrames
	var names []string
	for _, f := range frames {
		names = append(names, f.Name)
	}
	if got := strings.Join(names[:3], " "); got != "marker locals main" {
		t.Fatalf("frames %s", got)
	}
	vars := c.Scope(frames[1].Id, "Locals")
	if v := c.Variable(vars, "argument"); v.Type != "int" || v.VariablesReference != 0 {
		t.Errorf("%+v", v)
	}
	if v := c.Variable(vars, "c"); v.Value != "65 'A'" {
		t.Errorf("%+v", v)
	}
	point := c.Variable(vars, "by_value")
	x := c.Variable(c.Variables(point.VariablesReference), "x")
	if got := daptest.Do[*dap.EvaluateResponse](c, "evaluate", args{"expression": x.EvaluateName, "frameId": frames[1].Id, "context": "watch"}).Body.Result; got != x.Value {
		t.Errorf("%s is %s, and by its name %s", x.Name, x.Value, got)
	}
	set := daptest.Do[*dap.SetVariableResponse](c, "setVariable", args{"variablesReference": point.VariablesReference, "name": "x", "value": "argument + 1"})
	want := daptest.Do[*dap.EvaluateResponse](c, "evaluate", args{"expression": "argument + 1", "frameId": frames[1].Id}).Body.Result
	if set.Body.Value != want {
		t.Errorf("set to %s, want %s", set.Body.Value, want)
	}
	points := daptest.Do[*dap.EvaluateResponse](c, "evaluate", args{"expression": "global_points", "frameId": frames[1].Id}).Body
	if points.IndexedVariables != 3 {
		t.Fatalf("%+v", points)
	}
	second := daptest.Do[*dap.VariablesResponse](c, "variables", args{"variablesReference": points.VariablesReference, "filter": "indexed", "start": 1, "count": 1}).Body.Variables
	if len(second) != 1 || second[0].Name != "[1]" || second[0].Value != "{x = 3, y = 4}" {
		t.Errorf("%+v", second)
	}
	memory := daptest.Do[*dap.ReadMemoryResponse](c, "readMemory", args{"memoryReference": points.MemoryReference, "offset": 8, "count": 4}).Body
	if b, err := base64.StdEncoding.DecodeString(memory.Data); err != nil || string(b) != "\x03\x00\x00\x00" {
		t.Errorf("%x %v", b, err)
	}
	regs := c.Scope(frames[0].Id, "Registers")
	if v := c.Variable(regs, "rip"); !strings.HasPrefix(v.Value, frames[0].InstructionPointerReference) {
		t.Errorf("rip is %s, the frame at %s", v.Value, frames[0].InstructionPointerReference)
	}
	daptest.Do[*dap.StepOutResponse](c, "stepOut", args{"threadId": tid})
	c.Stop("step")
	if f := c.Frame(tid); f.Name != "locals" {
		t.Errorf("stepped out to %s", f.Name)
	}
	if text := c.Refused("variables", args{"variablesReference": point.VariablesReference}); !strings.Contains(text, "earlier stop") {
		t.Errorf("a stale reference: %s", text)
	}
	daptest.Do[*dap.DisconnectResponse](c, "disconnect", args{})
}
