package stepper_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// longSection is long.c stopped inside its section, before the loop.
func longSection(t *testing.T, opt string, rounds int64) *program {
	t.Helper()
	p := launch(t, tabletest.Fixture{Source: "sections/long.c", Opt: opt}, fmt.Sprint(rounds))
	p.hits(p.add(stepper.BreakpointSpec{Addrs: []table.Addr{p.address("inside")}, Temporary: true}), 1)
	return p
}

// Single-stepping the loop would take ten minutes.
func TestALongLoopInASectionIsRunNatively(t *testing.T) {
	const rounds = 30_000_000
	commit := func(p *program, met bool) *stepper.Breakpoint {
		return p.add(stepper.BreakpointSpec{Addrs: []table.Addr{p.address("commit")},
			When: func(int) (bool, error) { return met, nil }})
	}
	for name, onward := range map[string]func(p *program){
		"continue": func(*program) {},
		"next":     func(p *program) { p.wantReason(p.next(), stepper.StopStep) },
		"step":     func(p *program) { p.wantReason(p.do("step"), stepper.StopStep) },
		"finish":   func(p *program) { p.wantReason(p.do("finish"), stepper.StopFinished) },
		"until":    func(p *program) { p.do("until") },
		"break behind the loop": func(p *program) {
			b := commit(p, true)
			p.hits(b, 1)
			p.wantReason(p.stepi(1), stepper.StopStep)
			p.delete(b)
		},
		"condition behind the loop": func(p *program) { commit(p, false) },
		"set inside on": func(p *program) {
			p.Policy().Inside = true
			p.wantReason(p.stepi(5), stepper.StopStep)
			p.wantReason(p.next(), stepper.StopStep)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := longSection(t, "-O2", rounds)
			onward(p)
			p.wantExit(0)
			p.wantPrinted("done 1 aborts 0\n")
		})
	}
	t.Run("detach", func(t *testing.T) {
		p := longSection(t, "-O2", rounds)
		pid := p.process.PID()
		if err := p.Detach(); err != nil {
			t.Fatal(err)
		}
		p.wantRightEnd(pid, "done 1 ")
	})
}

// A breakpoint in the loop is hit in each round, and one whose condition becomes true in a late
// round stops there.
func TestABreakpointInALongLoopInsideIsMet(t *testing.T) {
	const rounds = 2000
	p := longSection(t, "-O2", rounds)
	loop := p.address("inside") + perArch[table.Addr](1, 4) // behind its nop
	met := 0
	b := p.add(stepper.BreakpointSpec{Addrs: []table.Addr{loop}, When: func(int) (bool, error) {
		met++
		return met == 1500, nil
	}})
	p.wantReason(p.cont(), stepper.StopBreakpoint)
	r, err := p.Regs(p.Thread())
	if err != nil || met != 1500 || int(r.W[left()]) != rounds-met+1 {
		t.Errorf("met %d times, %d rounds are left, %v", met, r.W[left()], err)
	}
	p.delete(b)
	p.wantExit(0)
	p.wantPrinted("done 1 aborts 0\n")
}

// interrupted is long.c in the middle of its section's loop, which would never end, on the way
// to a breakpoint behind it.
func interrupted(t *testing.T) *program {
	t.Helper()
	p := longSection(t, "-O2", 1<<60)
	before := p.owned(p.Thread())
	b := p.add(stepper.BreakpointSpec{Addrs: []table.Addr{p.address("commit")}})
	defer p.interruptAfter(50 * time.Millisecond)()
	p.wantReason(p.cont(), stepper.StopInterrupt)
	if now := p.live(); !now.Live || p.owned(p.Thread()) != before {
		t.Fatalf("interrupted, but not in the quiet phase: %+v", now)
	}
	p.delete(b)
	return p
}

func TestALongQuietPhaseCanBeInterrupted(t *testing.T) {
	p := interrupted(t)
	r, err := p.Regs(p.Thread())
	if err != nil {
		t.Fatal(err)
	}
	r.W[left()] = 5
	if err := p.SetRegs(p.Thread(), r); err != nil {
		t.Fatal(err)
	}
	p.wantExit(0)
	p.wantPrinted("done 1 aborts 0\n")
}

// The loop does not end while the debugger waits for it: the kernel restarts the section.
func TestALongQuietPhaseCanBeDetachedFrom(t *testing.T) {
	p := interrupted(t)
	var few [8]byte
	binary.LittleEndian.PutUint64(few[:], 1000)
	if _, err := p.WriteMemory(p.address("rounds"), few[:]); err != nil {
		t.Fatal(err)
	}
	pid := p.process.PID()
	if err := p.Detach(); err != nil {
		t.Fatal(err)
	}
	p.wantRightEnd(pid, "done 1 aborts 1\n")
}

// left is the register with the number of rounds that are left to long.c's loop.
func left() machine.Reg { return perArch(amd64.RCX, arm64.General(9)) }
