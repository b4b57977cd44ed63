package delve

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-delve/delve/service/api"

	"rseqstep/table/tabletest"
)

// TestDelveOnOurBackend carries out each claim in rseqstep dlv, and in stock dlv
// with our backend.
func TestDelveOnOurBackend(t *testing.T) {
	claims := []struct {
		name  string
		check func(*testing.T, way)
	}{
		{"StepInstructionPassesTheVDSOAgainAndAgain", stepsThroughVDSO},
		{"InstructionsPassAtomicAdditions", passesAtomics},
		{"LinesOfSectionsInC", cLines},
		{"LinesInsideSectionsInAssembly", asmLines},
		{"InstructionsPassSections", instructionsPassSections},
		{"NextAmongEightThreadsLosesNothing", nextAmongThreads},
		{"RestartBeginsAnew", restarts},
		{"NoServerIsLeftBehind", leavesNoServer},
		{"AttachAndDetachLoseNothing", attachesAndDetaches},
		{"ConditionalBreakpoints", conditions},
		{"CallsFunctions", calls},
		{"Watchpoints", watches},
		{"X87Registers", x87},
		{"StopsOnPanics", panics},
		{"ManualStop", halts},
		{"TestBinaries", testBinaries},
		{"RedirectsAndEnvironment", surroundings},
		{"BurstsOfStepsShareOneCPU", sharesCPU},
		{"EachHitOfABreakpointCounts", breakpointHits},
		{"EachWriteOfAWatchedVariableCounts", watchpointHits},
	}
	both := ways(t)
	for _, c := range claims {
		t.Run(c.name, func(t *testing.T) {
			for _, w := range tabletest.Some(t, 1, both) {
				t.Run(w.name, func(t *testing.T) { c.check(t, w) })
			}
		})
	}
}

// stepsThroughVDSO steps 2,000 or 3,000 instructions from runtime.nanotime1, which calls
// the vDSO.
func stepsThroughVDSO(t *testing.T, w way) {
	returned := timesReturned(t, w)
	if returned < 3 {
		t.Errorf("runtime.nanotime1 returned %d times", returned)
	}
}

// timesReturned steps 2,000 or 3,000 instructions of main's goroutine from
// runtime.nanotime1 on, and counts how often that function returned.
func timesReturned(t *testing.T, w way) (returned int) {
	t.Helper()
	d := w.start(t, "exec", program(t, "gotime"), "--", "1000000")
	d.breakAt("main.read")
	d.proceed()
	b := d.breakAt("runtime.nanotime1")
	for s := d.proceed(); s.SelectedGoroutine == nil || s.SelectedGoroutine.ID != 1; {
		s = d.proceed() // another thread asked for the time
	}
	clearAll(d, b)
	returned = d.returns(tabletest.Rounds(t, 2000, 3000), "runtime.nanotime1", "runtime.nanotime")
	if err := d.Detach(true); err != nil {
		t.Fatal(err)
	}
	return returned
}

// passesAtomics steps through a function that adds atomically, by instructions: where the processor has no
// instruction for that, by a loop of a load-exclusive and a store-exclusive, which a step at each of
// them would never leave. It returns again and again, and every addition is made.
func passesAtomics(t *testing.T, w way) {
	d := w.start(t, "exec", program(t, "goadds"))
	b := d.breakAt("main.add")
	d.proceed()
	clearAll(d, b)
	returned := d.returns(tabletest.Rounds(t, 150, 400), "main.add", "main.main")
	if status := d.finish(); status != 0 || returned < 2 || !strings.Contains(d.output.String(), "sum 100 last 100\n") {
		t.Errorf("main.add returned %d times, then status %d", returned, status)
	}
}

// cLines steps through C lines of which one is a section.
func cLines(t *testing.T, w way) {
	d := w.start(t, "exec", program(t, "cgorseq"))
	b := d.breakAt("count.c:24")
	d.proceed()
	tries := retries{aborted: "count.c:24", again: func() {}}
	d.lines(d.Next, &tries, "count.c:25", "count.c:26", "count.c:27", "count.c:28")
	d.proceed()
	for i, at := 0, ""; at != "count.c:28"; i++ { // into the functions that are inlined there, too
		s, err := d.Step()
		if at = place(s); err != nil || i > 12 {
			t.Fatalf("step %d, at %s: %v", i+1, at, err)
		}
		if tries.take(t, at) {
			i = 0
		}
	}
	clearAll(d, b)
	endsWhole(d, 20)
}

// asmLines steps by lines and stops at breakpoints inside a section.
func asmLines(t *testing.T, w way) {
	d := w.start(t, "exec", program(t, "cgorseq"))
	inside := d.breakAt(asmBreak(19))
	d.proceed()
	d.lines(d.Next, &retries{aborted: asmAt(31), again: func() { d.proceed() }}, asmAt(20), asmAt(21))
	commit := d.breakAt(asmBreak(22))
	if s := d.proceed(); place(s) != asmAt(22) {
		t.Fatalf("stopped at %s", place(s))
	}
	d.lines(d.Step, &retries{aborted: asmAt(31), again: func() { d.proceed(); d.proceed() }}, asmAt(25))
	for range 3 {
		for _, want := range []string{asmAt(19), asmAt(22)} {
			if s := d.proceed(); place(s) != want {
				t.Fatalf("stopped at %s, want %s", place(s), want)
			}
		}
	}
	clearAll(d, inside, commit)
	endsWhole(d, 20)
}

// instructionsPassSections steps through both sections by instructions.
func instructionsPassSections(t *testing.T, w way) {
	d := w.start(t, "exec", program(t, "cgorseq"))
	b := d.breakAt("count.c:37")
	d.proceed()
	clearAll(d, b)
	arrived := 0
	for range 200 {
		s, err := d.StepInstruction(false)
		if err != nil {
			t.Fatal(err)
		}
		if place(s) == asmAt(18) || place(s) == asmAt(22) {
			t.Fatalf("stepped into the section: %s", place(s))
		}
		if place(s) == asmAt(25) {
			arrived++
		}
	}
	if arrived == 0 {
		t.Error("never came past the section")
	}
	if !strings.Contains(d.output.String(), "committed on CPU") {
		t.Errorf("what became of the section is not told")
	}
	endsWhole(d, 20)
}

// nextAmongThreads steps 60 or 200 lines while 8 goroutines on threads of their own count.
func nextAmongThreads(t *testing.T, w way) {
	d := w.start(t, "exec", program(t, "cgorseq"), "--", "1000", "8")
	b := d.breakAt("main.count")
	d.proceed()
	clearAll(d, b)
	for i := range tabletest.Rounds(t, 60, 200) {
		s, err := d.Next()
		if err != nil {
			t.Fatalf("next %d: %v", i+1, err)
		}
		if s.CurrentThread.Function == nil || s.CurrentThread.Function.Name() != "main.count" {
			t.Fatalf("next %d went to %s", i+1, place(s))
		}
	}
	if status := d.finish(); status != 0 {
		t.Errorf("the program ended with status %d", status)
	}
}

// clearAll removes breakpoints.
func clearAll(d *dlv, list ...*api.Breakpoint) {
	d.t.Helper()
	for _, b := range list {
		if _, err := d.ClearBreakpoint(b.ID); err != nil {
			d.t.Fatal(err)
		}
	}
}

// strayTries is how many of the rounds that a program of some threads runs by
// itself may be aborted by its own threads, which take the CPU as they wake: of
// 720 runs of 20 rounds 3 had one.
const strayTries = 2

// endsWhole continues to the end of a program that checks its sums, and prints
// how many tries its rounds took.
func endsWhole(d *dlv, rounds int) {
	d.t.Helper()
	if status := d.finish(); status != 0 {
		d.t.Errorf("the program ended with status %d", status)
	}
	want := fmt.Sprintf("sum %d of %[1]d tries %%d of %[1]d", rounds)
	for line := range strings.Lines(d.output.String()) {
		var tries int
		if n, _ := fmt.Sscanf(line, want, &tries); n == 1 {
			if tries > rounds+strayTries {
				d.t.Errorf("%d rounds took %d tries", rounds, tries)
			}
			return
		}
	}
	d.t.Errorf("the program did not print %q", want)
}

// TestDelveAloneNeverLeavesTheVDSO shows what the backend is for.
func TestDelveAloneNeverLeavesTheVDSO(t *testing.T) {
	tabletest.NeedPtrace(t)
	if n := timesReturned(t, way{command: []string{tabletest.Dlv(t), "--backend=native"}}); n > 0 {
		t.Errorf("runtime.nanotime1 returned %d times: the fixture shows nothing", n)
	}
}
