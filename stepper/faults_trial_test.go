package stepper_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/stepper"
	"rseqstep/stepper/faulttest"
	"rseqstep/table/tabletest"
)

// trial is a journey that a newly launched program makes for each fault, since the journey
// changes the program for good or its calls are not the same each time.
type trial struct {
	fixture tabletest.Fixture
	args    []string
	begin   func(*faulty)                       // to where the journey begins
	journey func(*faulty) (stepper.Stop, error) // with the fault
	end     func(*faulty)                       // to the program's right end; nil: it ends with 0
	replace bool                                // the journey may end in another program or process
	killed  bool                                // the journey ends the program
	slow    bool                                // it waits for a watchdog: a quarter of the faults
}

// trials bounds the number of faults of a trial, taken evenly from all of them: a few, or with
// RSEQSTEP_REQUIRE=all (CI) more, or with RSEQSTEP_FAULTS=all every one, which takes half an
// hour.
func trials() int {
	switch {
	case os.Getenv("RSEQSTEP_FAULTS") == "all":
		return math.MaxInt
	case tabletest.Thorough():
		return 120
	}
	return 16
}

// ways is more than the number of errors that any call can return; the last one means that the
// program is killed.
const ways = 16

// launch starts the program and takes it to the start of the journey.
func (tr *trial) launch(t *testing.T, path string) *faulty {
	t.Helper()
	f := launchUnder(t, path, tr.args...)
	if tr.begin != nil {
		tr.begin(f)
	}
	f.remember()
	return f
}

// run makes the journey with a fault, and reports whether the journey made that call. The
// program must be unchanged afterwards and end correctly, or have been killed if that was the
// fault.
func (tr *trial) run(t *testing.T, path string, fault *faulttest.Fault) (told bool) {
	t.Helper()
	f := tr.launch(t, path)
	f.faults.Arm(fault)
	stop, err := tr.journey(f)
	f.faults.Arm(nil)
	t.Logf("%v: %v", fault, err)
	switch {
	case fault.Hit && fault.Err == 0 && f.process.PID() != fault.PID:
		// The fault killed the parent, and the command continues in the child.
	case fault.Hit && fault.Err == 0:
		if !tr.killed {
			f.wantKilled(fault, stop, err)
		} else if err != nil || f.process.Alive() {
			t.Errorf("%v: %v", fault, err)
		}
		return false
	case !fault.Hit && err != nil:
		t.Errorf("without a fault: %v (%s)", err, f.describe(stop))
		return false
	case fault.Hit && err != nil:
		f.wantTold(fault, err)
	}
	if tr.killed && !f.process.Alive() {
		return err != nil
	}
	if stop.Reason == stepper.StopExited {
		if stop.Status.Code != 0 {
			t.Errorf("%v: %s", fault, f.describe(stop))
		}
		return err != nil
	}
	if !f.process.Alive() {
		t.Errorf("%v: the program is gone: %s, %v", fault, f.describe(stop), err)
		return err != nil
	}
	if tr.replace {
		f.forgetReplaced()
	}
	f.calm()
	f.wantUntouched(fault)
	if t.Failed() {
		return err != nil
	}
	if tr.end != nil {
		tr.end(f)
	} else {
		f.wantExit(0)
	}
	return err != nil
}

// calm ends a quiet phase in which the user's command has left the thread.
func (f *faulty) calm() {
	f.t.Helper()
	for n := 0; n < 40 && f.process.Alive() && (f.changed() != "" || f.Quiet() && !f.quiet); n++ {
		if stop := f.stepi(1); stop.Reason == stepper.StopExited {
			f.t.Fatalf("the program ended while it was made calm: %s", f.describe(stop))
		}
	}
}

// wantKilled fails the test unless the Engine reports the program's end and what killed it.
func (f *faulty) wantKilled(fault *faulttest.Fault, stop stepper.Stop, err error) {
	f.t.Helper()
	if err == nil && fault.Op == "wait" && stop.Reason == stepper.StopExited && stop.Status.Code == 0 {
		return // it ran, and had exited before the signal came
	}
	if (err == nil || errors.Is(err, unix.ESRCH)) && stop.Reason != stepper.StopKilled {
		stop, err = f.Continue(f.ctx) // it came after the step, or between two commands
	}
	if err != nil || stop.Reason != stepper.StopKilled || stop.Status.Signal != int(syscall.SIGKILL) {
		f.t.Errorf("%v: %s, %v", fault, f.describe(stop), err)
	}
	if err := f.process.Kill(); err != nil { // otherwise the next program's waits might report this one's end
		f.t.Fatal(err)
	}
}

// wantTold fails the test unless an error wraps the fault's and says what failed.
func (f *faulty) wantTold(fault *faulttest.Fault, err error) {
	f.t.Helper()
	switch {
	case !errors.Is(err, fault.Err):
		f.t.Errorf("%v: the error is %v", fault, err)
	case !strings.Contains(err.Error(), fault.Op) && !strings.Contains(err.Error(), "rseq("):
		f.t.Errorf("%v: the error does not say what failed: %v", fault, err)
	}
}

// every makes the journey without a fault, and then with faults: all of them, or as many as
// trials allows.
func (tr *trial) every(t *testing.T) {
	path := tabletest.Build(t, tr.fixture)
	calls := 0
	t.Run("none", func(t *testing.T) {
		f := tr.launch(t, path)
		f.faults.Arm(nil)
		stop, err := tr.journey(f)
		calls = f.faults.Calls()
		if err != nil {
			t.Fatalf("without a fault: %v (%s)", err, f.describe(stop))
		}
	})
	most := trials()
	if tr.slow {
		most /= 4
	}
	told := 0
	tried := sample(t, calls, most, func(t *testing.T, fault *faulttest.Fault) {
		if tr.run(t, path, fault) {
			told++
		}
	})
	t.Logf("%d calls; %d faults, %d told", calls, tried, told)
	wantNoneLeft(t, path)
}

// sample tries the faults of so many calls, or at most most of them, each in a subtest, until
// one fails. It returns how many calls failed.
func sample(t *testing.T, calls, most int, try func(*testing.T, *faulttest.Fault)) (tried int) {
	t.Helper()
	every, stride := calls*ways <= most, 1
	if !every {
		stride = calls * ways / most
		if stride%2 == 0 {
			stride++ // ways is even, so an odd stride reaches every pick
		}
	}
	for n := 0; n < calls*ways && !t.Failed(); n += stride {
		fault := &faulttest.Fault{Call: n / ways, Pick: n % ways, Fold: !every}
		if fault.Pick == ways-1 {
			fault.Pick = faulttest.Kill
		}
		t.Run(fmt.Sprintf("%d-%d", fault.Call, fault.Pick), func(t *testing.T) { try(t, fault) })
		if fault.Hit {
			tried++
		}
		if every && !fault.Hit && fault.Pick != faulttest.Kill {
			n += ways - 2 - fault.Pick // the call has no more errors
		}
	}
	return tried
}

// wantNoneLeft fails the test if a process of the program still exists.
func wantNoneLeft(t *testing.T, path string) {
	t.Helper()
	var left []string
	for range 500 {
		left = nil
		exes, err := filepath.Glob("/proc/[0-9]*/exe")
		if err != nil {
			t.Fatal(err)
		}
		for _, exe := range exes {
			if at, err := os.Readlink(exe); err == nil && at == path {
				left = append(left, filepath.Dir(exe))
			}
		}
		if left == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("still there: %v", left)
}
