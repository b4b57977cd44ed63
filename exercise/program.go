package exercise

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"time"

	"rseqstep/stepper"
	"rseqstep/stepper/live"
	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/signals"
)

// Program is a program to run again and again, or a running process.
type Program struct {
	PID     int // a running process: it is detached from at the end of Limit; 0: the program is started
	Path    string
	Args    []string      // argv
	Limit   time.Duration // a run that takes longer hangs, unless it is of a running process; 0: no limit
	Check   string        // a shell command that must succeed after a run; its input is the program's output
	Output  io.Writer     // receives the program's standard output if there is a Check
	Quietly bool          // the program's output goes nowhere
}

// Result is one run with its verdict.
type Result struct {
	Run
	Hung        bool
	Detached    bool   // the process runs on
	Interrupted bool   // ctx has ended
	Check       error  // why the check failed
	Said        string // what a check that failed has written
}

// Failed reports whether the program or its check failed.
func (r *Result) Failed() bool { return r.Failure() != "" }

// Failure is the verdict in words, "" for a run that did not fail.
func (r *Result) Failure() string {
	switch {
	case r.Interrupted, r.Detached && r.Unprotected == nil && r.Check == nil:
		return ""
	case r.Hung:
		return "did not end in time, and was killed"
	case r.Status.Signaled:
		return "was killed by " + signals.Name(r.Status.Signal)
	case r.Status.Code != 0:
		return fmt.Sprintf("ended with status %d", r.Status.Code)
	case r.Unprotected != nil:
		return "was in a section without having armed it: the abort handler leads behind the arming store"
	case r.Check != nil:
		return fmt.Sprintf("did not pass its check: %v", r.Check)
	}
	return ""
}

// Run runs the program once under an exercise. An error says that it could not be run.
func (p *Program) Run(ctx context.Context, o Options, coverage *Coverage) (*Result, error) {
	limited := ctx
	if p.Limit > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, p.Limit)
		defer cancel()
	}
	launch := ptrace.LaunchOptions{Path: p.Path, Args: p.Args, ASLR: true}
	output, closing, err := p.files(&launch)
	if err != nil {
		return nil, err
	}
	defer closing()
	open := func() (*ptrace.Process, error) { return ptrace.Launch(launch) }
	if p.PID != 0 {
		open = func() (*ptrace.Process, error) { return ptrace.Attach(p.PID) }
	}
	target, err := open()
	if err != nil {
		return nil, err
	}
	policy := stepper.DefaultPolicy()
	policy.StuckLimit = math.MaxInt32 // a section that does not commit is the program's to deal with
	engine, symbols, err := live.Open(target, live.Options{Policy: policy, Attached: p.PID != 0})
	if err != nil {
		return nil, err
	}
	defer symbols.Close()
	x := Start(engine, o, coverage)
	failed := x.Run(limited)
	run, err := x.Finish(ctx.Err() == nil && p.PID == 0)
	if err = errors.Join(failed, err); err != nil {
		return nil, err
	}
	r := &Result{Run: *run, Interrupted: ctx.Err() != nil}
	r.Hung = !r.Ended && !r.Interrupted && p.PID == 0
	r.Detached = !r.Ended && p.PID != 0
	return r, p.check(r, output)
}

// files opens what the program writes to. With a check, its standard output is a file that output
// reads.
func (p *Program) files(launch *ptrace.LaunchOptions) (output *os.File, closing func(), err error) {
	var opened []*os.File
	closing = func() {
		for _, f := range opened {
			_ = f.Close()
		}
	}
	if p.Quietly {
		nowhere, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
		if err != nil {
			return nil, closing, err
		}
		opened = append(opened, nowhere)
		launch.Stdout, launch.Stderr = nowhere, nowhere
	}
	if p.Check != "" { // the output of a running process stays where it goes: the check has none
		if output, err = os.CreateTemp("", "rseqstep-output-*"); err != nil {
			return nil, closing, err
		}
		_ = os.Remove(output.Name()) // it lives as long as it is open
		opened = append(opened, output)
		launch.Stdout = output
	}
	return output, closing, nil
}

// check runs the check of a run that has not failed otherwise.
func (p *Program) check(r *Result, output *os.File) error {
	if output == nil {
		return nil
	}
	if !p.Quietly && p.Output != nil {
		if _, err := output.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if _, err := io.Copy(p.Output, output); err != nil {
			return err
		}
	}
	if r.Failed() || r.Interrupted {
		return nil
	}
	if _, err := output.Seek(0, io.SeekStart); err != nil {
		return err
	}
	var said bytes.Buffer
	cmd := exec.Command("/bin/sh", "-c", p.Check)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = output, &said, &said
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return fmt.Errorf("cannot run the check: %w", err)
	}
	r.Check, r.Said = err, said.String()
	return nil
}
