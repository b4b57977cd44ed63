package stepper_test

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"rseqstep/stepper"
	"rseqstep/stepper/faulttest"
	"rseqstep/stepper/ptrace"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// faulty is a fixture under an Engine whose requests can be made to fail.
type faulty struct {
	*program
	faults *faulttest.Target
	home   table.Addr // the post-commit address of the section in its loop
	before owned
}

// launchFaulty starts the program and takes it home for the first time.
func launchFaulty(t *testing.T, path string, args ...string) *faulty {
	t.Helper()
	f := &faulty{}
	f.program = launchAs(t, func(p *ptrace.Process) stepper.Target {
		f.faults = &faulttest.Target{Target: p}
		return f.faults
	}, []string{}, path, args...)
	f.runTo("main")
	f.home = f.bodies(addv)[0].End
	f.goHome()
	f.before = f.owned(f.Thread())
	return f
}

// goHome continues to where a section has just been committed.
func (f *faulty) goHome() {
	f.t.Helper()
	b := f.add(stepper.BreakpointSpec{Addrs: []table.Addr{f.home}})
	if err := f.SelectThread(f.process.Threads()[0]); err != nil {
		f.t.Fatal(err)
	}
	f.wantReason(f.cont(), stepper.StopBreakpoint)
	f.delete(b)
}

// debugControl is DR7 of a thread, or what of it switches registers on: see
// u_debugreg in struct user (arch/x86/include/asm/user_64.h), 848 bytes in.
func debugControl(t testing.TB, tid int) uint64 {
	t.Helper()
	const dr7 = 848 + 7*8
	var out [8]byte
	if _, err := unix.PtracePeekUser(tid, dr7, out[:]); err != nil {
		t.Fatal(err)
	}
	return uint64(out[0])
}

// wantUntouched fails the test where something of the debugger's is left in
// the program.
func (f *faulty) wantUntouched(after fmt.Stringer) {
	f.t.Helper()
	for _, tid := range f.process.Threads() {
		if !f.process.Held(tid) {
			f.t.Errorf("%v: thread %d runs", after, tid)
		}
		if c := debugControl(f.t, tid); c != 0 {
			f.t.Errorf("%v: thread %d has debug registers on: %#x", after, tid, c)
		}
	}
	if now := f.owned(f.Thread()); now != f.before {
		f.t.Errorf("%v: %+v, before %+v", after, now, f.before)
	}
	file, err := elf.Open(f.path)
	if err != nil {
		f.t.Fatal(err)
	}
	defer file.Close()
	text := file.Section(".text")
	want, err := text.Data()
	if err != nil {
		f.t.Fatal(err)
	}
	got := make([]byte, len(want))
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", f.process.PID()))
	if err != nil {
		f.t.Fatal(err)
	}
	defer mem.Close()
	if _, err := mem.ReadAt(got, int64(text.Addr)); err != nil {
		f.t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		f.t.Errorf("%v: the program's text is changed", after)
	}
}

// journeys are commands that between them do all that the Engine does with a
// section: run it, step inside it, replace it, restart it, step lines over it,
// stop inside it.
func journeys() map[string]func(*faulty) (stepper.Stop, error) {
	return map[string]func(*faulty) (stepper.Stop, error){
		"stepi":  func(f *faulty) (stepper.Stop, error) { return f.StepInstruction(14) },
		"inside": func(f *faulty) (stepper.Stop, error) { return f.StepInside(14) },
		"opv":    func(f *faulty) (stepper.Stop, error) { return f.Opv() },
		"abort":  func(f *faulty) (stepper.Stop, error) { return f.AbortAt(2) },
		"next":   func(f *faulty) (stepper.Stop, error) { return f.Next(2) },
		"step":   func(f *faulty) (stepper.Stop, error) { return f.Step(2) },
		"break":  func(f *faulty) (stepper.Stop, error) { return f.stopInside() },
		"finish": func(f *faulty) (stepper.Stop, error) { return f.Advance([]stepper.Place{{Addr: f.home}}) },
	}
}

// stopInside continues to a breakpoint inside the section.
func (f *faulty) stopInside() (stop stepper.Stop, err error) {
	b, err := f.AddBreakpoint(stepper.BreakpointSpec{Addrs: at(f.bodies(addv)[:1], 2)})
	if err != nil {
		return stop, err
	}
	stop, err = f.Continue()
	if f.process.Alive() {
		err = errors.Join(err, f.DeleteBreakpoint(b.Number))
	}
	return stop, err
}

// everyFault goes the journey once for each call it makes and each way that
// call can fail. Afterwards the program is taken home, must be as it was, and at
// the end must have the right sum.
func everyFault(t *testing.T, path string, journey func(*faulty) (stepper.Stop, error)) {
	const rounds = 1000000
	f := launchFaulty(t, path, fmt.Sprint(rounds))
	told, silent := 0, map[string]int{}
	for call := 0; ; call++ {
		fault := &faulttest.Fault{}
		for pick := 0; pick == 0 || pick < fault.Ways; pick++ {
			fault = &faulttest.Fault{Call: call, Pick: pick}
			f.faults.Arm(fault)
			stop, err := journey(f)
			f.faults.Arm(nil)
			if !fault.Hit {
				if err != nil {
					t.Errorf("without a fault: %v", err)
				}
				f.wantExit(0)
				f.wantUnitsSum(rounds)
				t.Logf("%d calls; %d faults told, %v went on", call, told, silent)
				return
			}
			if fault.Err == 0 {
				if (err == nil || errors.Is(err, unix.ESRCH)) && stop.Reason != stepper.StopKilled {
					stop, err = f.Continue() // it came after the step, or between two commands
				}
				if err != nil || stop.Reason != stepper.StopKilled || stop.Status.Signal != int(syscall.SIGKILL) {
					t.Errorf("%v: %s, %v", fault, f.describe(stop), err)
				}
				if err := f.process.Kill(); err != nil { // the next one's waits are not to see this one's end
					t.Fatal(err)
				}
				f = launchFaulty(t, path, fmt.Sprint(rounds))
				continue
			}
			switch {
			case err == nil:
				silent[fault.Op]++
			case !errors.Is(err, fault.Err):
				t.Errorf("%v: the error is %v", fault, err)
			case !strings.Contains(err.Error(), fault.Op) && !strings.Contains(err.Error(), "rseq("):
				t.Errorf("%v: the error does not say what failed: %v", fault, err)
			default:
				told++
			}
			if !f.process.Alive() {
				t.Fatalf("%v: the program is gone: %s, %v", fault, f.describe(stop), err)
			}
			f.goHome()
			for n := 0; n < 4 && f.owned(f.Thread()) != f.before; n++ {
				f.stepi(1) // a quiet phase ends with the instruction after its commit
			}
			f.wantUntouched(fault)
			if t.Failed() {
				return
			}
		}
	}
}

// wantUnitsSum checks the program's own sum.
func (p *program) wantUnitsSum(n int) {
	p.t.Helper()
	var aborts, attempts, sum int
	if _, err := fmt.Sscanf(p.printed(), "aborts %d attempts %d sum %d", &aborts, &attempts, &sum); err != nil {
		p.t.Fatalf("%q: %v", p.printed(), err)
	}
	if sum != n || attempts != n+aborts {
		p.t.Errorf("%d sections: the program printed %q", n, p.printed())
	}
}

// Whatever request fails, with whatever error it can: the command says so, the
// program is as it was, and it goes on to the right end.
func TestEveryRequestMayFail(t *testing.T) {
	path := tabletest.Build(t, tabletest.Fixture{Source: "units.c", Opt: "-O2", Shape: tabletest.NoPIE})
	all := journeys()
	for _, name := range tabletest.SomeKeys(t, 2, all) {
		t.Run(name, func(t *testing.T) { everyFault(t, path, all[name]) })
	}
}
