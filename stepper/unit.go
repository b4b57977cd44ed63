package stepper

import (
	"errors"
	"time"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
)

// blockPatience is how long a stepped system call, or a unit, may take before
// the other threads are let go: it may be waiting for one of them.
const blockPatience = 20 * time.Millisecond

// stepOne carries out one instruction of a held thread, or the unit it begins. A Stop
// says that something else came in between.
func (e *Engine) stepOne(th *thread) (*Stop, error) {
	_, stop, err := e.do(e.unit(th))
	return stop, err
}

// unit is one instruction of a thread, or the unit that it begins (DESIGN 4.1). Only
// that thread moves, unless it blocks in the kernel.
func (e *Engine) unit(th *thread) *move {
	m := e.newMove()
	m.th, m.unit = th, true
	return m
}

// askUnit is the plan of a unit: what it begins, and then what its instruction has led to.
func (e *Engine) askUnit(m *move) answer {
	if m.insn != nil {
		return e.afterInstruction(m.th, m.insn)
	}
	return e.unitHere(m)
}

// unitHere says what a thread's next instruction begins. It is asked once.
func (e *Engine) unitHere(m *move) answer {
	th := m.th
	if err := errors.Join(e.pin(th), e.unwatchPasses(th)); err != nil {
		return fails(err)
	}
	pc := th.regs.PC()
	th.stoppedAt = 0
	if th.quiet != nil {
		return e.insideHere(th)
	}
	if passed, err := e.passOwnTrap(th); passed || err != nil {
		return arriveOr(err)
	}
	if e.book.TrapAt(pc) {
		if err := e.liftTrap(m, pc); err != nil {
			return fails(err)
		}
	}
	if e.vdso != nil && e.vdso.Contains(pc) {
		return e.vdsoHere(th)
	}
	insn, err := e.sections.Decode(pc)
	if err != nil {
		// Unreadable or unknown code: the processor decides (it will fault or not).
		return then(e.instruction(th, nil), arrive)
	}
	if insn.Store.Size != 0 {
		if err := e.registration(th); err != nil {
			return fails(err)
		}
		if th.rseq.Registered() {
			if arms, value, known := insn.Arms(&th.regs, th.rseq.CSField()); arms && !(known && value == 0) {
				return e.sectionHere(th, insn)
			}
		}
	}
	if e.sections.Image().At(pc) != nil {
		now, err := e.readRseq(th)
		if err != nil {
			return fails(err)
		}
		if now.Live {
			return e.restart(th, now.Section)
		}
	}
	m.insn = insn
	return then(e.instruction(th, insn), nil)
}

// afterInstruction looks at where an instruction has led: out of a function that the
// user has called, or into a vDSO function, which is the unit then.
func (e *Engine) afterInstruction(th *thread, insn *machine.Insn) answer {
	if len(th.called) > 0 && e.threads[th.tid] == th {
		if a := stopped(e.callReturned(th)); !a.goesOn() {
			return a
		}
	}
	switch insn.Kind {
	case machine.Call, machine.IndirectCall, machine.IndirectJump, machine.Jump:
		if e.vdso == nil || e.entering {
			break
		}
		if f, ok := e.vdso.Entry(th.regs.PC()); ok {
			return then(e.runVDSO(th, f), arrive)
		}
	}
	return arrive()
}

// instruction is a single step of one instruction. insn may be nil when it could not be decoded.
func (e *Engine) instruction(th *thread, insn *machine.Insn) *move {
	m := e.newMove()
	m.th, m.gait, m.lone, m.alone = th, single, true, tracee.FaultPatience
	if insn == nil || insn.Kind == machine.Syscall || th.inCall || e.toBeRestarted(th) {
		// The kernel may look at the thread's affinity, or block.
		m.alone, m.kernel = blockPatience, true
	}
	th.inCall = false
	return m
}
