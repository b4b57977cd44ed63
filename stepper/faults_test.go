package stepper_test

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/faulttest"
	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// faulty is a fixture under an Engine whose requests a test can make fail.
type faulty struct {
	*program
	faults *faulttest.Target
	home   table.Addr // the post-commit address of the section in its loop
	before map[int]owned
	quiet  bool // a thread was in a quiet phase then
	vdso   []byte
	base   table.Addr // of the vDSO
}

// launchUnder starts a program under a Target that can fail.
func launchUnder(t *testing.T, path string, args ...string) *faulty {
	t.Helper()
	f := &faulty{}
	f.program = launchAs(t, func(p *ptrace.Process) tracee.Target {
		f.faults = &faulttest.Target{Target: p}
		return f.faults
	}, []string{}, path, args...)
	return f
}

// launchFaulty starts the program and takes it home for the first time.
func launchFaulty(t *testing.T, path string, args ...string) *faulty {
	t.Helper()
	f := launchUnder(t, path, args...)
	f.runTo("main")
	f.home = f.bodies(addv)[0].End
	f.goHome()
	f.remember()
	return f
}

// remember records everything that a journey may change for its own purposes.
func (f *faulty) remember() {
	f.t.Helper()
	f.before, f.quiet = map[int]owned{}, f.Quiet()
	for _, tid := range f.process.Threads() {
		f.before[tid] = f.owned(tid)
	}
	f.base, f.vdso = f.VDSO().Base, f.there(f.VDSO().Base, int(f.VDSO().High-f.VDSO().Base))
}

// there returns what the program's memory really contains.
func (f *faulty) there(a table.Addr, n int) []byte {
	f.t.Helper()
	got := make([]byte, n)
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", f.process.PID()))
	if err != nil {
		f.t.Fatal(err)
	}
	defer mem.Close()
	if _, err := mem.ReadAt(got, int64(a)); err != nil {
		f.t.Fatal(err)
	}
	return got
}

// heldBack is the set of signals that a thread without a mask of its own blocks while a unit
// runs (heldBack of package drive), without SIGKILL and SIGSTOP, which cannot be blocked.
const heldBack = "fffffffffffbfa27"

// changed describes the first thread whose state differs from the recorded one.
func (f *faulty) changed() string {
	f.t.Helper()
	for _, tid := range f.process.Threads() {
		was, ok := f.before[tid]
		now := f.owned(tid)
		if !was.config.Registered() {
			was.config = now.config // the thread was being created then
		}
		if now.blocked != heldBack {
			now.blocked = was.blocked // the program itself changed it
		}
		if ok && now != was {
			return fmt.Sprintf("thread %d has %+v, before %+v", tid, now, was)
		}
	}
	return ""
}

// forgetReplaced forgets what a new program registers for itself, and the vDSO, which may be at
// another address. An exec keeps affinities and masks.
func (f *faulty) forgetReplaced() {
	for tid, was := range f.before {
		was.config = tracee.RseqConfig{}
		f.before[tid] = was
	}
	f.vdso = nil
}

// goHome continues to where a section has just committed.
func (f *faulty) goHome() {
	f.t.Helper()
	b := f.add(stepper.BreakpointSpec{Addrs: []table.Addr{f.home}})
	if err := f.SelectThread(f.process.Threads()[0]); err != nil {
		f.t.Fatal(err)
	}
	f.wantReason(f.cont(), stepper.StopBreakpoint)
	f.delete(b)
}

// wantUntouched fails the test if the debugger has left something in the program.
func (f *faulty) wantUntouched(after fmt.Stringer) {
	f.t.Helper()
	if err := f.process.FlushDebug(); err != nil {
		f.t.Errorf("%v: %v", after, err)
	}
	for _, tid := range f.process.Threads() {
		if !f.process.Held(tid) {
			f.t.Errorf("%v: thread %d runs", after, tid)
		}
		if c := debugControl(f.t, tid); c != 0 {
			f.t.Errorf("%v: thread %d has debug registers on: %#x", after, tid, c)
		}
	}
	if what := f.changed(); what != "" {
		f.t.Errorf("%v: %s", after, what)
	}
	if err := f.Unlisten(); err != nil {
		f.t.Errorf("%v: %v", after, err)
	}
	if f.faults.Dies() && !f.quiet {
		f.t.Errorf("%v: the program would die with the debugger, with nothing left in it", after)
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
	if !bytes.Equal(f.there(table.Addr(text.Addr), len(want)), want) {
		f.t.Errorf("%v: the program's text is changed", after)
	}
	if f.vdso != nil && !bytes.Equal(f.there(f.base, len(f.vdso)), f.vdso) {
		f.t.Errorf("%v: the vDSO is changed", after)
	}
}

// journeys are commands that together do everything that the Engine does with a section: run
// it, step inside it, replace it, restart it, step lines over it, stop inside it.
func journeys() map[string]func(*faulty) (stepper.Stop, error) {
	return map[string]func(*faulty) (stepper.Stop, error){
		"stepi":  func(f *faulty) (stepper.Stop, error) { return f.StepInstruction(f.ctx, 14) },
		"inside": func(f *faulty) (stepper.Stop, error) { return f.StepInside(f.ctx, 14) },
		"opv":    func(f *faulty) (stepper.Stop, error) { return f.Opv(f.ctx) },
		"abort":  func(f *faulty) (stepper.Stop, error) { return f.AbortAt(f.ctx, 2) },
		"next":   func(f *faulty) (stepper.Stop, error) { return f.Next(f.ctx, 2) },
		"step":   func(f *faulty) (stepper.Stop, error) { return f.Step(f.ctx, 2) },
		"break":  func(f *faulty) (stepper.Stop, error) { return f.stopInside() },
		"finish": func(f *faulty) (stepper.Stop, error) { return f.Advance(f.ctx, []stepper.Place{{Addr: f.home}}) },
	}
}

// stopInside continues to a breakpoint inside the section.
func (f *faulty) stopInside() (stop stepper.Stop, err error) {
	b, err := f.AddBreakpoint(stepper.BreakpointSpec{Addrs: at(f.bodies(addv)[:1], 2)})
	if err != nil {
		return stop, err
	}
	stop, err = f.Continue(f.ctx)
	if f.process.Alive() {
		err = errors.Join(err, f.DeleteBreakpoint(b.Number))
	}
	return stop, err
}

// everyFault makes the journey once for each call that it makes and each errno that this call
// can return, in one program: after each, the program goes home and must be unchanged, and at
// the end its sum must be correct. Then it makes the journey once for each call before which
// the program is killed.
func everyFault(t *testing.T, path string, journey func(*faulty) (stepper.Stop, error)) {
	const rounds = 100000
	f := launchFaulty(t, path, fmt.Sprint(rounds))
	told, silent, calls := 0, map[string]int{}, 0
	for made := true; made; {
		for pick := 0; ; pick++ {
			fault := &faulttest.Fault{Call: calls, Pick: pick}
			f.faults.Arm(fault)
			stop, err := journey(f)
			f.faults.Arm(nil)
			switch {
			case !fault.Hit && err != nil:
				t.Errorf("without a fault: %v", err)
			case fault.Hit && err == nil:
				silent[fault.Op]++
			case fault.Hit:
				f.wantTold(fault, err)
				told++
			}
			if !f.process.Alive() {
				t.Fatalf("%v: the program is gone: %s, %v", fault, f.describe(stop), err)
			}
			f.goHome()
			for n := 0; n < 4 && f.changed() != ""; n++ {
				f.stepi(1) // a quiet phase ends with the instruction after its commit
			}
			f.wantUntouched(fault)
			if t.Failed() {
				return
			}
			if made = fault.Op != ""; !fault.Hit {
				break
			}
		}
		if made {
			calls++
		}
	}
	f.wantExit(0)
	f.wantUnitsSum(rounds)
	stride := max(1, calls/trials())
	for call := 0; call < calls; call += stride {
		f := launchFaulty(t, path, fmt.Sprint(rounds))
		fault := &faulttest.Fault{Call: call, Pick: faulttest.Kill}
		f.faults.Arm(fault)
		stop, err := journey(f)
		f.faults.Arm(nil)
		if fault.Hit { // a newly launched program makes some calls less
			f.wantKilled(fault, stop, err)
		}
		if err := f.process.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d calls; %d faults told, %v went on", calls, told, silent)
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

// Whatever request fails, with whatever error it can return: the command returns the error, the
// program is unchanged, and it ends correctly.
func TestEveryRequestMayFail(t *testing.T) {
	path := tabletest.Build(t, tabletest.Fixture{Source: "units.c", Opt: "-O2", Shape: tabletest.NoPIE})
	all := journeys()
	for _, name := range tabletest.SomeKeys(t, 2, all) {
		t.Run(name, func(t *testing.T) { everyFault(t, path, all[name]) })
	}
}
