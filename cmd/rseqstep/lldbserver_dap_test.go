//go:build linux

package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-dap"

	"rseqstep/cmd/rseqstep/internal/dap/daptest"
	"rseqstep/table/tabletest"
)

// lldbAdapter is lldb's own debug adapter, under any of its names; lldb-vscode is
// that of before lldb 18.
func lldbAdapter(t *testing.T) string {
	t.Helper()
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		for _, name := range []string{"lldb-dap", "lldb-vscode", "lldb-dap-[0-9]*", "lldb-vscode-[0-9]*"} {
			if found, _ := filepath.Glob(filepath.Join(dir, name)); len(found) > 0 {
				return found[0]
			}
		}
	}
	return tabletest.NeedTool(t, "lldb-dap")
}

// An editor that has lldb's adapter steps over the seed loop: the adapter starts
// the server that the environment names.
func TestLLDBsAdapterStartsOursAsItsServer(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	adapter := lldbAdapter(t)
	t.Setenv("LLDB_DEBUGSERVER_PATH", named(t, "lldb-server"))
	seed := tabletest.Build(t, tabletest.Fixture{Source: "seed.c"})
	c := daptest.Start(t, adapter)
	c.Initialize()
	c.Send("launch", args{"program": seed}) // later versions answer it after configurationDone
	daptest.Event[*dap.InitializedEvent](c)
	breakAt(t, c, "seed.c", args{"line": 17})
	configured(c)
	thread := daptest.Event[*dap.StoppedEvent](c).Body.ThreadId
	daptest.Do[*dap.NextResponse](c, "next", args{"threadId": thread})
	daptest.Event[*dap.StoppedEvent](c)
	top := daptest.Do[*dap.StackTraceResponse](c, "stackTrace", args{"threadId": thread}).Body.StackFrames[0]
	if top.Name != "main" || top.Line != 18 {
		t.Errorf("after next: %s, line %d", top.Name, top.Line)
	}
	daptest.Do[*dap.ContinueResponse](c, "continue", args{"threadId": thread})
	if status := daptest.Event[*dap.ExitedEvent](c).Body.ExitCode; status != 0 {
		t.Errorf("the program ends with status %d", status)
	}
}
