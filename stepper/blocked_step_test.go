package stepper_test

import (
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/ptrace"
	"rseqstep/table/tabletest"
)

// A single step of a system call that blocks ends behind that call, even if the other threads,
// which run meanwhile, stop in between: each time one of them hits a breakpoint, the Engine
// interrupts the blocked call, which the kernel later restarts.
func TestASingleStepThatBlocksEndsBehindItsCallWhileOthersMeetBreakpoints(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "callwait.c", Flags: []string{"-pthread"}}, "read")
	p.runTo("marker")
	tid, met := p.Thread(), 0
	p.add(stepper.BreakpointSpec{Location: "syscall", When: func(int) (bool, error) {
		met++
		return false, nil
	}})
	for range 1000 {
		r, err := p.Regs(tid)
		if err != nil {
			t.Fatal(err)
		}
		var code [machine.MaxLen]byte
		n, _ := p.process.ReadMemory(r.PC(), code[:])
		insn, err := ptrace.Arch().Decode(r.PC(), code[:n])
		if err != nil {
			t.Fatal(err)
		}
		stop := p.stepi(1)
		p.wantReason(stop, stepper.StopStep)
		if insn.Kind != machine.Syscall {
			continue
		}
		if stop.PC != insn.Next() || stop.TID != tid || met == 0 {
			t.Errorf("the step of the call at %v ends at %v in thread %d of %d, %d breakpoints met on the way", insn.Addr, stop.PC, stop.TID, tid, met)
		}
		p.wantExit(0)
		p.wantPrinted("read 1 in time, runs 0, handled 0\n")
		return
	}
	t.Error("no system call was stepped")
}
