package stepper_test

import (
	"fmt"
	"runtime"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/ptrace"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// bodies decodes the program's sections that have n instructions.
func (p *program) bodies(n int) []machine.Body {
	p.t.Helper()
	var list []machine.Body
	for _, s := range p.Image().Sections() {
		code := make([]byte, s.End-s.Start)
		if n, err := p.process.ReadMemory(s.Start, code); n < len(code) {
			p.t.Fatal(err)
		}
		b, err := machine.DecodeBody(ptrace.Arch(), s, code)
		if err != nil {
			p.t.Fatal(err)
		}
		if len(b.Insns) == n {
			list = append(list, b)
		}
	}
	if len(list) == 0 {
		p.t.Fatalf("no section has %d instructions", n)
	}
	return list
}

// Sections of the fixtures by their number of instructions (rseqfix.h, watchin.c). The lengths differ from each
// other in each fixture.
var (
	addv  = perArch(3, 6)
	stage = perArch(5, 6)
	pop   = perArch(8, 8)
	copyv = perArch(11, 13)
)

// stored is the address behind a section's store number n (1 is the first).
func stored(b *machine.Body, n int) table.Addr {
	for _, i := range b.Insns {
		if i.Store.Size != 0 {
			if n--; n == 0 {
				return i.Next()
			}
		}
	}
	return 0
}

// at is the address of instruction n (1 is the first) of each section.
func at(bodies []machine.Body, n int) []table.Addr {
	var list []table.Addr
	for i := range bodies {
		list = append(list, bodies[i].Insns[n-1].Addr)
	}
	return list
}

// live is the rseq state of the selected thread.
func (p *program) live() stepper.ThreadRseq {
	p.t.Helper()
	for _, th := range p.Threads() {
		if th.TID == p.Thread() {
			return th.Rseq
		}
	}
	p.t.Fatal("no thread is selected")
	return stepper.ThreadRseq{}
}

// hits continues to a breakpoint inside a section, n times.
func (p *program) hits(b *stepper.Breakpoint, n int) {
	p.t.Helper()
	for range n {
		before := b.Hits
		stop := p.cont()
		if stop.Reason != stepper.StopBreakpoint || stop.Breakpoints[0] != b.Number || b.Hits != before+1 {
			p.t.Fatalf("after hit %d: %s, printed %q", before, p.describe(stop), p.printed())
		}
		if now := p.live(); !now.Live || !now.Section.Contains(stop.PC) {
			p.t.Fatalf("hit %d: the thread is not inside a live section: %+v, %s", b.Hits, now, p.describe(stop))
		}
	}
}

// delete removes a breakpoint.
func (p *program) delete(b *stepper.Breakpoint) {
	p.t.Helper()
	if err := p.DeleteBreakpoint(b.Number); err != nil {
		p.t.Fatal(err)
	}
}

// percpu is percpu.c with 8 threads, the last of which runs longer than the others.
func percpu(t *testing.T, opt string) *program {
	t.Helper()
	p := launch(t, tabletest.Fixture{Source: "percpu.c", Opt: opt}, "8", "100", "100000")
	p.runTo("stepped")
	return p
}

// Eight threads share few CPUs, so the program itself aborts some sections; the log compares
// this with as many stops after the sections.
func TestABreakpointInsideASectionStopsThereLive(t *testing.T) {
	n := times(t, 300)
	for _, opt := range []string{"-O0", "-O2"} {
		t.Run(opt, func(t *testing.T) {
			p := percpu(t, opt)
			b := p.add(stepper.BreakpointSpec{Addrs: at(p.bodies(addv), addv-1)})
			p.hits(b, n)
			p.delete(b)
			p.wantExit(0) // its sums are correct
			t.Logf("%d stops inside: %s", n, p.printed())

			p = percpu(t, opt)
			var behind []table.Addr
			for _, body := range p.bodies(addv) {
				behind = append(behind, body.End)
			}
			b = p.add(stepper.BreakpointSpec{Addrs: behind})
			for range n {
				p.wantReason(p.cont(), stepper.StopBreakpoint)
			}
			p.delete(b)
			p.wantExit(0)
			t.Logf("%d stops behind: %s", n, p.printed())
		})
	}
}

// wantUnits checks what units.c printed. The kernel hardly ever aborts a section of a single
// thread: the test allows 1 preemption in 100 on a busy machine.
func (p *program) wantUnits(n int) {
	p.t.Helper()
	var aborts, attempts, sum int
	if _, err := fmt.Sscanf(p.printed(), "aborts %d attempts %d sum %d", &aborts, &attempts, &sum); err != nil {
		p.t.Fatalf("%q: %v", p.printed(), err)
	}
	if sum != n || attempts != n+aborts || aborts > n/100 {
		p.t.Errorf("%d sections: the program printed %q", n, p.printed())
	}
}

func TestStopsAtEveryInstructionOfASectionAbortNothing(t *testing.T) {
	const n = 100
	for _, opt := range []string{"-O0", "-O2"} {
		for insn := 1; insn <= addv; insn++ {
			t.Run(fmt.Sprintf("%s-%d", opt, insn), func(t *testing.T) {
				p := start(t, tabletest.Fixture{Source: "units.c", Opt: opt}, fmt.Sprint(n))
				b := p.add(stepper.BreakpointSpec{Addrs: at(p.bodies(addv), insn)})
				p.hits(b, n)
				p.wantExit(0)
				p.wantUnits(n)
			})
		}
	}
}

// Displaced stepping, which other debuggers use here, loses updates (DESIGN 3.2).
func TestAFalseConditionInsideASectionAbortsAndLosesNothing(t *testing.T) {
	const n = 300
	p := start(t, tabletest.Fixture{Source: "units.c", Opt: "-O2"}, fmt.Sprint(n))
	asked := 0
	b := p.add(stepper.BreakpointSpec{Addrs: at(p.bodies(addv), addv),
		When: func(int) (bool, error) { asked++; return false, nil }})
	p.wantExit(0)
	p.wantUnits(n)
	if b.Hits != 0 || asked != n {
		t.Errorf("%d hits, asked %d times", b.Hits, asked)
	}
}

func TestAFalseConditionInsideSectionsOfManyThreadsLosesNothing(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "percpu.c", Opt: "-O2"}, "8", "50", "50")
	asked := 0
	p.add(stepper.BreakpointSpec{Addrs: at(p.bodies(addv), addv-1),
		When: func(int) (bool, error) { asked++; return false, nil }})
	p.wantExit(0)
	if asked < 8*50 {
		t.Errorf("asked %d times", asked)
	}
}

func TestIgnoredHitsInsideASectionAreCounted(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "units.c"}, "50")
	b := p.add(stepper.BreakpointSpec{Addrs: at(p.bodies(addv), 2)})
	b.Ignore = 20
	p.wantReason(p.cont(), stepper.StopBreakpoint)
	if b.Hits != 21 || b.Ignore != 0 {
		t.Errorf("%d hits, ignoring %d more", b.Hits, b.Ignore)
	}
	b.Ignore = 100
	p.wantExit(0)
	p.wantUnits(50)
	if b.Hits != 50 {
		t.Errorf("%d hits", b.Hits)
	}
}

func TestABreakpointInsideASectionMayBeForOneThread(t *testing.T) {
	p := percpu(t, "-O2")
	b := p.add(stepper.BreakpointSpec{Addrs: at(p.bodies(addv), 2), Thread: p.Thread()})
	for range 50 {
		p.hits(b, 1)
		if p.Thread() != b.Thread {
			t.Fatalf("thread %d stopped, not %d", p.Thread(), b.Thread)
		}
	}
	p.delete(b)
	p.wantExit(0)
}

func TestATemporaryBreakpointInsideASectionStopsOnce(t *testing.T) {
	for _, kind := range []stepper.BreakpointKind{stepper.BreakSoftware, stepper.BreakHardware} {
		p := start(t, tabletest.Fixture{Source: "units.c"}, "50")
		b := p.add(stepper.BreakpointSpec{Kind: kind, Addrs: at(p.bodies(addv), 2), Temporary: true})
		p.hits(b, 1)
		p.wantExit(0)
		p.wantUnits(50)
	}
}

func TestAHardwareBreakpointInsideASectionStopsThereLive(t *testing.T) {
	p := percpu(t, "-O2")
	b := p.add(stepper.BreakpointSpec{Kind: stepper.BreakHardware, Addrs: at(p.bodies(pop), 4)})
	p.hits(b, 50)
	p.delete(b)
	p.wantExit(0)
}

// One pass hits two places of a section and one in a loop inside, one after the other.
func TestEveryBreakpointOfAPassIsMet(t *testing.T) {
	const rounds, length = 3, 16 // sidexit.c copies 16 bytes
	p := start(t, tabletest.Fixture{Source: "sidexit.c", Opt: "-O2"}, fmt.Sprint(rounds))
	body := p.bodies(copyv)
	first := p.add(stepper.BreakpointSpec{Addrs: at(body, 1)})
	loop := p.add(stepper.BreakpointSpec{Addrs: at(body, 7)})
	last := p.add(stepper.BreakpointSpec{Addrs: at(body, copyv)})
	for range rounds {
		p.hits(first, 1)
		p.hits(loop, length)
		p.hits(last, 1)
	}
	p.wantExit(0)
	p.wantPrinted("committed 2 aside 1 copied 3 aborts 0\n")
}

// stepi continues inside from a breakpoint there, and the section commits.
func TestStepiGoesOnFromABreakpointInside(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "units.c"}, "20")
	body := p.bodies(addv)[0]
	b := p.add(stepper.BreakpointSpec{Addrs: []table.Addr{body.Insns[0].Addr}})
	for range 10 {
		p.hits(b, 1)
		for _, want := range []table.Addr{body.Insns[1].Addr, body.Insns[2].Addr, body.End} {
			stop := p.stepi(1)
			if stop.Reason != stepper.StopStep || stop.PC != want || p.live().Live != (want != body.End) {
				t.Fatalf("want %v, got %s, %+v", want, p.describe(stop), p.live())
			}
			if want == body.End && (len(stop.Units) != 1 || stop.Units[0].Result != stepper.Committed || stop.Units[0].Rung != stepper.RungQuiet) {
				t.Fatalf("no commit: %+v", stop.Units)
			}
		}
	}
	p.delete(b)
	p.wantExit(0)
	p.wantUnits(20)
}

func TestABreakpointInsideASectionOfALibraryComesAndGoesWithIt(t *testing.T) {
	const n = 4
	lib := tabletest.Build(t, tabletest.Fixture{Source: "asm.S", Shape: tabletest.Shared})
	p := start(t, tabletest.Fixture{Source: "dlasm.c"}, lib, fmt.Sprint(n))
	b := p.add(stepper.BreakpointSpec{Location: lineIn(t, asmSource(), perArch("(%rdi), %r8", "x12, [x0]")), Pending: true})
	if !b.Pending {
		t.Fatal("the library is there before it is loaded")
	}
	p.hits(b, 2*n)
	p.wantExit(0)
	p.wantPrinted(fmt.Sprintf("sum %d\n", 2*n))
}

// Without section headers the Engine learns the section only when a thread arms it. By then a
// breakpoint is inside: a thread hits it once, the kernel aborts the section, and the
// breakpoint moves to the arming store.
func TestABreakpointInsideASectionLearntLateMovesToItsArmingStore(t *testing.T) {
	const n = 30
	whole := tabletest.Fixture{Source: "units.c", Shape: tabletest.Static, Opt: "-O2"}
	stripped := whole
	stripped.Strip = tabletest.StripSections
	places := at(launch(t, whole).bodies(addv), 2)

	p := launch(t, stripped, fmt.Sprint(n))
	b := p.add(stepper.BreakpointSpec{Addrs: places})
	p.hits(b, n)
	p.wantExit(0)
	p.wantPrinted(fmt.Sprintf("aborts 1 attempts %d sum %d\n", n+1, n))

	p = launch(t, stripped, fmt.Sprint(n))
	p.add(stepper.BreakpointSpec{Addrs: places, When: func(int) (bool, error) { return false, nil }})
	p.wantExit(0)
	p.wantPrinted(fmt.Sprintf("aborts 1 attempts %d sum %d\n", n+1, n))
}

// The first hit of the watchpoint is native, and the kernel aborts the section; later hits
// happen in a quiet phase.
func TestAWatchpointInsideASectionStopsAndLetsItCommit(t *testing.T) {
	const n = 20
	for _, opt := range []string{"-O0", "-O2"} {
		for _, variable := range []string{"staged", "done"} {
			t.Run(variable+opt, func(t *testing.T) {
				p := start(t, tabletest.Fixture{Source: "watchin.c", Opt: opt}, fmt.Sprint(n))
				body := p.bodies(stage)[0]
				p.add(stepper.BreakpointSpec{Kind: stepper.WatchWrite, Location: variable, Watch: p.address(variable), WatchLength: 8})
				behind := stored(&body, 1)
				if variable == "done" {
					behind = body.End
				}
				for value := byte(1); value <= n; value++ {
					stop := p.cont()
					p.wantReason(stop, stepper.StopWatchpoint)
					if w := stop.Watch[0]; w.Old[0] != value-1 || w.New[0] != value || stop.PC != behind {
						t.Fatalf("change %d: %s", value, p.describe(stop))
					}
					if p.live().Live != (variable == "staged") {
						t.Fatalf("change %d: %+v", value, p.live())
					}
				}
				p.wantExit(0)
				want := fmt.Sprintf("staged %d done %d aborts 0\n", n, n)
				if variable == "staged" || runtime.GOARCH == "arm64" { // there, the thread stops before the committing store
					want = fmt.Sprintf("staged %d done %d aborts 1\n", n, n)
				}
				p.wantPrinted(want)
			})
		}
	}
}
