package stepper_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv"
	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/symbols"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// Numbers that the fixtures are built for: 335, which current kernels exempt from seccomp
// filters, and one that no kernel has assigned.
const (
	callNumber = 335
	freeNumber = 1000
)

// opvFixture is one build of a program that calls cpu_opv.
func opvFixture(t testing.TB, source string, abi opv.ABI, number int) string {
	t.Helper()
	define := "-DOPV_ABI=3"
	if abi == opv.V9 {
		define = "-DOPV_ABI=9"
	}
	return tabletest.Build(t, tabletest.Fixture{Source: source, Flags: []string{"-pthread", define, fmt.Sprintf("-DOPV_NR=%d", number)}})
}

// launchProvided launches a program that will have the call, stopped at its first instruction.
func launchProvided(t testing.TB, path string, abi opv.ABI, number int, args ...string) *program {
	t.Helper()
	tabletest.NeedPtrace(t)
	p := &program{t: t, ctx: patiently(t), path: path, stdout: filepath.Join(t.TempDir(), "stdout")}
	out, err := os.Create(p.stdout)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	p.process, err = ptrace.Launch(ptrace.LaunchOptions{Path: path, Args: append([]string{path}, args...), Stdout: out, Trap: uint64(number)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.process.Kill(); err != nil {
			t.Errorf("kill: %v", err)
		}
	})
	var cache table.Cache
	p.Engine, err = stepper.New(p.process, symbols.New(symbols.Options{Open: p.open}), func() ([]*table.Module, error) {
		return cache.ReadModules(p.process.PID(), p.process)
	}, stepper.DefaultPolicy())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.ProvideCPUOpv(abi); err != nil {
		t.Fatal(err)
	}
	const usr1 = 10 // SIGUSR1, which opvcall raises
	if err := p.Signals().Set(usr1, stepper.Disposition{Pass: true}); err != nil {
		t.Fatal(err)
	}
	return p
}

// wantCases fails the test unless the program has passed at least min cases.
func (p *program) wantCases(min int) {
	p.t.Helper()
	m := regexp.MustCompile(`^(\d+) cases, (\d+) passed\n$`).FindStringSubmatch(p.printed())
	if m == nil || m[1] != m[2] {
		p.t.Fatalf("it printed %q", p.printed())
	}
	if n, _ := strconv.Atoi(m[1]); n < min {
		p.t.Fatalf("%d cases, want %d at least", n, min)
	}
}

func TestProvidedCallsBehaveAsPublished(t *testing.T) {
	for _, abi := range []opv.ABI{opv.V3, opv.V9} {
		for _, number := range tabletest.Some(t, 1, []int{callNumber, freeNumber}) {
			for source, cases := range map[string]int{"opvcall.c": 240, "opvproc.c": 25} {
				t.Run(fmt.Sprintf("%v-%d-%s", abi, number, source), func(t *testing.T) {
					p := launchProvided(t, opvFixture(t, source, abi, number), abi, number, "60") // rounds of opvproc.c
					p.wantExit(0)
					p.wantCases(cases)
				})
			}
		}
	}
}

func TestStepCountsAProvidedCallAsOneInstruction(t *testing.T) {
	for _, number := range []int{callNumber, freeNumber} {
		t.Run(strconv.Itoa(number), func(t *testing.T) {
			p := launchProvided(t, opvFixture(t, "opvcall.c", opv.V3, number), opv.V3, number)
			p.runTo("arithmetic")
			for n := 0; n < 5; {
				regs, err := p.Regs(p.Thread())
				if err != nil {
					t.Fatal(err)
				}
				insn, a := p.insnAt(regs.PC()), p.process.Arch()
				stop := p.stepi(1)
				p.wantReason(stop, stepper.StopStep)
				if insn.Kind != machine.Syscall || regs.W[a.NextSyscall] != uint64(number) {
					continue
				}
				n++
				after, err := p.Regs(p.Thread())
				if err != nil || after.PC() != insn.Next() || after.W[a.Results[0]] != 0 {
					t.Fatalf("after the call at %v: PC %v, result %d, %v", regs.PC(), after.PC(), int64(after.W[a.Results[0]]), err)
				}
			}
		})
	}
}

func TestNextPassesLinesThatCall(t *testing.T) {
	p := launchProvided(t, opvFixture(t, "opvcall.c", opv.V9, callNumber), opv.V9, callNumber)
	p.runTo("main")
	if code, _ := p.toEnd("next", 50); code != 0 {
		t.Errorf("status %d", code)
	}
	p.wantCases(240)
}

func TestFollowedChildHasTheCallAndSoHasItsParent(t *testing.T) {
	for _, number := range []int{callNumber, freeNumber} {
		p := launchProvided(t, opvFixture(t, "opvproc.c", opv.V3, number), opv.V3, number, "fork")
		p.Policy().FollowFork = stepper.FollowChild
		p.wantExit(10)
	}
}

func TestTargetWithoutATrapCannotProvide(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "exit7.c"})
	if err := p.ProvideCPUOpv(opv.V3); err == nil {
		t.Error("a call is provided that nothing traps")
	}
	p.wantExit(7)
}
