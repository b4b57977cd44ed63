package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rseqstep/cmd/rseqstep/internal/dap"
	"rseqstep/table/tabletest"
)

// bridge serves VS Code to a browser, and connects its extension with adapters.
type bridge struct {
	*http.ServeMux
	t        *testing.T
	adapter  string
	mu       sync.Mutex
	adapters []*exec.Cmd
	in       []io.WriteCloser
	out      []io.ReadCloser
	report   chan []byte
}

func newBridge(t *testing.T, plan any) *bridge {
	b := &bridge{ServeMux: http.NewServeMux(), t: t, adapter: rseqstepHere(t), report: make(chan []byte, 1)}
	files := filepath.Join(tabletest.Root(t), "cmd/rseqstep/testdata/editors/vscode")
	b.Handle("GET /code/", http.StripPrefix("/code/", http.FileServer(http.Dir(tabletest.NeedVSCode(t)))))
	b.Handle("GET /extension/", http.StripPrefix("/extension/", http.FileServer(http.Dir(files))))
	b.Handle("GET /testdata/", http.FileServer(http.Dir(tabletest.Root(t))))
	b.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, filepath.Join(files, "index.html")) })
	b.HandleFunc("GET /plan", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(plan) })
	b.HandleFunc("POST /report", func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		b.report <- text
	})
	b.HandleFunc("POST /adapter", b.start)
	b.HandleFunc("POST /adapter/{n}", b.write)
	b.HandleFunc("GET /adapter/{n}", b.read)
	b.HandleFunc("DELETE /adapter/{n}", b.end)
	return b
}

// start starts an adapter and answers with its number.
func (b *bridge) start(w http.ResponseWriter, _ *http.Request) {
	cmd := exec.Command(b.adapter, "dap")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.t.Error(err)
		return
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.t.Error(err)
		return
	}
	if err := cmd.Start(); err != nil {
		b.t.Error(err)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.adapters, b.in, b.out = append(b.adapters, cmd), append(b.in, in), append(b.out, out)
	fmt.Fprint(w, len(b.adapters)-1)
}

func (b *bridge) number(r *http.Request) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := -1
	if _, err := fmt.Sscan(r.PathValue("n"), &n); err != nil || n < 0 || n >= len(b.adapters) {
		b.t.Errorf("no adapter %q", r.PathValue("n"))
		return 0
	}
	return n
}

func (b *bridge) write(_ http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		b.t.Error(err)
	}
	_ = dap.WriteMessage(b.in[b.number(r)], text) // the adapter may have ended meanwhile
}

// read sends what an adapter says, one message a line.
func (b *bridge) read(w http.ResponseWriter, r *http.Request) {
	from := bufio.NewReader(b.out[b.number(r)])
	w.WriteHeader(http.StatusOK)
	for {
		w.(http.Flusher).Flush()
		text, err := dap.ReadMessage(from)
		if err != nil {
			return
		}
		fmt.Fprintf(w, "%s\n", text)
	}
}

func (b *bridge) end(_ http.ResponseWriter, r *http.Request) {
	n := b.number(r)
	b.in[n].Close()
	if err := b.adapters[n].Wait(); err != nil {
		b.t.Errorf("adapter %d: %v", n, err)
	}
}

// TestVSCodeDrivesTheAdapter: VS Code's own debugger, in a browser, by its own commands.
func TestVSCodeDrivesTheAdapter(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	tabletest.NeedVSCode(t)
	line, plan := map[string]int{}, map[string]any{"testdata": filepath.Join(tabletest.Root(t), "testdata")}
	for _, f := range []tabletest.Fixture{{Source: "percpu.c", Opt: "-O2", Flags: []string{"-pthread"}}, {Source: "seed.c", Opt: "-O0"}, {Source: "loop.c", Opt: "-O0"},
		{Source: "exit7.c", Opt: "-O0"}, {Source: "skips.cc"}} {
		name, _, _ := strings.Cut(f.Source, ".")
		plan[name] = tabletest.Build(t, f)
	}
	for name, at := range map[string][2]string{"update": {"percpu.c", "ret = rseq_addv"}, "pop": {"percpu.c", "ret = rseq_list_pop"}, "seed": {"seed.c", "do {"}, "loop": {"loop.c", "sum += i"},
		"skips": {"skips.cc", "int r = work(noise(2)"}, "addv": {"include/rseqfix.h", "goto(\n\t\tFIX_DESCRIBE(\"addv\""}} {
		line[name] = tabletest.Line(t, at[0], at[1])
	}
	attached := exec.Command(plan["loop"].(string), "1000000000000")
	if err := attached.Start(); err != nil {
		t.Fatal(err)
	}
	plan["line"], plan["process"], plan["patience"] = line, attached.Process.Pid, tabletest.Patience(2*time.Minute).Milliseconds()

	b := newBridge(t, plan)
	server := httptest.NewServer(b)
	defer server.Close()
	tab := browse(t, server.URL)
	var report struct {
		Version        string
		Passed, Failed []string
	}
	select {
	case text := <-b.report:
		if err := json.Unmarshal(text, &report); err != nil {
			t.Fatal(err)
		}
	case <-time.After(tabletest.Patience(8 * time.Minute)):
		tab.mu.Lock()
		defer tab.mu.Unlock()
		t.Fatalf("no report; the browser says: %s", strings.Join(tab.problems, "\n"))
	}
	t.Logf("VS Code %s: %v", report.Version, report.Passed)
	if len(report.Failed) > 0 || len(report.Passed) == 0 {
		t.Errorf("failed: %s", strings.Join(report.Failed, "\n"))
	}
	if err := attached.Process.Kill(); err != nil {
		t.Errorf("the process that was attached to: %v", err)
	}
	if attached.Wait(); attached.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Errorf("the process that was attached to ended by itself: %v", attached.ProcessState)
	}
}
