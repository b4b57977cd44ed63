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

// stepOne carries out one instruction of a held thread, or the unit it begins
// (DESIGN 4.1). Only that thread runs, unless it blocks in the kernel. A Stop
// says that something else came in between.
func (e *Engine) stepOne(th *thread) (stop *Stop, err error) {
	if err := e.load(th); err != nil {
		return nil, err
	}
	if err := e.pin(th); err != nil {
		return nil, err
	}
	if err := e.unwatchPasses(th); err != nil {
		return nil, err
	}
	pc := th.regs.PC()
	th.stoppedAt = 0
	if th.quiet != nil {
		return e.stepInside(th)
	}
	if passed, err := e.passOwnTrap(th); passed || err != nil {
		return nil, err
	}
	if e.sites[pc] > 0 {
		if err := e.target.Remove(pc); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, e.putBack(pc)) }()
	}
	if e.vdso != nil && e.vdso.Contains(pc) {
		return e.stepVDSO(th)
	}
	insn, err := e.decode(pc)
	if err != nil {
		// Unreadable or unknown code: the processor decides (it will fault or not).
		return e.stepPlain(th, nil)
	}
	if insn.Store.Size != 0 {
		if err := e.registration(th); err != nil {
			return nil, err
		}
		if th.rseq.Registered() {
			if arms, value, known := insn.Arms(&th.regs, th.rseq.CSField()); arms && !(known && value == 0) {
				return e.runUnit(th, insn)
			}
		}
	}
	if e.image.At(pc) != nil {
		now, err := e.readRseq(th)
		if err != nil {
			return nil, err
		}
		if now.Live {
			return e.runRestart(th, now.Section)
		}
	}
	stop, err = e.stepReturning(th, insn)
	if stop != nil || err != nil {
		return stop, err
	}
	if insn.Kind == machine.Call || insn.Kind == machine.IndirectCall || insn.Kind == machine.IndirectJump || insn.Kind == machine.Jump {
		if e.vdso != nil {
			if err := e.load(th); err != nil {
				return nil, err
			}
			if f, ok := e.vdso.Entry(th.regs.PC()); ok && !e.entering {
				return e.runVDSO(th, f)
			}
		}
	}
	return nil, nil
}

// stepPlain single-steps one instruction. insn may be nil when it could not be decoded.
func (e *Engine) stepPlain(th *thread, insn *machine.Insn) (*Stop, error) {
	patience := tracee.FaultPatience
	repin := false
	pc := th.regs.PC()
	inKernel := insn == nil || insn.Kind == machine.Syscall || th.inCall || e.toBeRestarted(th)
	th.inCall = false
	if inKernel {
		// The kernel may look at the thread's affinity, or block.
		patience = blockPatience
		if e.pinned != 0 {
			if err := e.unpin(); err != nil {
				return nil, err
			}
			repin = true
		}
	}
	if sig := th.deferred; sig != 0 && th.signal == 0 && !e.alone {
		e.restoreKept(th)
		th.deferred = 0
		if _, stop, err := e.handle(th, sig); stop != nil || err != nil {
			return stop, err
		}
	}
	for interrupted := false; ; interrupted = true {
		ev, err := e.resumeAndWait(th, e.target.Step, patience)
		if err != nil {
			return nil, err
		}
		th.fresh = false
		if ev.Kind == tracee.EventStep {
			break
		}
		if stood, err := e.stoodOnHardware(th, ev, pc); err != nil {
			return nil, err
		} else if stood {
			continue
		}
		if e.alone && e.waits(th, ev) || interrupted && e.keepBack(th, ev) {
			continue
		}
		again, stop, err := e.between(th, ev, true)
		if stop != nil || err != nil {
			return stop, err
		}
		if !again {
			break
		}
	}
	if inKernel {
		// It may have registered rseq, or mapped other code.
		th.rseqKnown = false
		e.code.flush()
	}
	if repin {
		return nil, e.pin(th)
	}
	return nil, nil
}
