package stepper_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// times is how often a test repeats something: usual, or the value of the environment variable
// RSEQSTEP_TIMES.
func times(t testing.TB, usual int) int {
	t.Helper()
	text := os.Getenv("RSEQSTEP_TIMES")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// leaveMalloc steps out of a call of malloc from malloc's first instruction. It returns the
// number of steps, every unit, and the number of sections that committed after a stop at each
// of their instructions.
func (p *program) leaveMalloc() (steps int, units []stepper.UnitReport, whole int) {
	p.t.Helper()
	var seen []table.Addr // in the current section
	r, err := p.Regs(p.Thread())
	if err != nil {
		p.t.Fatal(err)
	}
	back, ok := r.ReturnAddress(p.process)
	if !ok {
		p.t.Fatal("malloc's return address cannot be read")
	}
	cfa := r.EntryCFA()
	for steps = 1; steps < 100000; steps++ {
		stop := p.stepi(1)
		p.wantReason(stop, stepper.StopStep)
		units = append(units, stop.Units...)
		if in := p.Image().At(stop.PC); in != nil {
			if seen = append(seen, stop.PC); stop.PC == in.Start {
				seen = []table.Addr{stop.PC}
			}
		}
		for _, u := range stop.Units {
			if u.Result == stepper.Committed && slices.Equal(seen, p.insns(u.Start)) {
				whole++
			}
		}
		if stop.PC != back {
			continue
		}
		if r, err = p.Regs(stop.TID); err != nil {
			p.t.Fatal(err)
		}
		if r.SP() >= cfa {
			return steps, units, whole
		}
	}
	p.t.Fatalf("%d steps, and malloc has not returned", steps)
	return 0, nil, 0
}

// insns are the addresses of a section's instructions, by its start.
func (p *program) insns(start table.Addr) []table.Addr {
	p.t.Helper()
	s := p.Image().At(start)
	code := make([]byte, s.End-s.Start)
	if n, err := p.process.ReadMemory(s.Start, code); n < len(code) {
		p.t.Fatal(err)
	}
	body, err := machine.DecodeBody(p.process.Arch(), s, code)
	if err != nil {
		p.t.Fatal(err)
	}
	var list []table.Addr
	for _, i := range body.Insns {
		list = append(list, i.Addr)
	}
	return list
}

// tcmalloc keeps a pointer where the kernel writes cpu_id_start after each stop, so stepping by
// units alone never leaves its slow path.
func TestStepiLeavesTcmallocsMalloc(t *testing.T) {
	for _, inside := range []bool{false, true} {
		t.Run(fmt.Sprintf("inside=%v", inside), func(t *testing.T) {
			path := tabletest.NeedWorkerdRuns(t)
			// It registers its area itself, unless glibc has done so first.
			t.Setenv("GLIBC_TUNABLES", "glibc.pthread.rseq=0")
			p := launchFile(t, path, "--version")
			p.runTo("main")
			b := p.add(stepper.BreakpointSpec{Addrs: []table.Addr{p.address("TCMallocInternalMalloc")}})
			commits, whole := 0, 0
			for call := range times(t, 3) {
				p.wantReason(p.cont(), stepper.StopBreakpoint)
				p.enable(b, false)
				p.Policy().Inside = inside
				steps, units, all := p.leaveMalloc()
				whole += all
				p.Policy().Inside = false
				p.enable(b, true)
				rungs := map[stepper.Rung]int{}
				for _, u := range units {
					if u.Result == stepper.Committed && u.Rung == stepper.RungQuiet {
						commits++
					}
					rungs[u.Rung] += u.Passes
				}
				t.Logf("call %d: %d stops, passes by rung %v", call+1, steps, rungs)
			}
			if commits == 0 {
				t.Error("no section has committed in a quiet phase")
			}
			if inside != (whole > 0) {
				t.Errorf("%d sections were stopped in at each of their instructions", whole)
			}
			p.delete(b)
			p.wantExit(0)
		})
	}
}

// enable enables or disables a breakpoint.
func (p *program) enable(b *stepper.Breakpoint, on bool) {
	p.t.Helper()
	if err := p.EnableBreakpoint(b.Number, 0, on); err != nil {
		p.t.Fatal(err)
	}
}

// wantVector fails the test unless a cpu_opv vector did a section's work.
func wantVector(t *testing.T, units []stepper.UnitReport) {
	t.Helper()
	for _, u := range units {
		if u.Rung == stepper.RungOpv && u.Result == stepper.Committed && len(u.Vector) > 0 {
			return
		}
	}
	t.Errorf("no cpu_opv vector in %+v", units)
}

// The endless line of wrongcpu.c, and the one after it.
const (
	wrongcpuLoop  = "wrongcpu.c:20"
	wrongcpuAfter = "main:21"
)

func TestEveryStepPassesALoopThatNeverEndsNatively(t *testing.T) {
	for _, table := range tabletest.Some(t, 1, []tabletest.Table{tabletest.RseqCS, tabletest.RseqTable}) {
		for _, opt := range tabletest.Some(t, 1, []string{"-O0", "-O2"}) {
			for _, command := range []string{"next", "step", "stepi"} {
				t.Run(fmt.Sprintf("%s%s-%s", command, opt, table), func(t *testing.T) {
					p := launch(t, tabletest.Fixture{Source: "wrongcpu.c", Opt: opt, Table: table})
					p.runTo(wrongcpuLoop)
					if command == "stepi" {
						stop := p.stepi(500)
						p.wantReason(stop, stepper.StopStep)
						wantVector(t, stop.Units)
					} else {
						var units []stepper.UnitReport
						for n := 0; ; n++ {
							stop := p.do(command)
							if units = append(units, stop.Units...); p.where(stop) == wrongcpuAfter {
								break
							}
							if n > 50 {
								t.Fatalf("50 times %s: %s", command, p.describe(stop))
							}
						}
						wantVector(t, units)
					}
					p.wantExit(0)
					p.wantPrinted("counters 0 1\n")
				})
			}
		}
	}
}

func TestStepsPassSectionsUnderAStormOfSignals(t *testing.T) {
	const n = 6
	for _, opt := range tabletest.Some(t, 1, []string{"-O0", "-O2"}) {
		for _, command := range []string{"next", "step", "stepi"} {
			t.Run(command+opt, func(t *testing.T) {
				p := launch(t, tabletest.Fixture{Source: "storm.c", Opt: opt}, fmt.Sprint(n))
				p.runTo("count")
				if command == "stepi" {
					stop := p.stepi(400)
					p.wantReason(stop, stepper.StopStep)
					if passes(stop.Units)[stepper.Committed] == 0 {
						t.Errorf("no section has committed: %+v", stop.Units)
					}
				} else {
					for k := 0; !strings.HasPrefix(p.where(p.do(command)), "main:5"); k++ {
						if k > 400 {
							t.Fatalf("400 times %s, and the loop has not ended", command)
						}
					}
				}
				p.wantExit(0)
				p.wantPrinted(fmt.Sprintf("sum %d of %d, alarms came\n", n, n))
			})
		}
	}
}

// AbortAt makes the kernel abort a section before each of its instructions in turn.
func TestAbortAtStopsAtTheHandler(t *testing.T) {
	for _, f := range []struct {
		source string
		insns  int
	}{{"units.c", addv}, {"watchin.c", stage}, {"asmmain.c", 5}} {
		for n := 1; n <= f.insns; n++ {
			t.Run(fmt.Sprintf("%s-%d", f.source, n), func(t *testing.T) {
				fixture := tabletest.Fixture{Source: f.source}
				if f.source == "asmmain.c" {
					fixture.Extra = []string{"asm.S"}
				}
				p := start(t, fixture)
				stop, err := p.AbortAt(p.ctx, n)
				for try := 0; err != nil && try < 3; try++ { // the kernel preempted the section, as on a busy machine
					p = start(t, fixture)
					stop, err = p.AbortAt(p.ctx, n)
				}
				if err != nil {
					t.Fatal(err)
				}
				p.wantReason(stop, stepper.StopStep)
				if len(stop.Units) != 1 || stop.Units[0].Result != stepper.Restarts || stop.Units[0].Exit != stop.PC {
					t.Fatalf("not at the abort handler: %s", p.describe(stop))
				}
				for _, s := range p.Image().Sections() {
					if s.Start == stop.Units[0].Start && s.Abort != stop.PC {
						t.Errorf("the handler is at %v, the thread at %v", s.Abort, stop.PC)
					}
				}
				p.stepi(1) // a step works in the handler
				p.wantExit(0)
				if f.source != "asmmain.c" && !strings.Contains(p.printed(), "aborts 1") {
					t.Errorf("the program printed %q", p.printed())
				}
			})
		}
	}
}

func TestAbortAtRefusesAnInstructionThatIsNotThere(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "units.c"}, "20")
	for _, n := range []int{-1, 0, addv + 1} {
		if _, err := p.AbortAt(p.ctx, n); err == nil {
			t.Errorf("instruction %d is aborted at", n)
		}
	}
	p.wantExit(0)
	p.wantUnits(20)
}

func TestOpvDoesASectionsWork(t *testing.T) {
	for _, source := range []string{"units.c", "watchin.c"} {
		for _, opt := range []string{"-O0", "-O2"} {
			for _, aborted := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s%s-aborted=%v", source, opt, aborted), func(t *testing.T) {
					const n = 20
					p := start(t, tabletest.Fixture{Source: source, Opt: opt}, fmt.Sprint(n))
					for k := range n {
						if aborted {
							_, err := p.AbortAt(p.ctx, k%addv+1)
							if err != nil { // the kernel preempted the section, as on a busy machine: the next pass
								_, err = p.AbortAt(p.ctx, k%addv+1)
							}
							if err != nil {
								t.Fatal(err)
							}
						}
						stop, err := p.Opv(p.ctx)
						if err != nil {
							t.Fatal(err)
						}
						p.wantReason(stop, stepper.StopStep)
						wantVector(t, stop.Units)
						if stop.PC != stop.Units[len(stop.Units)-1].Exit || p.live().Live {
							t.Fatalf("not behind the section: %s", p.describe(stop))
						}
					}
					p.wantExit(0)
					want := map[string]string{"units.c": "aborts 0 attempts 20 sum 20\n", "watchin.c": "staged 20 done 20 aborts 0\n"}
					p.wantPrinted(want[source])
				})
			}
		}
	}
}

// The program ends before it reaches another section.
func TestOpvWithoutASectionToComeSaysSo(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "units.c"}, "1")
	if _, err := p.Opv(p.ctx); err != nil {
		t.Fatal(err)
	}
	stop, err := p.Opv(p.ctx)
	if err == nil && stop.Reason != stepper.StopExited {
		t.Errorf("the second Opv of a program with one section: %s", p.describe(stop))
	}
}
