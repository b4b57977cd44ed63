package stepper_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/symbols"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// faulting is how many instructions endsinside.c's section has; the fourth faults.
const faulting = 6

// toFault takes endsinside.c into its section in a quiet phase, to the store that faults.
func toFault(p *program, way string) {
	p.t.Helper()
	body := p.bodies(faulting)
	switch way {
	case "breakpoint":
		b := p.add(stepper.BreakpointSpec{Addrs: at(body, 4)})
		p.hits(b, 1)
		p.delete(b)
	case "stepped":
		b := p.add(stepper.BreakpointSpec{Location: "faulting_add"})
		p.wantReason(p.cont(), stepper.StopBreakpoint)
		p.delete(b)
		p.enter()
		for p.live().Live {
			stop, err := p.StepInside(p.ctx, 1)
			if err != nil {
				p.t.Fatal(err)
			}
			if stop.PC == body[0].Insns[3].Addr {
				return
			}
		}
		p.t.Fatal("the store is not met")
	}
}

// A signal ends a quiet phase inside a section, and its handler moves the thread to another
// CPU: the kernel restarts the section, as it would have without a debugger.
func TestASectionInWhichAQuietPhaseEndsIsRestarted(t *testing.T) {
	ends := map[string]func(*program){
		"continue": func(p *program) {
			p.wantReason(p.cont(), stepper.StopSignal)
			p.wantExit(0)
		},
		"continue, nostop": func(p *program) {
			nostop(p)
			p.wantExit(0)
		},
		"stepi": func(p *program) {
			p.wantReason(p.stepi(1), stepper.StopSignal)
			p.stepi(3)
			p.wantExit(0)
		},
		"inside": func(p *program) {
			stop, err := p.StepInside(p.ctx, 1)
			if err != nil {
				p.t.Fatal(err)
			}
			p.wantReason(stop, stepper.StopSignal)
			p.wantExit(0)
		},
		"inside, nostop": func(p *program) {
			nostop(p)
			if _, err := p.StepInside(p.ctx, 3); err != nil {
				p.t.Fatal(err)
			}
			p.wantExit(0)
		},
		"detach": func(p *program) {
			pid := p.process.PID()
			if err := p.Detach(); err != nil {
				p.t.Fatal(err)
			}
			p.wantRightEnd(pid, "committed on ")
		},
	}
	ends["detach, nostop"] = func(p *program) {
		nostop(p)
		ends["detach"](p)
	}
	for _, own := range []bool{false, true} {
		for _, way := range []string{"breakpoint", "stepped"} {
			for name, end := range ends {
				t.Run(fmt.Sprintf("%s, %s, own %v", way, name, own), func(t *testing.T) {
					for range tabletest.Rounds(t, 1, 20) {
						p := start(t, tabletest.Fixture{Source: "endsinside.c", Opt: "-O2", Own: own})
						toFault(p, way)
						end(p)
					}
				})
			}
		}
	}
}

func nostop(p *program) {
	p.t.Helper()
	if err := p.Signals().Set(int(syscall.SIGSEGV), stepper.Disposition{Pass: true}); err != nil {
		p.t.Fatal(err)
	}
}

// A quiet phase that begins where another has just ended, without a run of the thread in
// between, finds the CPU's number in the area: every section commits.
func TestAPhaseBeginsWhereAnotherEnds(t *testing.T) {
	const n = 3
	for _, own := range []bool{false, true} {
		f := tabletest.Fixture{Source: "secondphase.c", Opt: "-O2", Own: own}
		for name, drive := range map[string]func(*program){
			"breakpoints": func(p *program) {
				both := p.bodies(4)
				first, second := p.add(stepper.BreakpointSpec{Addrs: at(both[:1], 3)}), p.add(stepper.BreakpointSpec{Addrs: at(both[1:], 3)})
				for range n {
					p.hits(first, 1)
					p.hits(second, 1)
				}
				p.wantExit(0)
			},
			"inside": func(p *program) {
				for {
					stop, err := p.StepInside(p.ctx, 1)
					if err != nil {
						p.t.Fatal(err)
					}
					if stop.Reason == stepper.StopExited {
						return
					}
					p.wantReason(stop, stepper.StopStep)
					if now := p.live(); now.Armed != 0 && now.CPU < 0 {
						p.t.Fatalf("the area says CPU %d: %s", now.CPU, p.describe(stop))
					}
					if p.exitsNext() {
						p.wantExit(0)
						return
					}
				}
			},
		} {
			t.Run(fmt.Sprintf("%s, own %v", name, own), func(t *testing.T) {
				p := start(t, f, fmt.Sprint(n))
				drive(p)
				p.wantPrinted(fmt.Sprintf("first %d second %d, aborted 0 and 0 times\n", n, n))
			})
		}
	}
}

// exitsNext reports whether secondphase.c has run all its sections.
func (p *program) exitsNext() bool {
	p.t.Helper()
	passes := 0
	for _, c := range p.SectionCounts() {
		passes += c.Commits
	}
	return passes >= 6
}

// A quiet phase keeps the program's setting of the time slice extension; if the kernel has no
// such extension, there is no setting.
func TestTheSliceExtensionIsAsItWasAfterAQuietPhase(t *testing.T) {
	t.Setenv("GLIBC_TUNABLES", "glibc.pthread.rseq=0") // otherwise slice.c would set it and exec itself first
	p := start(t, tabletest.Fixture{Source: "slice.c", Opt: "-O2"})
	b := p.add(stepper.BreakpointSpec{Addrs: at(p.bodies(addv), 2)})
	p.hits(b, 2)
	p.delete(b)
	p.wantExit(0)
	if said := p.printed(); !strings.HasSuffix(said, "\nsum 3, flags the same, extension the same\n") {
		t.Errorf("the program said %q", said)
	}
}

// The counters of eight threads are correct after many breakpoints inside their sections.
func TestSumsAreRightAfterBreakpointsInside(t *testing.T) {
	n := tabletest.Rounds(t, 20, 200)
	p := launch(t, tabletest.Fixture{Source: "percpu.c", Opt: "-O2", Flags: []string{"-pthread"}}, "8", "2000", "200")
	p.runTo("stepped")
	b := p.add(stepper.BreakpointSpec{Addrs: at(p.bodies(addv), 2)})
	p.hits(b, n)
	p.delete(b)
	p.wantExit(0)
}

// The counters of eight threads are correct after the debugger has attached and detached many
// times, each time from a thread that it had stepped into a section.
func TestSumsAreRightAfterDetachesInside(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	path := tabletest.Build(t, tabletest.Fixture{Source: "service.c", Opt: "-O2", Shape: tabletest.NoPIE, Flags: []string{"-pthread"}})
	s := serve(t, path, "8")
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	n := tabletest.Rounds(t, 10, 200)
	for i := range n {
		enterAndDetach(t, path, s.cmd.Process.Pid, 1+i%8)
	}
	if s.end(t, count(n)) {
		t.Error("the program was killed")
	}
}

type count int

func (n count) String() string { return fmt.Sprintf("after %d visits", int(n)) }

// enterAndDetach attaches, steps a thread into a section and detaches.
func enterAndDetach(t *testing.T, path string, pid, number int) {
	t.Helper()
	process, err := ptrace.Attach(pid)
	if err != nil {
		t.Fatal(err)
	}
	p := &program{t: t, ctx: patiently(t), path: path, process: process}
	var cache table.Cache
	p.Engine, err = stepper.New(process, symbols.New(symbols.Options{Open: p.open, DebugDirs: []string{}}), func() ([]*table.Module, error) {
		return cache.ReadModules(pid, process)
	}, stepper.DefaultPolicy())
	if err != nil {
		t.Fatal(err)
	}
	tid := process.Threads()[number]
	if err := p.SelectThread(tid); err != nil {
		t.Fatal(err)
	}
	for p.owned(tid).config.Registered() || !p.live().Live {
		stop, err := p.StepInside(p.ctx, 1)
		if err != nil {
			t.Fatal(err)
		}
		p.wantReason(stop, stepper.StopStep)
	}
	if err := p.Detach(); err != nil {
		t.Fatal(err)
	}
}
