package stepper_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"rseqstep/stepper"
	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/symbols"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// patience is the time after which a test considers a program as hanging.
var patience = tabletest.Patience(2 * time.Minute)

// patiently is a context for the commands of a test: it ends when the program hangs, and the
// command under test then returns a Stop that no test expects.
func patiently(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// program is a fixture that runs under an Engine.
type program struct {
	*stepper.Engine
	t       testing.TB
	ctx     context.Context // of its commands
	process *ptrace.Process
	stdout  string // the file to which the program prints
	path    string
}

// interruptAfter interrupts the program's commands after a duration, unless the caller calls
// end before.
func (p *program) interruptAfter(d time.Duration) (end func()) {
	was := p.ctx
	ctx, cancel := context.WithTimeout(was, d)
	p.ctx = ctx
	return func() {
		cancel()
		p.ctx = was
	}
}

// launch builds a fixture and launches it, stopped at its first instruction.
func launch(t testing.TB, f tabletest.Fixture, args ...string) *program {
	t.Helper()
	return launchFile(t, tabletest.Build(t, f), args...)
}

// launchFile is launch of an existing program. It does not use the C library's separate debug
// files, which only some machines have.
func launchFile(t testing.TB, path string, args ...string) *program {
	t.Helper()
	return launchWith(t, []string{}, path, args...)
}

// launchWith is launchFile with folders of separate debug files (nil: the usual one).
func launchWith(t testing.TB, debugDirs []string, path string, args ...string) *program {
	t.Helper()
	return launchAs(t, func(p *ptrace.Process) tracee.Target { return p }, debugDirs, path, args...)
}

// launchAs is launchWith with the Engine on a Target that wraps the process.
func launchAs(t testing.TB, as func(*ptrace.Process) tracee.Target, debugDirs []string, path string, args ...string) *program {
	t.Helper()
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	p := &program{t: t, ctx: patiently(t), path: path, stdout: filepath.Join(t.TempDir(), "stdout")}
	out, err := os.Create(p.stdout)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	p.process, err = ptrace.Launch(ptrace.LaunchOptions{Path: path, Args: append([]string{path}, args...), Stdout: out})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.process.Kill(); err != nil {
			t.Errorf("kill: %v", err)
		}
	})
	names := symbols.New(symbols.Options{Open: p.open, DebugDirs: debugDirs})
	var cache table.Cache
	p.Engine, err = stepper.New(as(p.process), names, func() ([]*table.Module, error) {
		return cache.ReadModules(p.process.PID(), p.process)
	}, stepper.DefaultPolicy())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// open reads the vDSO's image from the process's memory.
func (p *program) open(m *table.Module) (io.ReaderAt, error) {
	if m.Path != "[vdso]" {
		return nil, nil
	}
	image := make([]byte, m.High-m.Low)
	n, _ := p.process.ReadMemory(m.Low, image)
	return bytes.NewReader(image[:n]), nil
}

// start is launch, and runs to main.
func start(t testing.TB, f tabletest.Fixture, args ...string) *program {
	t.Helper()
	p := launch(t, f, args...)
	p.runTo("main")
	return p
}

// runTo continues to a location that the program reaches once at most until then.
func (p *program) runTo(location string) stepper.Stop {
	p.t.Helper()
	b := p.breakAt(location)
	stop := p.cont()
	if stop.Reason != stepper.StopBreakpoint || len(stop.Breakpoints) != 1 || stop.Breakpoints[0] != b.Number {
		p.t.Fatalf("on the way to %s: %s", location, p.describe(stop))
	}
	if err := p.DeleteBreakpoint(b.Number); err != nil {
		p.t.Fatal(err)
	}
	return stop
}

// breakAt makes a software breakpoint.
func (p *program) breakAt(location string) *stepper.Breakpoint {
	p.t.Helper()
	return p.add(stepper.BreakpointSpec{Location: location})
}

// add makes any breakpoint.
func (p *program) add(spec stepper.BreakpointSpec) *stepper.Breakpoint {
	p.t.Helper()
	b, err := p.AddBreakpoint(spec)
	if err != nil {
		p.t.Fatalf("breakpoint %+v: %v", spec, err)
	}
	return b
}

// do executes one command, which must not fail.
func (p *program) do(command string) stepper.Stop {
	p.t.Helper()
	var stop stepper.Stop
	var err error
	switch command {
	case "next":
		stop, err = p.Next(p.ctx, 1)
	case "step":
		stop, err = p.Step(p.ctx, 1)
	case "stepi":
		stop, err = p.StepInstruction(p.ctx, 1)
	case "nexti":
		stop, err = p.NextInstruction(p.ctx, 1)
	case "continue":
		stop, err = p.Continue(p.ctx)
	case "finish":
		stop, err = p.Finish(p.ctx, 0)
	case "until":
		stop, err = p.Until(p.ctx)
	default:
		p.t.Fatalf("no command %q", command)
	}
	if err != nil {
		p.t.Fatalf("%s: %v (%s)", command, err, p.describe(stop))
	}
	return stop
}

func (p *program) cont() stepper.Stop { p.t.Helper(); return p.do("continue") }
func (p *program) next() stepper.Stop { p.t.Helper(); return p.do("next") }

// stepi steps n instructions or units in one command.
func (p *program) stepi(n int) stepper.Stop {
	p.t.Helper()
	stop, err := p.StepInstruction(p.ctx, n)
	if err != nil {
		p.t.Fatalf("stepi %d: %v (%s)", n, err, p.describe(stop))
	}
	return stop
}

// toEnd repeats a command until the program has ended, at most max times, and
// returns its status and how many commands it took.
func (p *program) toEnd(command string, max int) (code, commands int) {
	p.t.Helper()
	for n := 1; n <= max; n++ {
		stop := p.do(command)
		switch stop.Reason {
		case stepper.StopStep, stepper.StopFinished:
		case stepper.StopExited:
			return stop.Status.Code, n
		default:
			p.t.Fatalf("%s: %s", command, p.describe(stop))
		}
	}
	p.t.Fatalf("%d times %s, and the program has not ended", max, command)
	return 0, 0
}

// stepiToEnd steps instructions in large bursts until the program has ended.
func (p *program) stepiToEnd(max int) (code int, units []stepper.UnitReport) {
	p.t.Helper()
	const burst = 10000
	for n := 0; n < max; n += burst {
		stop := p.stepi(burst)
		units = append(units, stop.Units...)
		switch stop.Reason {
		case stepper.StopStep:
		case stepper.StopExited:
			return stop.Status.Code, units
		default:
			p.t.Fatalf("stepi: %s", p.describe(stop))
		}
	}
	p.t.Fatalf("%d instructions, and the program has not ended", max)
	return 0, nil
}

// wantExit continues until the program exits, with this code.
func (p *program) wantExit(code int) {
	p.t.Helper()
	stop := p.cont()
	if stop.Reason != stepper.StopExited || stop.Status.Code != code {
		p.t.Fatalf("want the program to exit with %d, got %s; it printed %q", code, p.describe(stop), p.printed())
	}
}

// wantReason fails the test unless a command ended for that reason.
func (p *program) wantReason(stop stepper.Stop, want stepper.Reason) {
	p.t.Helper()
	if stop.Reason != want {
		p.t.Fatalf("want reason %d, got %s", want, p.describe(stop))
	}
}

// wantLine fails the test unless the program is at a line of a function, such as "main:12".
func (p *program) wantLine(stop stepper.Stop, want string) {
	p.t.Helper()
	if got := p.where(stop); got != want {
		p.t.Fatalf("want to stand at %s, got %s", want, p.describe(stop))
	}
}

// where is the place that a Stop shows, as "main:12"; ":0" means no line.
func (p *program) where(stop stepper.Stop) string {
	p.t.Helper()
	if !p.process.Alive() {
		return "the end"
	}
	frames, err := p.Frames(stop.TID, 1)
	if err != nil || len(frames) == 0 {
		return fmt.Sprintf("?:%v", err)
	}
	line, _ := p.Symbols().Line(stop.PC, stop.Depth)
	return fmt.Sprintf("%s:%d", shortName(frames[0].Function), line.Line)
}

// shortName drops parameters: gdb and the symbol table disagree about them.
func shortName(name string) string {
	name, _, _ = strings.Cut(name, "(")
	return name
}

// describe is a Stop as text for test messages.
func (p *program) describe(stop stepper.Stop) string {
	name, off, _ := p.Symbols().Symbol(stop.PC)
	return fmt.Sprintf("%+v at %s+%#x (%s)", stop, name, off, p.where(stop))
}

// printed is what the program has written so far.
func (p *program) printed() string {
	p.t.Helper()
	text, err := os.ReadFile(p.stdout)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

// wantPrinted fails the test unless the program has written exactly that.
func (p *program) wantPrinted(want string) {
	p.t.Helper()
	if got := p.printed(); got != want {
		p.t.Fatalf("the program printed %q, not %q", got, want)
	}
}

// wantAborts is wantPrinted for a program that counts its aborts: the kernel may preempt a section
// that is stepped over as a unit, as it may any, and it does so on a busy machine now and then.
func (p *program) wantAborts(want func(aborts int) string) {
	p.t.Helper()
	got := p.printed()
	for aborts := range 4 {
		if got == want(aborts) {
			return
		}
	}
	p.t.Fatalf("the program printed %q, not %q", got, want(0))
}

// address is the process address of a symbol.
func (p *program) address(name string) table.Addr {
	p.t.Helper()
	a, ok := p.Symbols().Address(name)
	if !ok {
		p.t.Fatalf("no symbol %s", name)
	}
	return a
}

// perArch is what this machine's architecture has.
func perArch[T any](amd64, arm64 T) T {
	if runtime.GOARCH == "arm64" {
		return arm64
	}
	return amd64
}

// asmSource is the file with the functions of asm.S.
func asmSource() string { return perArch("asm.S", "include/asm_arm64.h") }
