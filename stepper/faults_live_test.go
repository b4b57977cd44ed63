package stepper_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"rseqstep/stepper"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// fixed builds a fixture that is mapped at the addresses in its file (no PIE).
func fixed(source string) tabletest.Fixture {
	return tabletest.Fixture{Source: source, Opt: "-O2", Shape: tabletest.NoPIE}
}

// onceAt continues to an address and removes its breakpoint again.
func (f *faulty) onceAt(a table.Addr) {
	f.t.Helper()
	b := f.add(stepper.BreakpointSpec{Addrs: []table.Addr{a}})
	f.wantReason(f.cont(), stepper.StopBreakpoint)
	f.delete(b)
}

// with sets a breakpoint while command runs.
func (f *faulty) with(s stepper.BreakpointSpec, command func(context.Context) (stepper.Stop, error)) (stepper.Stop, error) {
	b, err := f.AddBreakpoint(s)
	if err != nil {
		return stepper.Stop{}, err
	}
	stop, err := command(f.ctx)
	if f.process.Alive() {
		err = errors.Join(err, f.DeleteBreakpoint(b.Number))
	}
	return stop, err
}

// toVDSO takes vdsocalls.c to the first instruction of the vDSO function name, which is also
// the program's argument.
func toVDSO(name string) func(*faulty) {
	return func(f *faulty) {
		f.runTo("main")
		for _, v := range f.VDSO().Functions {
			if v.Name == inVDSO(name) {
				f.onceAt(v.Start)
				f.home = v.Start
				return
			}
		}
		f.t.Fatalf("no %s in the vDSO", name)
	}
}

// vdsoTrials are journeys through the vDSO: as a unit, stepping inside, left by finish, left by
// the system call in its place, and by line.
func vdsoTrials() map[string]trial {
	clock := func(begin func(*faulty), journey func(*faulty) (stepper.Stop, error)) trial {
		return trial{fixture: fixed("vdsocalls.c"), args: []string{"clock_gettime"}, begin: begin, journey: journey}
	}
	at := toVDSO("clock_gettime")
	return map[string]trial{
		"vdso unit":   clock(at, func(f *faulty) (stepper.Stop, error) { return f.StepInstruction(f.ctx, 2) }),
		"vdso inside": clock(at, func(f *faulty) (stepper.Stop, error) { return f.StepInside(f.ctx, 8) }),
		"vdso inside, then out": clock(func(f *faulty) { at(f); f.inside(8) },
			func(f *faulty) (stepper.Stop, error) { return f.Finish(f.ctx, 0) }),
		"vdso call": clock(func(f *faulty) { at(f); f.inside(40) },
			func(f *faulty) (stepper.Stop, error) { return f.StepInside(f.ctx, 60) }),
		"vdso lines": {fixture: fixed("vdso.c"), begin: func(f *faulty) { f.runTo("main") },
			journey: func(f *faulty) (stepper.Stop, error) { return f.Next(f.ctx, 2) }},
	}
}

// inside steps n instructions, and enters sections and vDSO functions.
func (f *faulty) inside(n int) {
	f.t.Helper()
	if stop, err := f.StepInside(f.ctx, n); err != nil || stop.Reason != stepper.StopStep {
		f.t.Fatalf("%s, %v", f.describe(stop), err)
	}
}

// ladderTrials are those in which the ladder itself leads to an injection.
func ladderTrials() map[string]trial {
	stuck := func(f *faulty) {
		f.runTo(wrongcpuLoop)
		limit := f.Policy().StuckLimit
		f.Policy().StuckLimit = 1 << 20 // the kernel may abort one pass more
		defer func() { f.Policy().StuckLimit = limit }()
		for n, aborted := 0, 0; aborted < 3 || !f.atLine(); n++ {
			if n > 1000 {
				f.t.Fatal("1000 steps, and the section was not aborted three times")
			}
			for _, u := range f.stepi(1).Units {
				if u.Result == stepper.Aborted {
					aborted++
				}
			}
		}
	}
	seed := fixed("seed.c")
	wrong := fixed("wrongcpu.c")
	return map[string]trial{
		"stuck, stepi": {fixture: wrong, begin: stuck, end: leaveWrongCPU,
			journey: func(f *faulty) (stepper.Stop, error) { return f.StepInstruction(f.ctx, 30) }},
		"stuck, next": {fixture: wrong, slow: true, begin: stuck, end: leaveWrongCPU,
			journey: func(f *faulty) (stepper.Stop, error) { return f.Next(f.ctx, 1) }},
		"seed, next": {fixture: seed, begin: func(f *faulty) { f.runTo("main") },
			journey: func(f *faulty) (stepper.Stop, error) { return f.Next(f.ctx, 4) }},
		"seed, step": {fixture: seed, begin: func(f *faulty) { f.runTo("main") },
			journey: func(f *faulty) (stepper.Stop, error) { return f.Step(f.ctx, 4) }},
		"seed, stepi": {fixture: seed, begin: func(f *faulty) { f.runTo("main") },
			journey: func(f *faulty) (stepper.Stop, error) { return f.StepInstruction(f.ctx, 30) }},
	}
}

// atLine reports whether the selected thread stands in code that has lines.
func (f *faulty) atLine() bool {
	f.t.Helper()
	r, err := f.Regs(f.Thread())
	if err != nil {
		f.t.Fatal(err)
	}
	_, ok := f.Symbols().Line(r.PC(), 0)
	return ok
}

// leaveWrongCPU steps to the end of a loop that never ends natively.
func leaveWrongCPU(f *faulty) {
	f.t.Helper()
	f.stepi(500)
	f.wantExit(0)
	f.wantPrinted("counters 0 1\n")
}

// threadTrials are journeys of one thread while two other threads count on the same CPUs.
func threadTrials() map[string]trial {
	const rounds = 100000
	begin := func(f *faulty) {
		f.runTo("main")
		f.home = f.Image().Sections()[0].End
		for range 3 {
			f.onceAt(f.home)
		}
	}
	store := func(f *faulty) []table.Addr { return []table.Addr{f.address("commit_store")} }
	beside := func(journey func(*faulty) (stepper.Stop, error)) trial {
		return trial{fixture: fixed("counter.c"), args: []string{"3", fmt.Sprint(rounds)}, begin: begin, journey: journey,
			end: func(f *faulty) {
				f.wantExit(0)
				f.wantPrinted(fmt.Sprintf("sum %d of %d\n", 3*rounds, 3*rounds))
			}}
	}
	return map[string]trial{
		"threads, unit":   beside(func(f *faulty) (stepper.Stop, error) { return f.StepInstruction(f.ctx, 20) }),
		"threads, inside": beside(func(f *faulty) (stepper.Stop, error) { return f.StepInside(f.ctx, 20) }),
		"threads, opv":    beside(func(f *faulty) (stepper.Stop, error) { return f.Opv(f.ctx) }),
		"threads, next":   beside(func(f *faulty) (stepper.Stop, error) { return f.Next(f.ctx, 3) }),
		"threads, a breakpoint inside": beside(func(f *faulty) (stepper.Stop, error) {
			return f.with(stepper.BreakpointSpec{Addrs: store(f)}, f.Continue)
		}),
		"threads, a condition inside": beside(func(f *faulty) (stepper.Stop, error) {
			met := 0
			return f.with(stepper.BreakpointSpec{Addrs: store(f), When: func(int) (bool, error) { met++; return met > 4, nil }}, f.Continue)
		}),
		"threads, watch": beside(func(f *faulty) (stepper.Stop, error) {
			return f.with(stepper.BreakpointSpec{Kind: stepper.WatchWrite, Watch: f.address("reps"), WatchLength: 8}, func(ctx context.Context) (stepper.Stop, error) {
				return f.StepInstruction(ctx, 20)
			})
		}),
		"threads, watch a counter": beside(func(f *faulty) (stepper.Stop, error) {
			return f.with(stepper.BreakpointSpec{Kind: stepper.WatchWrite, Watch: f.address("slots"), WatchLength: 8}, func(ctx context.Context) (stepper.Stop, error) {
				return f.Advance(ctx, []stepper.Place{{Addr: f.home}})
			})
		}),
	}
}

// Whatever request fails on a journey through the vDSO, up the ladder, or beside other threads:
// the command returns the error, the program is unchanged, and it ends correctly with no update
// lost.
func TestEveryRequestMayFailOnALongerWay(t *testing.T) {
	for _, trials := range []map[string]trial{vdsoTrials(), ladderTrials(), threadTrials()} {
		for _, name := range tabletest.SomeKeys(t, 3, trials) {
			tr := trials[name]
			t.Run(name, func(t *testing.T) { tr.every(t) })
		}
	}
}
