package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/dap/daptest"
	"rseqstep/table/tabletest"
)

// TestAnEditorOpensACoreFile: everything is there to look at, and nothing moves.
func TestAnEditorOpensACoreFile(t *testing.T) {
	tabletest.NeedPtrace(t)
	program, core := tabletest.Build(t, tabletest.Fixture{Source: "crash.c", Opt: "-O0"}), filepath.Join(t.TempDir(), "core")
	if said, err := exec.Command(tabletest.NeedTool(t, "gdb"), "-nx", "-batch", "-ex", "run", "-ex", "generate-core-file "+core, program).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	c := daptest.Start(t, rseqstepHere(t), "dap")
	c.Initialize()
	for _, bad := range []args{{"program": program, "coreFilePath": core}, {"mode": "core", "program": program}, {"mode": "core", "coreFilePath": program}} {
		c.Refused("launch", bad)
	}
	daptest.Do[*dap.LaunchResponse](c, "launch", args{"mode": "core", "program": program, "coreFilePath": core})
	daptest.Event[*dap.InitializedEvent](c)
	breakAt(t, c, "crash.c", args{"line": 1})
	configured(c)
	at := c.Stop("exception").Body
	if info := daptest.Do[*dap.ExceptionInfoResponse](c, "exceptionInfo", args{"threadId": at.ThreadId}).Body; at.Description != "SIGSEGV" || info.ExceptionId != "SIGSEGV" {
		t.Errorf("%+v, %+v", at, info)
	}
	frame := c.Frame(at.ThreadId)
	if frame.Line == 0 || !strings.HasSuffix(frame.Source.Path, "crash.c") {
		t.Errorf("%+v", frame)
	}
	if v := c.Variable(c.Scope(frame.Id, "Registers"), "rip"); !strings.HasPrefix(v.Value, frame.InstructionPointerReference) {
		t.Errorf("rip is %s, the frame at %s", v.Value, frame.InstructionPointerReference)
	}
	daptest.Do[*dap.DisassembleResponse](c, "disassemble", args{"memoryReference": frame.InstructionPointerReference, "instructionCount": 3})
	if got := daptest.Do[*dap.EvaluateResponse](c, "evaluate", args{"expression": "info program", "context": "repl", "frameId": frame.Id}).Body.Result; got == "" {
		t.Error("info program says nothing")
	}
	for _, move := range []string{"continue", "next", "stepIn", "stepOut"} {
		if text := c.Refused(move, args{"threadId": at.ThreadId}); !strings.Contains(text, "core file") {
			t.Errorf("%s: %s", move, text)
		}
	}
	daptest.Do[*dap.DisconnectResponse](c, "disconnect", args{})
}
