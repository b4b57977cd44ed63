package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// crowds lists the numbers of threads in the contests about threads.
var crowds = []int{1, 8, 64, 500}

// crowded compares the cost of threads per step: all but the stepped one wait in the
// kernel. By default gdb resumes every thread for each step; with `scheduler-locking
// step` it keeps the others stopped, as rseqstep does.
func crowded(b *built, threads int) contest {
	program := []string{b.crowd, strconv.Itoa(threads)}
	gdb := func(steps int, more ...string) func() (float64, error) {
		return rateOf(steps, append([]string{"gdb", "-nx", "--batch", "-ex", "break loop", "-ex", "run"}, more...),
			[]string{"-ex", "stepi " + strconv.Itoa(steps)}, append([]string{"--args"}, program...))
	}
	return contest{
		title:      "stepi in a program of " + plural(threads, "thread"),
		unit:       "steps a second",
		moreIsGood: true,
		contenders: []contender{
			{"rseqstep", rateOf(steps, []string{b.rseqstep, "--batch", "-e", "break loop", "-e", "run"},
				[]string{"-e", "stepi " + strconv.Itoa(steps)}, program)},
			{"gdb", gdb(max(200, 10000/threads))},
			{"gdb, scheduler-locking step", gdb(5000, "-ex", "set scheduler-locking step")},
			{"raw C, one CPU, GETREGS, 1 thread", raw(b.rawstep, "-p", "-g", strconv.Itoa(steps), b.loop)},
		},
	}
}

// attaching compares how long it takes to attach to a running process and to detach.
func attaching(b *built, title string, program ...string) contest {
	visit := func(argv ...string) func() (float64, error) {
		return func() (ms float64, err error) {
			pid, done, err := serve(program...)
			if err != nil {
				return 0, err
			}
			defer done()
			o, err := launch(append(argv, strconv.Itoa(pid))...)
			if err != nil {
				return 0, err
			}
			if err := alive(pid); err != nil {
				return 0, err
			}
			return float64(o.wall.Microseconds()) / 1000, nil
		}
	}
	return contest{
		title:  title,
		unit:   "ms",
		target: "no more than gdb",
		contenders: []contender{
			{"rseqstep", visit(b.rseqstep, "attach", "--batch", "-e", "detach")},
			{"gdb", visit("gdb", "-nx", "--batch", "-ex", "detach", "-p")},
			{"lldb", visit("lldb", "--no-lldbinit", "--batch", "-o", "detach", "-p")},
		},
	}
}

// serve starts a program that runs until it is killed, and waits for its first line, or
// for some time if it prints none.
func serve(argv ...string) (pid int, done func(), err error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, nil, err
	}
	if err := cmd.Start(); err != nil {
		return 0, nil, err
	}
	ready := make(chan struct{})
	go func() {
		defer close(ready)
		_, _ = bufio.NewReader(out).ReadString('\n')
	}()
	select {
	case <-ready:
	case <-time.After(2 * time.Second):
	}
	return cmd.Process.Pid, func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }, nil
}

// alive reports whether a process runs without a tracer, as it should after a detach.
func alive(pid int) error {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return fmt.Errorf("process %d: not there any more: %w", pid, err)
	}
	if n, err := field(string(status), "TracerPid:"); err != nil || n != 0 {
		return fmt.Errorf("process %d: still traced by %.0f (%v)", pid, n, err)
	}
	return nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
