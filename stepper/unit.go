package stepper

import (
	"errors"
	"time"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
)

// blockPatience is how long a stepped system call, or a unit, may take before the other threads
// run, too: it may be waiting for one of them.
const blockPatience = 20 * time.Millisecond

// stepOne executes one instruction of a held thread, or the unit that it begins. A Stop says
// that something else ended the command first.
func (e *Engine) stepOne(th *thread) (*Stop, error) {
	_, stop, err := e.do(e.unit(th))
	return stop, err
}

// unit is one instruction of a thread, or the unit that it begins (DESIGN 4.1). Only that
// thread moves, unless it blocks in the kernel.
func (e *Engine) unit(th *thread) *drive.Move {
	m := e.drive.NewMove(th.Thread, drive.Planned)
	m.Ask = e.asksUnit
	return m
}

// askUnit is the plan of a unit: first what its instruction begins, then where the instruction
// has led.
func (e *Engine) askUnit(m *drive.Move) drive.Answer {
	if m.Insn != nil {
		return e.afterInstruction(own(m.Thread), m.Insn)
	}
	return e.unitHere(own(m.Thread), m)
}

// unitHere decides what a thread's next instruction begins. A unit calls it once.
func (e *Engine) unitHere(th *thread, m *drive.Move) drive.Answer {
	if err := errors.Join(e.drive.Pin(th.Thread), e.progress.Unwatch(th.Thread)); err != nil {
		return drive.Fails(err)
	}
	pc := th.Regs.PC()
	th.StoppedAt = 0
	if th.quiet != nil {
		return e.insideHere(th)
	}
	if passed, err := e.passOwnTrap(th); passed || err != nil {
		return drive.ArriveOr(err)
	}
	if e.book.TrapAt(pc) {
		if err := e.drive.Lift(m, pc); err != nil {
			return drive.Fails(err)
		}
	}
	if e.vdso != nil && e.vdso.Contains(pc) {
		return e.vdsoHere(th)
	}
	insn, err := e.sections.Decode(pc)
	if err != nil {
		// Unreadable or unknown code: the processor decides whether it faults.
		return drive.Then(e.instruction(th, nil), drive.Arrive)
	}
	if insn.Store.Size != 0 {
		if err := e.drive.Registration(th.Thread); err != nil {
			return drive.Fails(err)
		}
		if rseq.Arms(insn, &th.Regs, th.Rseq) {
			return e.sectionHere(th, insn)
		}
	}
	if e.sections.Image().At(pc) != nil {
		now, err := e.readRseq(th)
		if err != nil {
			return drive.Fails(err)
		}
		if now.Live {
			return e.restart(th, now.Section)
		}
	}
	m.Insn = insn
	return drive.Then(e.instruction(th, insn), nil)
}

// afterInstruction checks where an instruction has led: out of a function that the user has
// called, or into a vDSO function, which then is the unit.
func (e *Engine) afterInstruction(th *thread, insn *machine.Insn) drive.Answer {
	if len(th.called) > 0 && e.drive.Knows(th.Thread) {
		if a := stopped(e.callReturned(th)); !a.GoesOn() {
			return a
		}
	}
	switch insn.Kind {
	case machine.Call, machine.IndirectCall, machine.IndirectJump, machine.Jump:
		if e.vdso == nil || e.entering {
			break
		}
		if f, ok := e.vdso.Entry(th.Regs.PC()); ok {
			return drive.Then(e.runVDSO(th, f), drive.Arrive)
		}
	}
	return drive.Arrive()
}

// instruction is a single step of one instruction. insn is nil if it cannot be decoded.
func (e *Engine) instruction(th *thread, insn *machine.Insn) *drive.Move {
	m := e.drive.NewMove(th.Thread, drive.Single)
	m.Lone, m.Alone = true, tracee.FaultPatience
	if insn == nil || insn.Kind == machine.Syscall || th.InCall || e.drive.Restarts(th.Thread) {
		// The kernel may read the thread's affinity, block the thread, or map other code.
		m.Alone, m.Kernel = blockPatience, true
		m.End = func(drive.Ending) error { e.sections.FlushCode(); return nil }
	}
	th.InCall = false
	return m
}
