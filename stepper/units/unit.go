package units

import (
	"errors"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
)

// Unit is the move of a held thread over one instruction, or over the unit that begins there.
// Only that thread runs, unless it blocks in the kernel.
func (r *Runner) Unit(th *drive.Thread) *drive.Move {
	m := r.Drive.NewMove(th, drive.Planned)
	m.Ask = r.asks
	return m
}

// ask is the plan of a unit: first what its instruction begins, then where the instruction has
// led.
func (r *Runner) ask(m *drive.Move) drive.Answer {
	if m.Insn != nil {
		return r.afterInstruction(m.Thread, m.Insn)
	}
	return r.here(m.Thread, m)
}

// here decides what a thread's next instruction begins. A unit calls it once.
func (r *Runner) here(th *drive.Thread, m *drive.Move) drive.Answer {
	if err := errors.Join(r.Drive.Pin(th), r.Passes.Unwatch(th)); err != nil {
		return drive.Fails(err)
	}
	pc := th.Regs.PC()
	th.StoppedAt = 0
	if r.Quiet.In(th) {
		return r.quietHere(th)
	}
	if passed, err := r.passOwnTrap(th); passed || err != nil {
		return drive.ArriveOr(err)
	}
	if r.Book.TrapAt(pc) {
		if err := r.Drive.Lift(m, pc); err != nil {
			return drive.Fails(err)
		}
	}
	if r.Functions.Contains(pc) {
		return r.Functions.Step(th, r.Entering)
	}
	insn, err := r.Sections.Decode(pc)
	if err != nil {
		// Unreadable or unknown code: the processor decides whether it faults.
		return drive.Then(r.Instruction(th, nil), drive.Arrive)
	}
	if a, ok := r.sequenceHere(th, insn); ok {
		return a
	}
	if insn.Store.Size != 0 {
		if err := r.Drive.Registration(th); err != nil {
			return drive.Fails(err)
		}
		if rseq.Arms(insn, &th.Regs, th.Rseq) {
			return r.sectionHere(th, insn)
		}
	}
	if r.Sections.Image().At(pc) != nil {
		now, err := r.Registration.Read(th)
		if err != nil {
			return drive.Fails(err)
		}
		if now.Live {
			return r.Restart(th, now.Section)
		}
	}
	m.Insn = insn
	return drive.Then(r.Instruction(th, insn), nil)
}

// afterInstruction checks where an instruction has led: out of a function that the user has
// called, or into a vDSO function, which then is the unit.
func (r *Runner) afterInstruction(th *drive.Thread, insn *machine.Insn) drive.Answer {
	if a := r.Host.Returned(th); !a.GoesOn() {
		return a
	}
	switch insn.Kind {
	case machine.Call, machine.IndirectCall, machine.IndirectJump, machine.Jump:
		if !r.Entering && r.Functions.Begins(th.Regs.PC()) {
			return drive.Then(r.Functions.Run(th), drive.Arrive)
		}
	}
	return drive.Arrive()
}

// Instruction is a single step of one instruction. insn is nil if it cannot be decoded.
func (r *Runner) Instruction(th *drive.Thread, insn *machine.Insn) *drive.Move {
	m := r.Drive.NewMove(th, drive.Single)
	m.Lone, m.Alone = true, tracee.FaultPatience
	if insn == nil || insn.Kind == machine.Syscall || th.InCall || r.Drive.Restarts(th) {
		// The kernel may read the thread's affinity, block the thread, or map other code.
		m.Alone, m.Kernel = tracee.BlockPatience, true
		m.End = func(drive.Ending) error { r.Sections.FlushCode(); return nil }
	}
	th.InCall = false
	return m
}

// BlockFor blocks the thread's signals for its next instruction, so that the kernel keeps them
// pending. It does not if that instruction is a system call, which may read the mask, change it
// or pass it on to a child, and a signal may have to end its wait.
func (r *Runner) BlockFor(th *drive.Thread) (blocked bool, err error) {
	if r.Book.Blocked(th.TID) {
		return false, nil
	}
	if err := r.Drive.Load(th); err != nil {
		return false, err
	}
	insn, err := r.Sections.Decode(th.Regs.PC())
	if err != nil || insn.Kind == machine.Syscall || th.InCall || r.Drive.Restarts(th) {
		if th.Signal != 0 && th.Deferred == 0 { // taken from the kernel before this step
			r.Drive.Keep(th, th.Signal)
			th.Signal = 0
		}
		return false, nil
	}
	if th.Signal == 0 && th.Deferred != 0 {
		r.Drive.RestoreKept(th)
		th.Signal, th.Deferred = th.Deferred, 0
	}
	return true, r.Drive.BlockSignals(th)
}
