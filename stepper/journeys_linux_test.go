package stepper_test

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"rseqstep/stepper"
	"rseqstep/table/tabletest"
)

// A command's breakpoints are effective whatever way its thread takes, also while another
// journey of the thread is under way inside the command's: a single step that blocks, and
// resumes all threads until it ends.
func TestACommandEndsWhereASignalHandlerLeadsOutOfACallThatBlocks(t *testing.T) {
	for _, command := range []string{"next", "step", "until", "finish"} {
		t.Run(command, func(t *testing.T) {
			p := start(t, tabletest.Fixture{Source: "jumpout.c", Flags: []string{"-pthread"}})
			b := p.add(stepper.BreakpointSpec{Location: "the_call"})
			p.wantReason(p.cont(), stepper.StopBreakpoint)
			if err := p.DeleteBreakpoint(b.Number); err != nil {
				t.Fatal(err)
			}
			p.poke("go", 1)
			stop := p.do(command)
			p.wantReason(stop, stepper.StopStep)
			p.wantLine(stop, fmt.Sprintf("main:%d", tabletest.Line(t, "jumpout.c", "sigsetjmp(back, 1)")))
			p.poke("go", 1)
			p.wantExit(0)
		})
	}
}

// A handler that runs while the Engine steps the instruction at a breakpoint may lead out of
// the line, and never return.
func TestACommandEndsWhereASignalHandlerLeadsOutOfASteppedInstruction(t *testing.T) {
	for _, command := range []string{"next", "step", "until", "finish"} {
		t.Run(command, func(t *testing.T) {
			p := start(t, tabletest.Fixture{Source: "jumpout.c", Flags: []string{"-pthread"}})
			p.add(stepper.BreakpointSpec{Location: "the_call"})
			p.wantReason(p.cont(), stepper.StopBreakpoint)
			if err := unix.Tgkill(p.process.PID(), p.Thread(), unix.SIGALRM); err != nil {
				t.Fatal(err)
			}
			stop := p.do(command)
			p.wantReason(stop, stepper.StopStep)
			p.wantLine(stop, fmt.Sprintf("main:%d", tabletest.Line(t, "jumpout.c", "sigsetjmp(back, 1)")))
		})
	}
}

// Escape, the last rung of the ladder, runs to the function's return; a line step that reaches
// this rung ends where the thread leaves the line.
func TestALineStepThatEscapesEndsAtTheNextLine(t *testing.T) {
	for n := 1_000_000; ; n *= 4 {
		p := start(t, tabletest.Fixture{Source: "sided.c", Opt: "-O2"}, strconv.Itoa(n))
		p.Policy().StuckLimit = 1
		p.runTo("turn")
		p.wantLine(p.do("next"), "turn:13")
		stop := p.do("next")
		escaped := false
		for _, u := range stop.Units {
			escaped = escaped || u.Rung == stepper.RungEscape
		}
		if !escaped { // the loop ended before the ladder reached escape
			continue
		}
		p.wantReason(stop, stepper.StopStep)
		p.wantLine(stop, "turn:14")
		p.wantExit(0)
		p.wantPrinted(fmt.Sprintf("rounds %d ret 1\n", n))
		return
	}
}

// poke writes an int in the program's memory.
func (p *program) poke(name string, value int32) {
	p.t.Helper()
	if _, err := p.process.WriteMemory(p.address(name), binary.LittleEndian.AppendUint32(nil, uint32(value))); err != nil {
		p.t.Fatal(err)
	}
}
