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
	"rseqstep/stepper/steptest"
	"rseqstep/stepper/steptest/modelled"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// linesOf are ways in which a compiler may have assigned the modelled program to lines, each as
// the addresses where a new line begins. The bytes of the signature belong to no line.
func linesOf() map[string][]steptest.Row {
	rows := func(handler bool, starts ...table.Addr) (list []steptest.Row) {
		ends := append(starts[1:], modelled.Abort-7)
		for i, low := range starts {
			list = append(list, steptest.Row{Range: stepper.Range{Low: low, High: ends[i]}, Line: stepper.Line{File: "add.c", Line: 10 + i}})
		}
		if handler {
			list = append(list, steptest.Row{Range: stepper.Range{Low: modelled.Abort, High: modelled.Abort + 2}, Line: stepper.Line{File: "add.c", Line: 20}})
		}
		return list
	}
	return map[string][]steptest.Row{
		"a loop on one line":                rows(false, modelled.Loop, modelled.End, modelled.Side),
		"a loop of lines":                   rows(true, modelled.Loop, modelled.Arm, modelled.End, modelled.Side),
		"a loop of lines, no handler":       rows(false, modelled.Loop, modelled.Arm, modelled.End, modelled.Side),
		"a loop of lines, some in sections": rows(true, modelled.Loop, modelled.Arm, modelled.Load, modelled.Final, modelled.Side),
	}
}

// lineRun is a modelRun that compares counts after every command.
type lineRun struct {
	modelRun
	limit    int
	unseen   int         // passes that the Engine may not have counted because of a stop at the handler
	diverted int         // commands that ended early: each may have missed a pass that needed help
	injected [2]int      // commits by vectors, on each CPU
	units    map[int]int // passes without a commit that ran as units, by thread
}

// next executes one command. It reports whether to continue.
func (r *lineRun) next() (bool, error) {
	if err := r.SelectThread(1); err != nil {
		return false, err
	}
	stop, err := r.Next(r.w.Context(), 1)
	on, err := r.do(stop, err)
	for _, u := range stop.Units {
		if u.Result != stepper.Committed {
			r.units[u.TID] += u.Passes
		}
		if u.Rung == stepper.RungOpv && u.Result == stepper.Committed {
			r.injected[u.CPU] += u.Passes
		}
	}
	if stop.Reason != stepper.StopStep {
		r.diverted++
	}
	if !on {
		return false, err
	}
	for _, tid := range r.w.Threads() {
		counted, passed := r.PassesInVain(tid, modelled.Start), r.w.Thread(tid).InVain
		switch {
		case tid != 1:
			if counted > r.units[tid] {
				return false, fmt.Errorf("%d passes of thread %d count, which is not stepped, and %d of them were run as units, at %+v", counted, tid, r.units[tid], stop)
			}
			continue
		case stop.Reason != stepper.StopStep && passed == 0 && r.w.Thread(tid).Regs.PC() == modelled.End:
			continue // the Engine sees its commit when the thread runs again
		case counted == passed:
			r.unseen = 0
		case stop.Reason != stepper.StopStep && r.w.Thread(tid).Regs.PC() == modelled.Abort:
			// The Engine counts the pass when the thread resumes natively, and not if it steps
			// the thread out of the handler.
			r.unseen = min(r.unseen+1, passed-counted)
		}
		if counted > passed || counted < passed-r.unseen {
			return false, fmt.Errorf("%d passes in vain are counted, and %d were made, at %+v", counted, passed, stop)
		}
		// The Engine can help a pass only after it has counted one, so the limit is at least 2.
		if most := r.w.Thread(tid).Most; most > max(r.limit, 2)+r.diverted {
			return false, fmt.Errorf("%d passes in vain, the limit is %d, %d commands were diverted", most, r.limit, r.diverted)
		}
	}
	if left := r.w.Left(); left != nil {
		return false, fmt.Errorf("after a command: %q", left)
	}
	for cpu, injected := range r.injected {
		if holds, committed := r.w.Counter(cpu); holds != committed+injected {
			return false, fmt.Errorf("CPU %d's counter holds %d after %d commits and %d injected ones", cpu, holds, committed, injected)
		}
	}
	return true, nil
}

// A thread has read another CPU's number, so no pass of its section commits, and the user steps
// line by line. Whatever happens in between: the Engine counts the passes that the thread has
// made, each once, and no other thread's; it helps the one that would be the StuckLimit-th; no
// update is committed twice, lost, or committed on another CPU; and no command leaves anything
// behind.
func TestEveryOrderOfEventsInLineSteps(t *testing.T) {
	more, _ := strconv.Atoi(os.Getenv("RSEQSTEP_DEVIATIONS"))
	layouts, kernels := linesOf(), modelled.Kernels()
	type row struct {
		layout, kernel string
		threads, limit int
		deviations     int
	}
	var rows []row
	for _, layout := range slices.Sorted(maps.Keys(layouts)) {
		for _, kernel := range slices.Sorted(maps.Keys(kernels)) {
			rows = append(rows, row{layout, kernel, 1, 3, 1}, row{layout, kernel, 2, 2, 1}, row{layout, kernel, 1, 1, 1})
		}
	}
	for _, kernel := range slices.Sorted(maps.Keys(kernels)) {
		rows = append(rows, row{"a loop of lines", kernel, 2, 1, 2})
	}
	for _, row := range tabletest.Some(t, 4, rows) {
		t.Run(fmt.Sprintf("%s/%s/%d threads, %d passes, %d events", row.layout, row.kernel, row.threads, row.limit, row.deviations), func(t *testing.T) {
			rungs, diverted := map[stepper.Rung]int{}, 0
			seen := modelled.Explore(row.deviations+more, func(c *modelled.Chooser, seen *modelled.Explored) bool {
				w := modelled.New(c, seen, kernels[row.kernel], row.threads, modelled.Loop)
				w.Stubborn()
				w.Lines = layouts[row.layout]
				for _, tid := range w.Threads() {
					w.Thread(tid).Regs.W[amd64.RDX], w.Thread(tid).Regs.W[amd64.RDI] = 1, uint64(modelled.Data)+8
				}
				policy := stepper.DefaultPolicy()
				policy.StuckLimit, policy.Pin = row.limit, row.limit != 3 // without a pin the kernel may migrate it to the CPU where it commits
				e, err := w.Engine(policy)
				if err != nil {
					t.Fatal(err)
				}
				r := &lineRun{modelRun: modelRun{Engine: e, w: w, rungs: rungs}, limit: row.limit, units: map[int]int{}}
				on := true
				for n := 0; on && w.Commits+r.injected[0]+r.injected[1] == 0; n++ {
					if n == 60 {
						err = fmt.Errorf("60 steps and no commit")
						break
					}
					on, err = r.next()
				}
				if err != nil {
					w.Broken = append(w.Broken, err.Error())
				}
				diverted += r.diverted
				if len(w.Broken) > 0 {
					t.Errorf("decisions %v: %q", c.Path(), w.Broken)
				}
				return !t.Failed()
			})
			t.Logf("%d orders, %d states; %v; rungs %v, %d commands diverted", seen.Runs, len(seen.States), seen.Events, rungs, diverted)
			if !t.Failed() && (seen.Runs < 50 || rungs[stepper.RungOpv] == 0) {
				t.Errorf("only %d orders were explored, or nothing was helped: %v", seen.Runs, rungs)
			}
		})
	}
}
