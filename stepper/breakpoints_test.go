package stepper_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// watched returns a watchpoint's four bytes before and after a change.
func watched(t *testing.T, stop stepper.Stop) (old, now uint32) {
	t.Helper()
	if len(stop.Watch) != 1 || len(stop.Watch[0].Old) != 4 || len(stop.Watch[0].New) != 4 {
		t.Fatalf("watch %+v", stop.Watch)
	}
	return binary.LittleEndian.Uint32(stop.Watch[0].Old), binary.LittleEndian.Uint32(stop.Watch[0].New)
}

// Each change stops once, with the value before and after it; a store that changes nothing does
// not stop.
func TestWatchpointsShowChangesDuringEveryCommand(t *testing.T) {
	for _, command := range []string{"continue", "next", "step", "stepi", "nexti", "finish"} {
		t.Run(command, func(t *testing.T) {
			p := start(t, tabletest.Fixture{Source: "watch.c"})
			b := p.add(stepper.BreakpointSpec{Kind: stepper.WatchWrite, Location: "watched", Watch: p.address("watched"), WatchLength: 4})
			seen := uint32(0)
			for n := 0; n < 2000; n++ {
				stop, err := p.run(command)
				if errors.Is(err, stepper.ErrOutermost) {
					stop, err = p.Continue(p.ctx)
				}
				if err != nil {
					t.Fatal(err)
				}
				if stop.Reason == stepper.StopExited {
					break
				}
				if stop.Reason == stepper.StopWatchpoint {
					old, now := watched(t, stop)
					if old != seen || now != seen+1 || stop.Watch[0].Number != b.Number {
						t.Errorf("after %d: %d to %d", seen, old, now)
					}
					seen = now
				}
				if seen == 3 {
					break
				}
			}
			if seen != 3 {
				t.Errorf("3 changes, the last seen is to %d", seen)
			}
			if b.Hits != 3 {
				t.Errorf("%d hits", b.Hits)
			}
		})
	}
}

// run is do that returns the error.
func (p *program) run(command string) (stepper.Stop, error) {
	if command == "finish" {
		return p.Finish(p.ctx, 0)
	}
	return p.do(command), nil
}

func TestReadAndAccessWatchpointsSeeLoads(t *testing.T) {
	for kind, want := range map[stepper.BreakpointKind]int{stepper.WatchRead: 4, stepper.WatchAccess: 4} {
		p := start(t, tabletest.Fixture{Source: "watch.c"})
		p.add(stepper.BreakpointSpec{Kind: kind, Location: "watched", Watch: p.address("watched"), WatchLength: 4})
		stops := 0
		for {
			stop := p.cont()
			if stop.Reason == stepper.StopExited {
				break
			}
			p.wantReason(stop, stepper.StopWatchpoint)
			stops++
		}
		if stops < want {
			t.Errorf("kind %d: %d stops, want %d at least", kind, stops, want)
		}
	}
}

func TestHardwareBreakpointsStopOnceAtTheirPlace(t *testing.T) {
	for _, command := range []string{"continue", "stepi"} {
		t.Run(command, func(t *testing.T) {
			p := start(t, tabletest.Fixture{Source: "recurse.c"})
			b := p.add(stepper.BreakpointSpec{Kind: stepper.BreakHardware, Location: "recurse.c:16"})
			for n := range 21 {
				stop := p.cont()
				p.wantReason(stop, stepper.StopBreakpoint)
				p.wantLine(stop, "depth:16")
				if command == "stepi" && n%7 == 0 {
					p.wantReason(p.stepi(1), stepper.StopStep)
				}
			}
			p.wantExit(0)
			if b.Hits != 21 {
				t.Errorf("%d hits", b.Hits)
			}
		})
	}
}

// The user takes all four slots; units then use int3 on their exits.
func TestUnitsRunWithEveryDebugRegisterTaken(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "units.c", Opt: "-O2"}, "20")
	for i := range 4 {
		p.add(stepper.BreakpointSpec{Kind: stepper.WatchWrite, Location: fmt.Sprint(i), Watch: p.address("fix_offset") &^ 7, WatchLength: 8})
	}
	if _, err := p.AddBreakpoint(stepper.BreakpointSpec{Kind: stepper.BreakHardware, Location: "main"}); !errors.Is(err, stepper.ErrNoSlot) {
		t.Errorf("a fifth debug register: %v", err)
	}
	watch := p.cont() // fix_attach sets fix_offset
	p.wantReason(watch, stepper.StopWatchpoint)
	code, units := p.stepiToEnd(100000)
	if code != 0 {
		t.Errorf("exit %d, printed %q", code, p.printed())
	}
	if got := passes(units); got[stepper.Committed] != 20 {
		t.Errorf("want 20 commits, got %v", got)
	}
}

func TestTemporaryBreakpointsAreMetOnce(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "recurse.c"})
	p.add(stepper.BreakpointSpec{Location: "depth", Temporary: true})
	p.wantReason(p.cont(), stepper.StopBreakpoint)
	if left := p.Breakpoints(); len(left) != 0 {
		t.Errorf("breakpoints left: %+v", left)
	}
	p.wantExit(0)
}

func TestConditionsAndIgnoreCounts(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "recurse.c"})
	asked := 0
	b := p.add(stepper.BreakpointSpec{Location: "depth", When: func(tid int) (bool, error) {
		asked++
		r, err := p.Regs(tid)
		if err != nil {
			return false, err
		}
		return int32(r.Arguments()[0]) == 15, nil // gcc -O0 copies the argument, and leaves it there
	}})
	p.wantReason(p.cont(), stepper.StopBreakpoint)
	if asked != 6 || b.Hits != 1 {
		t.Errorf("asked %d times, %d hits", asked, b.Hits)
	}
	b.When, b.Ignore = nil, 10
	p.wantReason(p.cont(), stepper.StopBreakpoint)
	if b.Hits != 12 {
		t.Errorf("%d hits after ten were ignored", b.Hits)
	}
	if err := p.EnableBreakpoint(b.Number, 0, false); err != nil {
		t.Fatal(err)
	}
	p.wantExit(0)
}

func TestABreakpointOfOneThreadLetsOthersPass(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "percpu.c", Opt: "-O2"}, "8", "500", "5")
	p.runTo("stepped")
	tid := p.Thread()
	b := p.add(stepper.BreakpointSpec{Location: "percpu.c:27", Thread: tid})
	hits := 0
	for {
		stop := p.cont()
		if stop.Reason == stepper.StopExited {
			break
		}
		p.wantReason(stop, stepper.StopBreakpoint)
		if hits++; stop.TID != tid {
			t.Fatalf("thread %d stopped", stop.TID)
		}
	}
	if hits == 0 || b.Hits != hits {
		t.Errorf("%d stops, %d hits", hits, b.Hits)
	}
}

// If a native run hit a trap inside a section, the kernel would abort the section every time; a
// trap on a signature would make the kernel kill the program.
func TestNothingIsPlantedInsideSectionsNorOnSignatures(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "asmmain.c", Extra: []string{"asm.S"}})
	for _, s := range p.Image().Sections() {
		for a := s.Abort - 4; a < s.Abort; a += perArch[table.Addr](1, 4) {
			if _, err := p.AddBreakpoint(stepper.BreakpointSpec{Addrs: []table.Addr{a}}); err == nil {
				t.Fatalf("a breakpoint on the signature before %v", s.Abort)
			}
		}
		for _, kind := range []stepper.BreakpointKind{stepper.BreakSoftware, stepper.BreakHardware} {
			for a := s.Start; a < s.End; a += perArch[table.Addr](1, 4) {
				b, err := p.AddBreakpoint(stepper.BreakpointSpec{Kind: kind, Addrs: []table.Addr{a}})
				for in := s.Start; in < s.End; in++ {
					if p.process.Inserted(in) {
						t.Fatalf("planted at %v, in [%v, %v)", in, s.Start, s.End)
					}
				}
				if err != nil {
					continue
				}
				if err := p.DeleteBreakpoint(b.Number); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	p.wantExit(0)
	p.wantPrinted("sum 30 limited 6 added 6 aside 4\n")
}

// Breakpoints at the ends of sections work as at any other place.
func TestBreakpointsAtTheEndsOfSectionsDisturbNothing(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "asmmain.c", Extra: []string{"asm.S"}})
	aborts := map[table.Addr]bool{}
	for _, s := range p.Image().Sections() {
		aborts[s.Abort] = true
		for _, a := range []table.Addr{s.End, s.Abort} {
			p.add(stepper.BreakpointSpec{Addrs: []table.Addr{a}})
		}
	}
	ends, aborted := 0, 0
	for {
		stop := p.cont()
		if stop.Reason == stepper.StopExited {
			break
		}
		p.wantReason(stop, stepper.StopBreakpoint)
		if aborts[stop.PC] {
			aborted++ // the kernel preempted it inside, which can happen to any section on a busy machine
		} else {
			ends++
		}
	}
	p.wantPrinted("sum 30 limited 6 added 6 aside 4\n")
	if ends != 16 || aborted > 4 {
		t.Errorf("%d stops at ends of sections, %d in abort handlers, want 16 and hardly one", ends, aborted)
	}
}

// The thread reaches a place inside in a quiet phase, stops there with live state, and its
// section still commits.
func TestABreakpointInsideASectionStopsThereAndCommits(t *testing.T) {
	for _, opt := range []string{"-O0", "-O2"} {
		t.Run(opt, func(t *testing.T) {
			p := start(t, tabletest.Fixture{Source: "asmmain.c", Extra: []string{"asm.S"}, Opt: opt})
			where := lineIn(t, asmSource(), "commits")
			store := p.breakAt(where)
			sum := perArch(amd64.R8, arm64.General(12))
			for n := range 10 {
				stop := p.cont()
				p.wantReason(stop, stepper.StopBreakpoint)
				p.wantLine(stop, "asm_addv:"+where[strings.LastIndex(where, ":")+1:])
				r, err := p.Regs(stop.TID)
				if err != nil || r.W[sum] != uint64(3*n+3) {
					t.Fatalf("round %d: the sum to be stored is %d, %v", n, r.W[sum], err)
				}
			}
			if store.Hits != 10 {
				t.Errorf("%d hits", store.Hits)
			}
			p.wantExit(0)
			p.wantPrinted("sum 30 limited 6 added 6 aside 4\n")
		})
	}
}

// stepi stops once at breakpoints on a unit's exits, and they do not disturb the unit.
func TestStepiStopsAtBreakpointsOnExits(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "units.c", Opt: "-O2"}, "5")
	for _, s := range p.Image().Sections() {
		p.add(stepper.BreakpointSpec{Addrs: []table.Addr{s.End}})
	}
	met := 0
	for n := 0; ; n++ {
		stop := p.stepi(1000)
		if stop.Reason == stepper.StopExited {
			break
		}
		if stop.Reason == stepper.StopBreakpoint {
			met++
		}
		if n > 200 {
			t.Fatal("the program has not ended")
		}
	}
	if met != 5 {
		t.Errorf("%d stops at the end of the section, want 5", met)
	}
	p.wantAborts(func(n int) string { return fmt.Sprintf("aborts %d attempts %d sum 5\n", n, 5+n) })
}

// A breakpoint created disabled needs no slot, and one that cannot be enabled stays disabled:
// loading another library does not insert it.
func TestABreakpointThatCannotBeEnabledStaysDisabled(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "units.c", Opt: "-O2"}, "20")
	var watches []int
	for range 4 {
		watches = append(watches, p.add(stepper.BreakpointSpec{Kind: stepper.WatchRead, Watch: p.address("fix_offset") &^ 7, WatchLength: 8}).Number)
	}
	b := p.add(stepper.BreakpointSpec{Kind: stepper.BreakHardware, Location: "units.c:14", Disabled: true, Ignore: 3})
	if err := p.EnableBreakpoint(b.Number, 0, true); !errors.Is(err, stepper.ErrNoSlot) || b.Enabled {
		t.Fatalf("enabled without a debug register: %v, %v", b.Enabled, err)
	}
	for _, n := range watches {
		if err := p.DeleteBreakpoint(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.EnableBreakpoint(b.Number, 0, true); err != nil || !b.Enabled {
		t.Fatalf("not enabled: %v", err)
	}
	p.wantReason(p.cont(), stepper.StopBreakpoint)
	if b.Hits != 4 {
		t.Errorf("%d hits, the first three to be passed", b.Hits)
	}
}
