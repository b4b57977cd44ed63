package exercise_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/exercise"
	"rseqstep/stepper"
	"rseqstep/stepper/faulttest"
	"rseqstep/stepper/live"
	"rseqstep/stepper/ptrace"
	"rseqstep/table/tabletest"
)

// Whichever request to the kernel fails during an exercise, the program is left as it was, and ends
// as it would have; or the exercise kills it and says so.
func TestAProgramSurvivesEachFailureOfItsExercise(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	lib := tabletest.Build(t, tabletest.Fixture{Source: "libsec.c", Shape: tabletest.Shared, Opt: "-O2"})
	for _, p := range []struct {
		f    tabletest.Fixture
		args []string
	}{
		{tabletest.Fixture{Source: "units.c", Opt: "-O2"}, []string{"100"}},
		{tabletest.Fixture{Source: "percpu.c", Opt: "-O2"}, []string{"3", "20", "5"}},
		{tabletest.Fixture{Source: "watch/unregistered.c", Opt: "-O2"}, nil},
		{tabletest.Fixture{Source: "dlmain.c"}, []string{lib}},
		{tabletest.Fixture{Source: "fork.c"}, nil},
	} {
		t.Run(p.f.String(), func(t *testing.T) {
			path := tabletest.Build(t, p.f)
			all := exerciseWith(t, path, p.args, &faulttest.Fault{Call: 1 << 30})
			step := max(1, all/trials())
			for call := 0; call < all; call += step {
				for _, pick := range []int{call / step % 3, faulttest.Kill} {
					if pick != faulttest.Kill || call/step%4 == 0 {
						exerciseWith(t, path, p.args, &faulttest.Fault{Call: call, Pick: pick, Fold: pick != faulttest.Kill})
					}
				}
				if t.Failed() {
					return
				}
			}
			t.Logf("%d requests", all)
		})
	}
}

// trials is about how many requests of a program fail.
func trials() int {
	if tabletest.Thorough() {
		return 120
	}
	return 12
}

// exerciseWith exercises a program with a fault, and returns how many requests were made.
func exerciseWith(t *testing.T, path string, args []string, fault *faulttest.Fault) int {
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
	target := &faulttest.Target{Target: process}
	engine, symbols, err := live.Open(target, live.Options{Policy: stepper.DefaultPolicy()})
	if err != nil {
		t.Fatal(err)
	}
	defer symbols.Close()
	target.Arm(fault)
	x := exercise.Start(engine, thrice, &exercise.Coverage{})
	ctx, cancel := context.WithTimeout(t.Context(), tabletest.Patience(time.Minute))
	defer cancel()
	err = x.Run(ctx)
	if ctx.Err() != nil {
		t.Errorf("%v: the program hangs", fault)
	}
	seen, failed := x.Finish(false)
	calls := target.Calls()
	target.Arm(nil)
	err = errors.Join(err, failed)
	if process.Alive() {
		err = errors.Join(err, engine.Detach()) // what failed was the last request of the detach
	}
	if err != nil && !fault.Hit {
		t.Errorf("without a fault: %v", err)
	}
	code, signal := seen.Status.Code, seen.Status.Signal
	if !seen.Ended {
		var ws unix.WaitStatus
		if _, failed := unix.Wait4(pid, &ws, 0, nil); failed != nil && !errors.Is(failed, syscall.ECHILD) {
			t.Fatal(failed)
		}
		code, signal = ws.ExitStatus(), int(ws.Signal())
		if !ws.Signaled() {
			signal = 0
		}
	}
	killed := signal == int(unix.SIGKILL) && (fault.PID != 0 || err != nil)
	if !killed && (code != 0 || signal > 0) {
		t.Errorf("%v: the program ended with %d, signal %d: %v", fault, code, signal, err)
	}
	return calls
}
