package stepper_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"rseqstep/stepper"
	"rseqstep/stepper/faulttest"
	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/symbols"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// served is service.c while it runs: a program that was started before the debugger.
type served struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// serve starts it from another OS thread, so that no wait of the tracer reaps it.
func serve(t *testing.T, path string, args ...string) *served {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	s := &served{cmd: exec.Command(path, args...)}
	ready := make(chan error)
	go func() {
		var out io.ReadCloser
		var err error
		if s.in, err = s.cmd.StdinPipe(); err == nil {
			out, err = s.cmd.StdoutPipe()
		}
		if err == nil {
			err = s.cmd.Start()
		}
		if err == nil {
			s.out = bufio.NewReader(out)
			_, err = s.out.ReadString('\n')
		}
		ready <- err
	}()
	if err := <-ready; err != nil {
		t.Fatal(err)
	}
	return s
}

// end lets the service end and reports whether it had been killed. A service that was not
// killed must be untraced and have kept all its sums.
func (s *served) end(t *testing.T, after fmt.Stringer) (killed bool) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return true // the tracer, which is also the parent, has reaped it already
	}
	if !strings.Contains(string(status), "TracerPid:\t0\n") && !strings.Contains(string(status), "State:\tZ") {
		t.Errorf("%v: let go, and still traced", after)
	}
	hangs := time.AfterFunc(patience, func() { _ = s.cmd.Process.Kill() })
	defer hangs.Stop()
	_, _ = io.WriteString(s.in, "\n") // fails if the service has been killed
	said, _ := io.ReadAll(s.out)
	err = s.cmd.Wait()
	if s.cmd.ProcessState == nil {
		t.Fatalf("%v: %v", after, err)
	}
	if ws, ok := s.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() && ws.Signal() == syscall.SIGKILL {
		return true
	}
	if err != nil || !strings.HasSuffix(string(said), "check ok\n") {
		t.Errorf("%v: the service ended with %v and said %q", after, err, said)
	}
	return false
}

// visits are what a test does to an attached program before it detaches again.
func visits() map[string]func(*faulty) error {
	second := func(f *faulty) error { return f.SelectThread(f.process.Threads()[1]) }
	step := func(f *faulty, command func(context.Context) (stepper.Stop, error)) error {
		_, err := command(f.ctx)
		return err
	}
	return map[string]func(*faulty) error{
		"nothing": func(*faulty) error { return nil },
		"units": func(f *faulty) error {
			return errors.Join(second(f), step(f, func(ctx context.Context) (stepper.Stop, error) { return f.StepInstruction(ctx, 30) }))
		},
		"inside": func(f *faulty) error {
			return errors.Join(second(f), step(f, func(ctx context.Context) (stepper.Stop, error) { return f.StepInside(ctx, 17) }))
		},
		"breakpoint left": func(f *faulty) error {
			_, err := f.AddBreakpoint(stepper.BreakpointSpec{Location: "one_round"})
			if err != nil {
				return err
			}
			return errors.Join(second(f), step(f, f.Continue))
		},
		"breakpoint inside left": func(f *faulty) error {
			_, err := f.AddBreakpoint(stepper.BreakpointSpec{Addrs: at(f.bodies(addv)[:1], 2)})
			if err != nil {
				return err
			}
			return errors.Join(second(f), step(f, f.Continue))
		},
		"watchpoint left": func(f *faulty) error {
			_, err := f.AddBreakpoint(stepper.BreakpointSpec{Kind: stepper.WatchWrite, Watch: f.address("rounds"), WatchLength: 8})
			if err != nil {
				return err
			}
			return errors.Join(second(f), step(f, func(ctx context.Context) (stepper.Stop, error) { return f.StepInstruction(ctx, 5) }))
		},
	}
}

// visit attaches, does something and detaches, with one failing call on the way; that call may
// also belong to attaching or detaching. It returns the calls it made.
func visit(t *testing.T, path string, do func(*faulty) error, fault *faulttest.Fault) (calls int) {
	t.Helper()
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	s := serve(t, path, "2")
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	process, err := ptrace.Attach(s.cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	f := &faulty{program: &program{t: t, ctx: patiently(t), path: path, process: process}, faults: &faulttest.Target{Target: process}}
	var cache table.Cache
	f.faults.Arm(fault)
	f.Engine, err = stepper.New(f.faults, symbols.New(symbols.Options{Open: f.open, DebugDirs: []string{}}), func() ([]*table.Module, error) {
		return cache.ReadModules(process.PID(), process)
	}, stepper.DefaultPolicy())
	if err == nil {
		if process.Alive() {
			err = do(f)
		}
		if process.Alive() {
			err = errors.Join(err, f.Detach())
		}
	}
	calls = f.faults.Calls()
	f.faults.Arm(nil)
	if process.Alive() { // still held: detaching can be tried again
		if f.Engine == nil {
			err = errors.Join(err, process.Detach())
		} else if again := f.Detach(); again != nil {
			t.Errorf("%v: the second attempt to let the program go: %v", fault, again)
		}
	}
	killed := s.end(t, fault)
	switch {
	case fault.Hit && fault.Err == 0:
		if !killed {
			t.Errorf("%v: and it lives", fault)
		}
	case killed && (err == nil || !strings.Contains(err.Error(), "killed")):
		t.Errorf("%v: the program was killed, and the error is %v", fault, err)
	case !fault.Hit && err != nil:
		t.Errorf("without a fault: %v", err)
	case err != nil:
		f.wantTold(fault, err)
	}
	return calls
}

// Whatever request fails between attaching and detaching: the debugger leaves the program as it
// found it, or kills it if it cannot, and says so.
func TestAttachedProgramIsIntactOrKilledAfterAnyFault(t *testing.T) {
	path := tabletest.Build(t, tabletest.Fixture{Source: "service.c", Opt: "-O2", Shape: tabletest.NoPIE, Flags: []string{"-pthread"}})
	for name, do := range visits() {
		t.Run(name, func(t *testing.T) {
			calls := 0
			t.Run("none", func(t *testing.T) { calls = visit(t, path, do, &faulttest.Fault{Call: -1}) })
			sample(t, calls, trials(), func(t *testing.T, fault *faulttest.Fault) { visit(t, path, do, fault) })
		})
	}
}
