package stepper_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/steptest/modelled"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// modelRun is one run of a scenario on the modelled machine.
type modelRun struct {
	*stepper.Engine
	w        *modelled.World
	injected int // commits by a cpu_opv vector
	ended    bool
	rungs    map[stepper.Rung]int
}

// do records how a command ended. It reports whether to continue.
func (r *modelRun) do(stop stepper.Stop, err error) (bool, error) {
	for _, u := range stop.Units {
		r.rungs[u.Rung] += u.Passes
		if u.Rung == stepper.RungOpv && u.Result == stepper.Committed {
			r.injected += u.Passes
		}
	}
	r.ended = stop.Reason == stepper.StopKilled || stop.Reason == stepper.StopExited
	return err == nil && !r.ended, err
}

// scenarios are commands from a thread at the section's arming store; each returns an error
// only where none is allowed. free: bursts of steps are not pinned, the thread may migrate.
// stale: the thread has read another CPU's number, and its first pass takes a side exit.
// faults: the section's load may raise SIGSEGV.
func scenarios() map[string]struct {
	threads, deviations int
	limit               int
	drive               func(*modelRun) error
	free, stale, faults bool
} {
	type s = struct {
		threads, deviations int
		limit               int
		drive               func(*modelRun) error
		free, stale, faults bool
	}
	// until steps until an update has been committed.
	until := func(step func(*modelRun) (stepper.Stop, error)) func(*modelRun) error {
		return func(r *modelRun) error {
			for range 60 {
				if on, err := r.do(step(r)); !on {
					return err
				}
				if r.w.Commits+r.injected > 0 {
					return nil
				}
			}
			return fmt.Errorf("60 steps and no commit")
		}
	}
	stepi := func(r *modelRun) (stepper.Stop, error) { return r.StepInstruction(r.w.Context(), 1) }
	inside := func(r *modelRun) (stepper.Stop, error) { return r.StepInside(r.w.Context(), 1) }
	stops := func(at table.Addr, times int) func(*modelRun) error {
		return func(r *modelRun) error {
			b, err := r.AddBreakpoint(stepper.BreakpointSpec{Addrs: []table.Addr{at}})
			if err != nil {
				return err
			}
			for range times {
				for tries := 0; ; tries++ {
					stop, err := r.Continue(r.w.Context())
					if on, err := r.do(stop, err); !on {
						return err
					}
					if stop.Reason == stepper.StopBreakpoint {
						break
					}
					if tries > 20 {
						return fmt.Errorf("20 times continued, and the breakpoint is not met")
					}
				}
			}
			return r.DeleteBreakpoint(b.Number)
		}
	}
	return map[string]s{
		"units":                       {threads: 1, deviations: 3, limit: 3, drive: until(stepi)},
		"units beside another thread": {threads: 2, deviations: 2, limit: 3, drive: until(stepi)},
		"the ladder at once":          {threads: 2, deviations: 2, limit: 1, drive: until(stepi)},
		"the ladder, free to move":    {threads: 1, deviations: 3, limit: 1, drive: until(stepi), free: true},
		"the ladder from a side exit": {threads: 2, deviations: 2, limit: 1, drive: until(stepi), stale: true},
		"inside from a side exit":     {threads: 2, deviations: 2, limit: 3, drive: until(inside), stale: true},
		"inside":                      {threads: 2, deviations: 3, limit: 3, drive: until(inside)},
		"a breakpoint inside":         {threads: 2, deviations: 2, limit: 3, drive: stops(modelled.Final, 2)},
		"a breakpoint inside, alone":  {threads: 1, deviations: 2, limit: 3, drive: stops(modelled.Load, 2)},
		"a breakpoint at post-commit": {threads: 2, deviations: 2, limit: 3, drive: stops(modelled.End, 2)},
		"inside, with faults":         {threads: 2, deviations: 2, limit: 3, drive: until(inside), faults: true},
		"a breakpoint, then a fault":  {threads: 2, deviations: 2, limit: 3, drive: stops(modelled.Load, 2), faults: true},
		"inside, then native again":   {threads: 2, deviations: 2, limit: 3, drive: func(r *modelRun) error { return thenNative(r, inside) }},
	}
}

// thenNative stops in the middle of a quiet phase and then continues natively.
func thenNative(r *modelRun, inside func(*modelRun) (stepper.Stop, error)) error {
	for range 4 {
		if on, err := r.do(inside(r)); !on {
			return err
		}
	}
	b, err := r.AddBreakpoint(stepper.BreakpointSpec{Addrs: []table.Addr{modelled.Side}})
	if err != nil {
		return err
	}
	if on, err := r.do(r.Continue(r.w.Context())); !on {
		return err
	}
	return r.DeleteBreakpoint(b.Number)
}

// Whatever happens at any point of a unit, a quiet phase or an injection, in any order: the
// Engine inserts no breakpoint inside, injects nothing and lifts no registration while another
// thread runs; no commit is wrong or lost; and in the end the threads are registered, unpinned
// and have their own signal masks. This holds on every kind of kernel.
func TestEveryOrderOfEvents(t *testing.T) {
	more, _ := strconv.Atoi(os.Getenv("RSEQSTEP_DEVIATIONS")) // each additional one takes some 50 times as long
	all, kernels := scenarios(), modelled.Kernels()
	type row struct {
		scenario, kernel string
	}
	var rows []row
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, kernel := range slices.Sorted(maps.Keys(kernels)) {
			rows = append(rows, row{name, kernel})
		}
	}
	for _, row := range tabletest.Some(t, 4, rows) {
		s, kernel := all[row.scenario], kernels[row.kernel]
		t.Run(row.scenario+"/"+row.kernel, func(t *testing.T) {
			rungs, quiet, ended := map[stepper.Rung]int{}, 0, 0
			seen := modelled.Explore(s.deviations+more, func(c *modelled.Chooser, seen *modelled.Explored) bool {
				w := modelled.New(c, seen, kernel, s.threads, modelled.Arm)
				policy := stepper.DefaultPolicy()
				policy.StuckLimit, policy.Pin = s.limit, !s.free
				if s.faults {
					w.Faults()
				}
				if s.stale {
					w.Thread(1).Regs.W[amd64.RDX] = 1
				}
				e, err := w.Engine(policy)
				if err != nil {
					t.Fatal(err)
				}
				r := &modelRun{Engine: e, w: w, rungs: rungs}
				err = s.drive(r)
				// A user's command may have left a thread in a quiet phase: the next steps end
				// the phase.
				for n := 0; err == nil && !r.ended && w.Alive() && len(w.Left()) > 0 && n < 12; n++ {
					_, err = r.do(r.StepInstruction(r.w.Context(), 1))
				}
				switch {
				case err != nil:
					w.Broken = append(w.Broken, err.Error())
				case w.Alive():
					w.Broken = append(w.Broken, w.Left()...)
					if sum := w.Sum(); sum != w.Commits+r.injected {
						w.Broken = append(w.Broken, fmt.Sprintf("the counters hold %d after %d commits and %d injected ones", sum, w.Commits, r.injected))
					}
					if err := e.Detach(); err != nil && w.Alive() {
						w.Broken = append(w.Broken, err.Error())
					}
				default:
					ended++
				}
				quiet += w.Quiet
				if len(w.Broken) > 0 {
					t.Errorf("decisions %v: %q", c.Path(), w.Broken)
				}
				return !t.Failed()
			})
			t.Logf("%d orders, %d states; %d ended with the process; %v; rungs %v, %d registrations lifted", seen.Runs, len(seen.States), ended, seen.Events, rungs, quiet)
			if seen.Runs < 100 || len(seen.States) < 10 {
				t.Errorf("only %d orders and %d states were explored", seen.Runs, len(seen.States))
			}
		})
	}
}
