package delve

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/table/tabletest"
)

// sharesCPU steps and continues in bursts, during which Delve is on its debug server's
// CPU, and ends each in another way: after all of them Delve and the server may be
// where they were before, and so may what Delve starts.
func sharesCPU(t *testing.T, w way) {
	tabletest.NeedCPUs(t, 2)
	var whole unix.CPUSet
	if err := unix.SchedGetaffinity(0, &whole); err != nil {
		t.Fatal(err)
	}
	d := w.start(t, "exec", program(t, "gotime"), "--", "1000000000")
	b := d.breakAt("main.read")
	d.proceed()
	wide := func() bool {
		return len(narrow(t, d.cmd.Process.Pid, whole)) == 0 && len(narrow(t, tracerOf(t, d.ProcessPid()), whole)) == 0
	}
	step := func() {
		if _, err := d.StepInstruction(false); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 20 { // as a fast user: no burst
		time.Sleep(30 * time.Millisecond)
		d.proceed()
		if n := narrow(t, d.cmd.Process.Pid, whole); len(n) > 0 {
			t.Fatalf("after %d continues threads %v are on few CPUs", i+1, n)
		}
	}
	ends := []struct {
		name string
		end  func() error
	}{
		{"silence", func() error { return nil }},
		{"continue", func() error {
			if _, err := d.ClearBreakpoint(b.ID); err != nil {
				return err
			}
			running := d.Continue()
			within(t, "Delve has its affinity while the program runs", func() bool { return len(narrow(t, d.cmd.Process.Pid, whole)) == 0 })
			if _, err := d.Halt(); err != nil {
				return err
			}
			err := (<-running).Err
			b = d.breakAt("main.read")
			d.proceed() // the thread that it was halted in may wait in the kernel
			return err
		}},
		{"restart", func() error {
			_, err := d.Restart(false)
			if n := narrow(t, d.ProcessPid(), whole); len(n) > 0 {
				t.Errorf("the new process has threads %v on few CPUs", n)
			}
			return err
		}},
	}
	for _, e := range ends {
		for name, move := range map[string]func(){"step": step, "continue": func() { d.proceed() }, "both": func() { step(); d.proceed() }} {
			within(t, "Delve shares a CPU", func() bool {
				for range 50 {
					move()
				}
				return len(narrow(t, d.cmd.Process.Pid, whole)) > 0
			})
			if err := e.end(); err != nil {
				t.Fatalf("%s after %s: %v", e.name, name, err)
			}
			within(t, "both have their affinities after "+e.name+" after "+name, wide)
		}
	}
	if err := d.Detach(true); err != nil {
		t.Fatal(err)
	}
	d.wait()
}

// tracerOf is the process that traces one.
func tracerOf(t *testing.T, pid int) (tracer int) {
	t.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "TracerPid:\t")
	tracer, _ = strconv.Atoi(strings.SplitN(rest, "\n", 2)[0])
	return tracer
}

// narrow are the threads of a process that may not be on all of the CPUs, or
// give way to others.
func narrow(t *testing.T, pid int, whole unix.CPUSet) (tids []int) {
	t.Helper()
	names, err := os.ReadDir("/proc/" + strconv.Itoa(pid) + "/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		tid, err := strconv.Atoi(n.Name())
		if err != nil {
			t.Fatal(err)
		}
		var set unix.CPUSet
		policy, err := unix.SchedGetAttr(tid, 0)
		if err != nil || unix.SchedGetaffinity(tid, &set) != nil {
			continue // it has ended
		}
		if set != whole || policy.Policy != unix.SCHED_NORMAL {
			tids = append(tids, tid)
		}
	}
	return tids
}

// within fails unless something comes to be before patience ends.
func within(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not so", what)
		}
	}
}
