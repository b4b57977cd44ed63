package main

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/tracee"
)

// calls is how many system calls the contest of provided calls makes.
const calls = 5000

// getpid is the number of getpid(2), arch/x86/entry/syscalls/syscall_64.tbl.
const getpid = 39

// providing compares one provided cpu_opv call with a system call that the same
// tracer only traps and answers.
func providing(b *built) contest {
	n := strconv.Itoa(calls)
	ours := func(flags ...string) func() (float64, error) {
		return func() (float64, error) {
			return printed("ns", append(append([]string{b.rseqstep, "--batch", "--cpu-opv=v3"}, flags...), b.calls, "opv", n)...)
		}
	}
	return contest{
		title:  "one cpu_opv call, provided",
		unit:   "ns",
		target: "3 × a trapped getpid at most; a ratio below 1 is what ours costs",
		contenders: []contender{
			{"rseqstep --cpu-opv=v3", ours()},
			{"trapped getpid", func() (float64, error) { return trapped(b.calls, "getpid", n) }},
		},
	}
}

// trapped runs a program whose getpid calls seccomp traps; rseqstep's tracer answers
// them with the process id. It returns what the program prints as "ns".
func trapped(argv ...string) (float64, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	done := make(chan error, 1)
	go func() { // ends with the tracer's OS thread
		defer w.Close()
		done <- answerAll(w, argv)
	}()
	out, err := io.ReadAll(r)
	if err := <-done; err != nil {
		return 0, err
	}
	if err != nil {
		return 0, err
	}
	return field(string(out), "ns")
}

func answerAll(stdout *os.File, argv []string) error {
	p, err := ptrace.Launch(ptrace.LaunchOptions{Path: argv[0], Args: argv, Stdout: stdout, Trap: getpid})
	if err != nil {
		return err
	}
	defer p.Kill()
	for tid := p.PID(); ; {
		if err := p.Release(tid, 0, tracee.Freely); err != nil {
			return err
		}
		ev, err := p.Wait(nil)
		if err != nil {
			return err
		}
		switch ev.Kind {
		case tracee.EventSyscall:
			c, err := p.Caller(ev.TID)
			if err != nil {
				return err
			}
			if err := c.Answer(int64(p.PID())); err != nil {
				return err
			}
		case tracee.EventProcessExit:
			if ev.Status != (tracee.ExitStatus{}) {
				return fmt.Errorf("%v ended with %+v", argv, ev.Status)
			}
			return nil
		}
	}
}
