package stepper

import (
	"errors"
	"rseqstep/stepper/machine"

	"rseqstep/table"
)

// startOff decides at a command's start what becomes of the breakpoints that
// threads stand at. The user has seen the one that the selected thread th stopped
// at: going on steps off it. Not so where they have put the thread there ("jump",
// "set $pc"), and not for a client that steps threads off breakpoints itself
// (Policy.StandsToMeet): there a breakpoint is met, as if it was come to.
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
	if e.load(th) != nil { // it is going
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

// meetsHardware makes a held thread meet the hardware breakpoint that it stands
// at, also if the last stop was one there.
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

// passOwnTrap takes a thread behind an int3 of the program's own that a breakpoint
// of the user's stands at: the breakpoint is all that is to be seen of it, as with
// gdb (infrun.c, gdbarch_skip_permanent_breakpoint).
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

// holds reports whether the program has an instruction at pc.
func holds(mem machine.Memory, pc table.Addr, insn string) bool {
	code := make([]byte, len(insn))
	n, _ := mem.ReadMemory(pc, code)
	return n == len(code) && string(code) == insn
}
