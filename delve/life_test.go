package delve

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-delve/delve/service/api"

	"rseqstep/table/tabletest"
)

// restarts runs a program twice.
func restarts(t *testing.T, w way) {
	d := w.start(t, "exec", program(t, "cgorseq"), "--", "5")
	d.breakAt("main.count")
	for range 2 {
		d.proceed()
		before := d.ProcessPid()
		if _, err := d.Restart(false); err != nil {
			t.Fatal(err)
		}
		if d.ProcessPid() == before {
			t.Error("the same process after restart")
		}
	}
	if s := d.proceed(); s.CurrentThread.Function.Name() != "main.count" {
		t.Fatalf("stopped at %s", place(s))
	}
	endsWhole(d, 10)
}

// leavesNoServer runs a program to its end and restarts it, again and again: each
// run has a debug server of its own, which ends with the program.
func leavesNoServer(t *testing.T, w way) {
	exe := program(t, "gotime")
	d := w.start(t, "exec", exe)
	if n := servers(t, d.cmd.Process.Pid, exe); n != 1 {
		t.Fatalf("%d debug servers", n)
	}
	for range 3 {
		if s := d.proceed(); !s.Exited {
			t.Fatalf("not at the end, but at %s", place(s))
		}
		within(t, "no debug server is there after the program's end", func() bool { return servers(t, d.cmd.Process.Pid, exe) == 0 })
		if _, err := d.Restart(false); err != nil {
			t.Fatal(err)
		}
	}
	if status := d.finish(); status != 0 {
		t.Errorf("the program ended with status %d", status)
	}
}

// servers is how many processes a Delve has started to run a program. (It has
// another child, for its telemetry.)
func servers(t *testing.T, parent int, program string) (n int) {
	t.Helper()
	lists, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range lists {
		stat, err1 := os.ReadFile(list)
		args, err2 := os.ReadFile(filepath.Join(filepath.Dir(list), "cmdline"))
		if err1 != nil || err2 != nil {
			continue // it is gone
		}
		// PID (NAME) STATE PPID: proc_pid_stat(5).
		_, rest, _ := strings.Cut(string(stat), ") ")
		if f := strings.Fields(rest); len(f) > 1 && f[1] == strconv.Itoa(parent) && strings.Contains(string(args), program) {
			n++
		}
	}
	return n
}

// attachesAndDetaches takes over a program whose threads count, steps it, and lets it go.
func attachesAndDetaches(t *testing.T, w way) {
	bin := program(t, "cgorseq")
	run := exec.Command(bin, fmt.Sprint(tabletest.Rounds(t, 8_000_000, 20_000_000)), "4")
	var out bytes.Buffer
	run.Stdout, run.Stderr = &out, &out
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	d := w.start(t, "attach", strconv.Itoa(run.Process.Pid))
	b := d.breakAt("count.c:24")
	for range 5 {
		d.proceed()
		s, err := d.Next()
		if err != nil {
			t.Fatal(err)
		}
		if s.NextInProgress { // another thread met the breakpoint first
			if err := d.CancelNext(); err != nil {
				t.Fatal(err)
			}
		}
	}
	clearAll(d, b)
	if err := d.Detach(false); err != nil {
		t.Fatal(err)
	}
	d.wait()
	if err := run.Wait(); err != nil {
		t.Errorf("the program ended with %v", err)
	}
	if !strings.Contains(out.String(), "sum ") {
		t.Errorf("the program printed %q", out.String())
	}
}

// conditions sets a breakpoint that is met only once.
func conditions(t *testing.T, w way) {
	d := w.start(t, "exec", program(t, "cgorseq"))
	b := d.breakAt("count.c:26", func(b *api.Breakpoint) { b.Cond = "tries == 7" })
	never := d.breakAt(asmBreak(21), func(b *api.Breakpoint) { b.Cond = "1 == 2" })
	met := d.breakAt("main.go:44", func(b *api.Breakpoint) { b.Cond = "tries >= 8" })
	s := d.proceed()
	if place(s) != "main.go:44" {
		t.Fatalf("stopped at %s", place(s))
	}
	v, err := d.EvalVariable(api.EvalScope{GoroutineID: -1}, "tries", api.LoadConfig{})
	if err != nil || v.Value != "8" && v.Value != "9" { // 9: one of them was aborted
		t.Errorf("tries is %v, %v", v, err)
	}
	clearAll(d, b, never, met)
	endsWhole(d, 20)
}

// calls calls a function of the program's.
func calls(t *testing.T, w way) {
	d := w.start(t, "exec", program(t, "cgorseq"), "--", "3")
	d.breakAt("main.count")
	d.proceed()
	d.SetReturnValuesLoadConfig(&api.LoadConfig{})
	s, err := d.Call(-1, `main.argument(1, 77)`, false)
	if err != nil {
		t.Fatal(err)
	}
	if r := s.CurrentThread.ReturnValues; len(r) != 1 || r[0].Value != "3" {
		t.Errorf("the call returned %v", r)
	}
	endsWhole(d, 6)
}

// watches stops where a variable changes.
func watches(t *testing.T, w way) {
	d := w.start(t, "exec", program(t, "cgorseq"), "--", "3")
	b := d.breakAt("main.go:43")
	d.proceed()
	clearAll(d, b)
	watch, err := d.CreateWatchpoint(api.EvalScope{GoroutineID: -1}, "tries", api.WatchWrite)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1", "2"} {
		s := d.proceed()
		if len(s.WatchOutOfScope) > 0 || s.CurrentThread.Breakpoint == nil || s.CurrentThread.Breakpoint.ID != watch.ID {
			t.Fatalf("stopped at %s, not for the watchpoint", place(s))
		}
		v, err := d.EvalVariable(api.EvalScope{GoroutineID: -1}, "tries", api.LoadConfig{})
		if err != nil || v.Value != want {
			t.Errorf("tries is %v, %v; want %s", v, err, want)
		}
	}
	clearAll(d, watch)
	endsWhole(d, 6)
}

// panics stops where a program panics, before it ends.
func panics(t *testing.T, w way) {
	d := w.start(t, "exec", program(t, "gopanic"))
	s := d.proceed()
	if s.Exited || s.CurrentThread.Breakpoint == nil || s.CurrentThread.Breakpoint.Name != "unrecovered-panic" {
		t.Fatalf("stopped at %s", place(s))
	}
	if status := d.finish(); status != 2 {
		t.Errorf("status %d", status)
	}
}

// halts stops a running program.
func halts(t *testing.T, w way) {
	d := w.start(t, "exec", program(t, "cgorseq"), "--", "1000000000", "2")
	stopped := d.Continue()
	time.Sleep(300 * time.Millisecond)
	if _, err := d.Halt(); err != nil {
		t.Fatal(err)
	}
	select {
	case s := <-stopped:
		if s.Err != nil || s.Exited {
			t.Fatalf("stopped with %v", s.Err)
		}
	case <-time.After(patience):
		t.Fatal("does not stop")
	}
	if err := d.Detach(true); err != nil {
		t.Fatal(err)
	}
}

// testBinaries debugs a package's tests.
func testBinaries(t *testing.T, w way) {
	out := filepath.Join(t.TempDir(), "debug.test")
	d := w.start(t, "test", "--output="+out, filepath.Join(tabletest.Root(t), "table"), "--", "-test.run=TestLayout|TestSignature")
	d.breakAt("testing.tRunner")
	if s := d.proceed(); s.Exited || s.CurrentThread.Function.Name() != "testing.tRunner" {
		t.Fatalf("stopped at %s", place(s))
	}
	if err := d.Detach(true); err != nil {
		t.Fatal(err)
	}
	d.wait()
}

// surroundings gives the program files, a folder and variables of its own.
func surroundings(t *testing.T, w way) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	if err := os.WriteFile(in, []byte("from a file"), 0o644); err != nil {
		t.Fatal(err)
	}
	w.env = append(w.env, "LD_WORD=kept", "WORD=seen")
	d := w.start(t, "--wd="+dir, "-r", "stdin:"+in, "-r", "stdout:"+out, "exec", program(t, "goaround"), "--", "a b", "c")
	if status := d.finish(); status != 0 {
		t.Errorf("status %d", status)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	want := "args [a b c]\ndir " + dir + "\nWORD seen\nLD_WORD kept\nDELVE_DEBUGSERVER_PATH \nstdin from a file\n"
	if w.name == "stock" {
		want = strings.Replace(want, "PATH \n", "PATH "+w.env[0][len(PathVariable)+1:]+"\n", 1)
	}
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
