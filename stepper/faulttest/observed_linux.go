package faulttest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/stepper"
	"rseqstep/stepper/live"
	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/tracee"
	"rseqstep/table/tabletest"
)

// Observed runs a program under an observer (stepper.Observe) and detaches from it if it lives. The
// status is that of a program that has ended, nil for one that runs on.
type Observed func(ctx context.Context, e *stepper.Engine) (*tracee.ExitStatus, error)

// Survives makes requests of an observer fail, about trials of them, each in a run of its own. The
// program must be left as it was and end as it would have, with status 0; or the debugger has
// killed it and says so.
func Survives(t *testing.T, path string, args []string, use Observed, trials int) {
	t.Helper()
	all := survive(t, path, args, use, &Fault{Call: 1 << 30})
	step := max(1, all/trials)
	for call := 0; call < all; call += step {
		for _, pick := range []int{call / step % 3, Kill} {
			if pick != Kill || call/step%4 == 0 {
				survive(t, path, args, use, &Fault{Call: call, Pick: pick, Fold: pick != Kill})
			}
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d requests", all)
}

// survive is one run with a fault. It returns how many requests were made.
func survive(t *testing.T, path string, args []string, use Observed, fault *Fault) int {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	process, err := ptrace.Launch(ptrace.LaunchOptions{Path: path, Args: append([]string{path}, args...), Stdout: out})
	if err != nil {
		t.Fatal(err)
	}
	pid := process.PID()
	target := &Target{Target: process}
	engine, symbols, err := live.Open(target, live.Options{Policy: stepper.DefaultPolicy()})
	if err != nil {
		t.Fatal(err)
	}
	defer symbols.Close()
	target.Arm(fault)
	ctx, cancel := context.WithTimeout(t.Context(), tabletest.Patience(time.Minute))
	defer cancel()
	status, err := use(ctx, engine)
	if ctx.Err() != nil {
		t.Errorf("%v: the program hangs", fault)
	}
	calls := target.Calls()
	target.Arm(nil)
	if process.Alive() {
		err = errors.Join(err, engine.Detach()) // what failed was the last request of the detach
	}
	if err != nil && !fault.Hit {
		t.Errorf("without a fault: %v", err)
	}
	if status == nil {
		ws, failed := tabletest.Reap(pid)
		if failed != nil && !errors.Is(failed, syscall.ECHILD) {
			t.Fatal(failed)
		}
		status = &tracee.ExitStatus{Signaled: ws.Signaled(), Code: ws.ExitStatus(), Signal: int(ws.Signal())}
	}
	killed := status.Signaled && status.Signal == int(unix.SIGKILL) && (fault.PID != 0 || err != nil)
	if !killed && (status.Signaled || status.Code != 0) {
		t.Errorf("%v: the program ended with %+v: %v", fault, *status, err)
	}
	return calls
}
