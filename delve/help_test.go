package delve

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-delve/delve/service/api"
	"github.com/go-delve/delve/service/rpc2"

	"rseqstep/table/tabletest"
)

// patience is how long one dlv may take: a hang is a failure.
var patience = tabletest.Patience(3 * time.Minute)

// way is a Delve with our backend behind it, or for comparison without.
type way struct {
	name    string
	command []string // dlv and its first arguments
	env     []string
}

func (w way) String() string { return w.name }

// ways are the two ways to have Delve on our backend.
func ways(t *testing.T) []way {
	t.Helper()
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	bin := tabletest.Command(t)
	cache := "XDG_CACHE_HOME=" + t.TempDir()
	ask := exec.Command(bin, "dlv", "--print-backend")
	ask.Env = append(os.Environ(), cache)
	backend, err := ask.Output()
	if err != nil {
		t.Fatalf("%v: %v", ask, err)
	}
	return []way{
		{name: "inside", command: []string{bin, "dlv"}},
		{name: "stock", command: []string{tabletest.Dlv(t), "--backend=lldb"}, env: []string{PathVariable + "=" + strings.TrimSpace(string(backend))}},
	}
}

// program builds a Go fixture as dlv debug does.
func program(t *testing.T, pkg string) string {
	t.Helper()
	return tabletest.BuildGo(t, pkg, true)
}

// dlv is a headless Delve and a client of it.
type dlv struct {
	*rpc2.RPCClient
	t      *testing.T
	cmd    *exec.Cmd
	output *output
	ended  chan error
}

// output is what Delve, and the program in it, have printed so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// start runs Delve headless with the arguments, and connects.
func (w way) start(t *testing.T, args ...string) *dlv {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	all := append(append(w.command[1:len(w.command):len(w.command)], "--headless", "--listen=127.0.0.1:0"), args...)
	cmd := exec.CommandContext(ctx, w.command[0], all...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = append(os.Environ(), w.env...)
	d := &dlv{t: t, cmd: cmd, output: &output{}, ended: make(chan error, 1)}
	cmd.Stderr = d.output
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = write
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	lines := bufio.NewScanner(read)
	if !lines.Scan() {
		t.Fatalf("%v did not start: %v\n%s", cmd, cmd.Wait(), d.output)
	}
	_, address, ok := strings.Cut(lines.Text(), "listening at: ")
	if !ok {
		t.Fatalf("%v: %s", cmd, lines.Text())
	}
	drained := make(chan bool)
	go func() {
		for lines.Scan() {
			fmt.Fprintln(d.output, lines.Text())
		}
		close(drained)
	}()
	go func() {
		err := cmd.Wait()
		<-drained
		d.ended <- err
	}()
	d.RPCClient = rpc2.NewClient(address)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("output:\n%s", d.output)
		}
		cancel()
	})
	return d
}

// returns makes steps by instructions, and counts how often function has returned to caller.
func (d *dlv) returns(steps int, function, caller string) (returned int) {
	d.t.Helper()
	was := ""
	for n := range steps {
		s, err := d.StepInstruction(false)
		if err != nil {
			d.t.Fatalf("step %d: %v", n+1, err)
		}
		name := ""
		if f := s.CurrentThread.Function; f != nil {
			name = f.Name()
		}
		if was == function && name == caller {
			returned++
		}
		was = name
	}
	return returned
}

// breakAt sets a breakpoint by a location expression.
func (d *dlv) breakAt(where string, change ...func(*api.Breakpoint)) *api.Breakpoint {
	d.t.Helper()
	b := &api.Breakpoint{}
	for _, c := range change {
		c(b)
	}
	b, err := d.CreateBreakpointWithExpr(b, where, nil, false)
	if err != nil {
		d.t.Fatalf("break %s: %v", where, err)
	}
	return b
}

// proceed continues to the next stop, or the program's end.
func (d *dlv) proceed() *api.DebuggerState {
	d.t.Helper()
	state := <-d.Continue()
	if state.Err != nil && !state.Exited {
		d.t.Fatalf("continue: %v", state.Err)
	}
	return state
}

// finish continues to the program's end and ends Delve.
func (d *dlv) finish() (status int) {
	d.t.Helper()
	state := d.proceed()
	if !state.Exited {
		d.t.Fatalf("not at the end, but at %s", place(state))
	}
	if err := d.Detach(true); err != nil {
		d.t.Fatalf("detach: %v", err)
	}
	d.wait()
	return state.ExitStatus
}

// wait waits for Delve's end.
func (d *dlv) wait() {
	d.t.Helper()
	select {
	case <-d.ended:
	case <-time.After(patience):
		d.t.Fatal("dlv does not end")
	}
}

// place is where a state's thread stands: "count.c:25".
func place(s *api.DebuggerState) string {
	if s.CurrentThread == nil {
		return "nowhere"
	}
	return fmt.Sprintf("%s:%d", filepath.Base(s.CurrentThread.File), s.CurrentThread.Line)
}

// asmAt is the place of an instruction of asm_addv, by its line in asm.S. The code for arm64 has a file of its
// own, and one line more before the branch at line 19.
func asmAt(line int) string {
	if runtime.GOARCH != "arm64" {
		return fmt.Sprintf("asm.S:%d", line)
	}
	if line >= 19 && line < 27 {
		line++
	}
	return fmt.Sprintf("asm_arm64.h:%d", line)
}

// asmBreak is asmAt for a breakpoint: Go's runtime has an asm.s.
func asmBreak(line int) string {
	if at := asmAt(line); strings.HasPrefix(at, "asm_") {
		return at
	}
	return "../" + asmAt(line)
}

// retries allows for the kernel's own preemption, which aborts any section on a
// busy machine: the program then tries again.
type retries struct {
	aborted string // the place that only an abort leads to
	again   func() // from there to where the steps began
	taken   int
}

// take says whether the place is that of an abort, and has the program try again.
func (r *retries) take(t *testing.T, at string) bool {
	t.Helper()
	if at != r.aborted {
		return false
	}
	if r.taken++; r.taken > 3 {
		t.Fatalf("aborted %d times", r.taken)
	}
	r.again()
	return true
}

// lines steps, and fails at a place other than the next of those named.
func (d *dlv) lines(step func() (*api.DebuggerState, error), tries *retries, want ...string) {
	d.t.Helper()
	for i := 0; i < len(want); i++ {
		s, err := step()
		if err != nil {
			d.t.Fatalf("step %d, to %s: %v", i+1, want[i], err)
		}
		if got := place(s); tries.take(d.t, got) {
			i = -1
		} else if got != want[i] {
			d.t.Fatalf("step %d went to %s, want %s", i+1, got, want[i])
		}
	}
}
