package stepper_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rseqstep/stepper"
	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/tracee"
	"rseqstep/table/tabletest"
)

// shortly is a stuck-time that elapses a few times while a test runs.
const shortly = 100 * time.Millisecond

// holds counts how often the Engine holds every thread.
type holds struct {
	*ptrace.Process
	n atomic.Int32
}

func (h *holds) Hold() error {
	h.n.Add(1)
	return h.Process.Hold()
}

// lookedAfter launches a fixture whose continues a sentry watches, and collects the reports; if
// stops is set, the first report interrupts the command.
func lookedAfter(t *testing.T, f tabletest.Fixture, when stepper.WhenStuck, stops bool, args ...string) (*program, *holds, *[]stepper.StuckReport) {
	t.Helper()
	var h *holds
	var said []stepper.StuckReport
	p := launchAs(t, func(q *ptrace.Process) tracee.Target { h = &holds{Process: q}; return h }, []string{}, tabletest.Build(t, f), args...)
	p.Policy().Stuck, p.Policy().StuckTime = when, shortly
	interrupt := func() {}
	if stops {
		p.ctx, interrupt = context.WithCancel(p.ctx)
		t.Cleanup(interrupt)
	}
	p.OnStuck(func(r stepper.StuckReport) {
		said = append(said, r)
		interrupt()
	})
	return p, h, &said
}

func TestAContinueSaysWhichThreadGoesRoundWhichSection(t *testing.T) {
	for _, opt := range tabletest.Some(t, 1, []string{"-O0", "-O2"}) {
		for _, others := range []int{0, 2} {
			t.Run(fmt.Sprintf("%s-%d", opt, others), func(t *testing.T) {
				p, _, said := lookedAfter(t, wrongLoops(opt)["inlined"], stepper.StuckReports, true, "-1", "1", fmt.Sprint(others))
				tid := p.Thread()
				stop := p.cont()
				p.wantReason(stop, stepper.StopInterrupt)
				p.ctx = patiently(t)
				seen := map[int]bool{} // a second thread may have made as many passes before all are stopped
				for _, r := range *said {
					seen[r.TID] = true
				}
				if n := len(*said); n < 1 || n > 1+others || len(seen) != n {
					t.Fatalf("said: %+v", *said)
				}
				r := (*said)[0]
				if others == 0 && r.TID != tid || r.Passes < 100 || !strings.HasPrefix(r.Section, "count") {
					t.Errorf("said: %+v, the thread is %d", r, tid)
				}
				if n := vectors(stop.Units, 0); n != 0 {
					t.Errorf("%d vectors without being told to", n)
				}
				// The command that the report recommends helps.
				if err := p.SelectThread(tid); err != nil {
					t.Fatal(err)
				}
				if others == 0 {
					if _, err := p.Opv(p.ctx); err != nil {
						t.Fatal(err)
					}
					p.wantExit(0)
				}
			})
		}
	}
}

// The program that it continues has no sections; the one that replaces it has them.
func TestAContinueLooksAfterTheProgramThatComesByExec(t *testing.T) {
	loop := tabletest.Build(t, wrongLoops("-O2")["inlined"])
	p, _, said := lookedAfter(t, tabletest.Fixture{Source: "exec.c"}, stepper.StuckReports, true, loop, "-1", "1", "0")
	p.wantReason(p.cont(), stepper.StopInterrupt)
	if len(*said) != 1 || !strings.HasPrefix((*said)[0].Section, "count") {
		t.Errorf("said: %+v", *said)
	}
}

// The Engine looks again at a thread that has no area at the first look, or a different one
// later.
func TestAContinueLooksAgainAtAThreadThatRegistersLate(t *testing.T) {
	for name, registers := range map[string]string{"no area": "0", "glibc's area": "1"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GLIBC_TUNABLES", "glibc.pthread.rseq="+registers)
			f := tabletest.Fixture{Source: "wrongloop.c", Opt: "-O2", Flags: []string{"-DFIX_OWN", "-DLATE=1500000000"}}
			p := launchAs(t, func(q *ptrace.Process) tracee.Target { return q }, []string{}, tabletest.Build(t, f), "-1")
			p.Policy().Stuck, p.Policy().StuckTime = stepper.StuckReports, shortly
			said := 0
			ctx, interrupt := context.WithTimeout(p.ctx, tabletest.Patience(time.Minute))
			defer interrupt()
			p.ctx = ctx
			p.OnStuck(func(stepper.StuckReport) { said++; interrupt() })
			p.wantReason(p.cont(), stepper.StopInterrupt)
			if said != 1 {
				t.Errorf("said %d times", said)
			}
		})
	}
}

// With StuckInjects, a continue helps each of the loops, one after the other.
func TestAContinueInjectsWhenItIsToldTo(t *testing.T) {
	const rounds = 3
	for _, build := range tabletest.SomeKeys(t, 2, wrongLoops("-O2")) {
		t.Run(build, func(t *testing.T) {
			p, _, said := lookedAfter(t, wrongLoops("-O2")[build], stepper.StuckInjects, false, "-1", fmt.Sprint(rounds))
			stop := p.cont()
			p.wantReason(stop, stepper.StopExited)
			if n := vectors(stop.Units, 0); n != rounds || len(*said) != 1 {
				t.Errorf("%d vectors, said %+v: %s", n, *said, p.describe(stop))
			}
			if !strings.HasPrefix(p.printed(), fmt.Sprintf("counters 0 %d ", rounds)) {
				t.Errorf("the program printed %q", p.printed())
			}
		})
	}
}

// Ten million sections that commit, sections under other threads' disturbance, computing,
// sleeping: none of them causes a report, and the sentry causes no additional stops of those
// that arm nothing.
func TestAContinueSaysNothingOfAProgramThatMakesProgress(t *testing.T) {
	for name, f := range map[string]struct {
		fixture tabletest.Fixture
		args    []string
		apart   bool // from sections
	}{
		"a hot section":  {fixture: tabletest.Fixture{Source: "hotline.c", Opt: "-O2"}},
		"eight threads":  {fixture: tabletest.Fixture{Source: "percpu.c", Opt: "-O2"}, args: []string{"8", "300000"}},
		"side exits":     {fixture: tabletest.Fixture{Source: "sidexit.c", Opt: "-O2"}},
		"aborted, early": {fixture: tabletest.Fixture{Source: "wrongloop.c", Opt: "-O2"}, args: []string{"100", "100000"}},
		"computing":      {fixture: tabletest.Fixture{Source: "wrongloop.c", Opt: "-O2"}, args: []string{"0", "1", "0", "2000000000"}, apart: true},
	} {
		t.Run(name, func(t *testing.T) {
			p, h, said := lookedAfter(t, f.fixture, stepper.StuckReports, false, f.args...)
			p.Policy().StuckTime = tabletest.Patience(shortly / 10)
			p.wantExit(0)
			if len(*said) != 0 {
				t.Errorf("said: %+v", *said)
			}
			t.Logf("held %d times", h.n.Load())
			if n := h.n.Load(); f.apart && n > 4 {
				t.Errorf("held %d times", n)
			}
		})
	}
}
