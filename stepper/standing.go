package stepper

import (
	"errors"
	"rseqstep/stepper/machine"

	"rseqstep/table"
)

// startOff decides at a command's start what happens at the breakpoints where threads are
// stopped. The user has seen the one at which the selected thread th stopped: resuming steps
// off it. There are two exceptions. If the user has set the thread's PC to the breakpoint
// ("jump", "set $pc"), or if the client steps threads off breakpoints itself
// (Policy.StandsToMeet), the thread hits the breakpoint as if it had just arrived.
func (e *Engine) startOff(th *thread) error {
	put := th.Put
	for t := range e.threads() {
		t.Put = 0
	}
	if e.policy.StandsToMeet {
		var err error
		for t := range e.threads() {
			t.StoppedAt = 0
			err = errors.Join(err, e.meetsHardware(t))
		}
		return err
	}
	if e.load(th) != nil { // the thread is exiting
		return nil
	}
	pc := th.Regs.PC()
	if !e.book.TrapAt(pc) && !e.book.HardwareAt(pc) {
		return nil
	}
	if pc == put {
		return e.meetsHardware(th)
	}
	th.StoppedAt = pc
	return nil
}

// meetsHardware makes a held thread hit the hardware breakpoint at its PC, even if it stopped
// there last.
func (e *Engine) meetsHardware(th *thread) error {
	if !e.book.Hardware() || !e.target.Held(th.TID) || e.target.Queued(th.TID) || e.load(th) != nil {
		return nil
	}
	if !e.book.HardwareAt(th.Regs.PC()) || !th.Regs.PassesDebug() {
		return nil
	}
	r := th.Regs
	r.SetPassesDebug(false)
	if err := e.target.SetRegs(th.TID, &r); err != nil && !isGone(err) {
		return err
	}
	th.Fresh = false
	return nil
}

// passOwnTrap moves a thread's PC behind an int3 of the program's own at which the user has a
// breakpoint: the user sees only the breakpoint, as with gdb (infrun.c,
// gdbarch_skip_permanent_breakpoint).
func (e *Engine) passOwnTrap(th *thread) (bool, error) {
	pc := th.Regs.PC()
	if !e.points.At(pc) || !holds(e.target, pc, e.target.Arch().Breakpoint) {
		return false, nil
	}
	r := th.Regs
	r.SetPC(pc + table.Addr(len(e.target.Arch().Breakpoint)))
	if err := e.target.SetRegs(th.TID, &r); err != nil {
		return false, err
	}
	th.Fresh = false
	return true, e.load(th)
}

// holds reports whether the program's memory has an instruction at pc.
func holds(mem machine.Memory, pc table.Addr, insn string) bool {
	code := make([]byte, len(insn))
	n, _ := mem.ReadMemory(pc, code)
	return n == len(code) && string(code) == insn
}
