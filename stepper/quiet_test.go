package stepper_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// status is a field of proc_pid_status(5) of a thread.
func (p *program) status(tid int, field string) string {
	p.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/status", p.process.PID(), tid))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	p.t.Fatalf("no %s of thread %d", field, tid)
	return ""
}

// owned is the state of a thread that a quiet phase changes and must restore.
type owned struct {
	config   tracee.RseqConfig
	affinity string
	blocked  string
}

func (p *program) owned(tid int) owned {
	p.t.Helper()
	c, err := p.process.Rseq(tid)
	if err != nil {
		p.t.Fatal(err)
	}
	return owned{c, p.status(tid, "Cpus_allowed"), p.status(tid, "SigBlk")}
}

// inside is percpu.c with its last thread stepped into a section, in a quiet phase. That
// thread's rounds, some 100 ns each, keep it alive while others run.
func inside(t *testing.T, opt string, rounds int) (p *program, tid int, before owned) {
	t.Helper()
	p = launch(t, tabletest.Fixture{Source: "percpu.c", Opt: opt}, "8", "100", fmt.Sprint(rounds))
	p.runTo("stepped")
	tid = p.Thread()
	before = p.owned(tid)
	if !before.config.Registered() {
		t.Fatalf("thread %d has no rseq area", tid)
	}
	p.enter()
	if now := p.owned(tid); now.config.Registered() || now.affinity == before.affinity || now.blocked == before.blocked {
		t.Fatalf("in the quiet phase: %+v, before: %+v", now, before)
	}
	return p, tid, before
}

// enter steps the selected thread into a section.
func (p *program) enter() {
	p.t.Helper()
	for n := 0; ; n++ {
		stop, err := p.StepInside(p.ctx, 1)
		if err != nil {
			p.t.Fatal(err)
		}
		p.wantReason(stop, stepper.StopStep)
		if now := p.live(); now.Live && stop.PC != now.Section.Start {
			return
		}
		if n > 1000 {
			p.t.Fatal("1000 steps, and no section has come")
		}
	}
}

// The signal is delivered after the section has committed.
func TestASignalInAQuietPhaseComesAfterwards(t *testing.T) {
	p, tid, _ := inside(t, "-O0", 100000)
	section := p.live().Section
	if err := syscall.Tgkill(p.process.PID(), tid, syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	var units []stepper.UnitReport
	for n := 0; ; n++ {
		stop, err := p.StepInside(p.ctx, 1)
		if err != nil {
			t.Fatal(err)
		}
		units = append(units, stop.Units...)
		if stop.Reason == stepper.StopSignal {
			if stop.Signal != int(syscall.SIGUSR1) || stop.TID != tid || p.live().Live {
				t.Errorf("%s, %+v", p.describe(stop), p.live())
			}
			break
		}
		p.wantReason(stop, stepper.StopStep)
		if n > 100 {
			t.Fatal("the signal does not come")
		}
	}
	if len(units) == 0 || units[0].Start != section.Start || units[0].Result != stepper.Committed {
		t.Errorf("the section was not committed before: %+v", units)
	}
	if err := p.PassSignal(tid, 0); err != nil {
		t.Fatal(err)
	}
	p.wantExit(0)
}

// Areas that the program registers itself, one of them of 64 bytes.
func TestQuietPhasesRegisterTheSameAreaAgain(t *testing.T) {
	t.Setenv("GLIBC_TUNABLES", "glibc.pthread.rseq=0") // otherwise ownreg.c would set it and exec itself first
	for _, f := range []tabletest.Fixture{{Source: "ownreg.c", Opt: "-O2"}, {Source: "units.c", Own: true}} {
		t.Run(f.String(), func(t *testing.T) {
			const n = 30
			p := start(t, f, fmt.Sprint(n))
			body := p.bodies(addv)
			p.runTo(fmt.Sprintf("%s:%d", f.Source, map[string]int{"ownreg.c": 46, "units.c": 10}[f.Source]))
			before := p.owned(p.Thread())
			b := p.add(stepper.BreakpointSpec{Addrs: at(body, 2)})
			for range n - 1 {
				p.hits(b, 1)
				p.stepi(2)
				if now := p.owned(p.Thread()); now != before {
					t.Fatalf("after the phase: %+v, before: %+v", now, before)
				}
			}
			p.wantReason(p.cont(), stepper.StopBreakpoint)
			p.wantExit(0)
			if f.Source == "ownreg.c" {
				var area, size, sum uint64
				if _, err := fmt.Sscanf(p.printed(), "area %v size %d sum %d", &area, &size, &sum); err != nil {
					t.Fatalf("%q: %v", p.printed(), err)
				}
				if want := (tracee.RseqConfig{Area: table.Addr(area), Size: uint32(size), Signature: 0x53053053}); before.config != want || sum != n {
					t.Errorf("want %+v, got %+v, printed %q", want, before.config, p.printed())
				}
			} else {
				p.wantUnits(n)
			}
		})
	}
}

// switches is how often a thread has given up its CPU: once for each ptrace-stop.
func (p *program) switches(tid int) int {
	p.t.Helper()
	n, err := strconv.Atoi(p.status(tid, "voluntary_ctxt_switches"))
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

// In addition to the instructions that it steps, a quiet phase may cost 12 ptrace-stops,
// including the trap at the arming store.
func TestAQuietPhaseCostsFewStops(t *testing.T) {
	const n, limit = 100, 12
	p := start(t, tabletest.Fixture{Source: "units.c", Opt: "-O2"}, "1000")
	overhead := quietStops(t, p, n)
	if overhead > limit {
		t.Errorf("%.1f ptrace-stops a quiet phase besides the instructions stepped, more than %d", overhead, limit)
	}
	t.Logf("%.1f ptrace-stops a quiet phase besides the instructions stepped", overhead)
}

// quietStops runs the thread through n sections in quiet phases, and returns the stops per
// section in addition to its instructions and the arming store.
func quietStops(t testing.TB, p *program, n int) float64 {
	t.Helper()
	passes := 0
	b := p.add(stepper.BreakpointSpec{Addrs: at(p.bodies(addv), 1),
		When: func(int) (bool, error) { passes++; return passes == n+1, nil }})
	before := p.switches(p.Thread())
	p.hits(b, 1)
	after := p.switches(p.Thread())
	p.delete(b)
	return float64(after-before)/float64(n) - float64(addv+1)
}

func BenchmarkQuietPhase(b *testing.B) {
	path := tabletest.Build(b, tabletest.Fixture{Source: "units.c", Opt: "-O2"})
	p := launchFile(b, path, fmt.Sprint(b.N+10))
	p.runTo("main")
	b.ResetTimer()
	stops := quietStops(b, p, b.N)
	b.ReportMetric(stops, "overhead-stops/op")
}
