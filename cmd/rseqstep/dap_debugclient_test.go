package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// TestMicrosoftsDebugClientDrivesTheAdapter: every request that the adapter advertises, by
// VS Code's client for tests of adapters, which was not written with ours in mind.
func TestMicrosoftsDebugClientDrivesTheAdapter(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	node := tabletest.NeedTool(t, "node")
	tabletest.NeedTool(t, "script") // a terminal
	modules := tabletest.NeedDebugClient(t)
	plan := map[string]any{"adapter": rseqstepHere(t), "patience": tabletest.Patience(30 * time.Second).Milliseconds(),
		"testdata": filepath.Join(tabletest.Root(t), "testdata"), "typescript": filepath.Join(t.TempDir(), "typescript")}
	for _, f := range []tabletest.Fixture{{Source: "percpu.c", Opt: "-O2", Flags: []string{"-pthread"}}, {Source: "seed.c", Opt: "-O0"}, {Source: "loop.c", Opt: "-O0"},
		{Source: "watch.c", Opt: "-O0"}, {Source: "vars.c", Opt: "-O0"}, {Source: "crash.c", Opt: "-O0"}, {Source: "exit7.c", Opt: "-O0"}, {Source: "echo.c"}, {Source: "throws.cc"}, {Source: "skips.cc"}} {
		name, _, _ := strings.Cut(f.Source, ".")
		plan[name] = tabletest.Build(t, f)
	}
	text, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, filepath.Join(tabletest.Root(t), "cmd/rseqstep/testdata/editors/debugclient/sessions.js"), string(text))
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	said, err := cmd.CombinedOutput()
	if err != nil || !strings.HasSuffix(string(said), "all sessions done\n") { // node also ends when nothing is left to wait for
		t.Fatalf("%v\n%s", err, said)
	}
	t.Logf("%s", said)
}
