package units

import (
	"errors"
	"syscall"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// StartOff decides at a command's start what happens at the breakpoints where threads are
// stopped. The user has seen the one at which the selected thread th stopped: resuming steps
// off it. There are two exceptions. If the user has set the thread's PC to the breakpoint
// ("jump", "set $pc"), or if the client steps threads off breakpoints itself
// (Policy.Meets), the thread hits the breakpoint as if it had just arrived. Of an observer's trap the
// user sees nothing: a thread that the last command left there may not have met it.
func (r *Runner) StartOff(th *drive.Thread) error {
	put := th.Put
	for _, t := range r.Drive.Threads() {
		t.Put = 0
	}
	if r.Meets {
		var err error
		for _, t := range r.Drive.Threads() {
			if t.StoppedAt != 0 && r.Points.Moved(t.StoppedAt) {
				continue // the client knows of none there
			}
			t.StoppedAt = 0
			err = errors.Join(err, r.meetsHardware(t))
		}
		return err
	}
	if r.Drive.Load(th) != nil { // the thread is exiting
		return nil
	}
	pc := th.Regs.PC()
	if !r.Book.TrapAt(pc) && !r.Book.HardwareAt(pc) || r.Book.Observes(pc) {
		return nil
	}
	if pc == put {
		return r.meetsHardware(th)
	}
	th.StoppedAt = pc
	return nil
}

// meetsHardware makes a held thread hit the hardware breakpoint at its PC, even if it stopped
// there last.
func (r *Runner) meetsHardware(th *drive.Thread) error {
	if !r.Book.Hardware() || !r.Target.Held(th.TID) || r.Target.Queued(th.TID) || r.Drive.Load(th) != nil {
		return nil
	}
	if !r.Book.HardwareAt(th.Regs.PC()) || !th.Regs.PassesDebug() {
		return nil
	}
	regs := th.Regs
	regs.SetPassesDebug(false)
	if err := r.Target.SetRegs(th.TID, &regs); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	th.Fresh = false
	return nil
}

// passOwnTrap moves a thread's PC behind an int3 of the program's own at which the user has a
// breakpoint: the user sees only the breakpoint, as with gdb (infrun.c,
// gdbarch_skip_permanent_breakpoint).
func (r *Runner) passOwnTrap(th *drive.Thread) (bool, error) {
	pc := th.Regs.PC()
	if !r.Points.At(pc) || !holds(r.Target, pc, r.Target.Arch().Breakpoint) {
		return false, nil
	}
	regs := th.Regs
	regs.SetPC(pc + table.Addr(len(r.Target.Arch().Breakpoint)))
	if err := r.Target.SetRegs(th.TID, &regs); err != nil {
		return false, err
	}
	th.Fresh = false
	return true, r.Drive.Load(th)
}

// holds reports whether the program's memory has an instruction at pc.
func holds(mem machine.Memory, pc table.Addr, insn string) bool {
	code := make([]byte, len(insn))
	n, _ := mem.ReadMemory(pc, code)
	return n == len(code) && string(code) == insn
}
