package stepper

import (
	"errors"
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// quiet is a quiet phase: a short stretch in which one thread is stepped with
// its rseq registration lifted, so that stops neither abort sections nor
// rewrite the area, pinned to its CPU, its signals held back, every other
// thread held. What sections promise, that nothing else runs on the CPU's
// data, holds because nothing else of the program runs.
type quiet struct {
	config  tracee.RseqConfig
	body    *machine.Body // of the section armed last
	placed  *table.Placed // that section
	entered bool          // the thread has armed placed and not left it since
	final   bool          // its last store has run in this pass
	cfa     table.Addr    // of the frame the phase began in; 0 unknown
	ending  bool          // it is over, but the registration is not back yet (restoreRest)
	slice   bool          // the area had the time slice extension switched on
}

// liftRegistration begins a quiet phase.
// Precondition: every other thread is held, and the thread stands in no live section.
func (e *Engine) liftRegistration(th *thread) error {
	if th.quiet != nil {
		return nil
	}
	if err := e.registration(th); err != nil {
		return err
	}
	if !th.rseq.Registered() {
		return errors.New("the thread has registered no rseq area")
	}
	// Pinned whatever the policy says: the section was told its CPU, and must commit on it.
	if err := e.target.Pin(th.tid); err != nil {
		return err
	}
	e.pinned = th.tid
	if err := e.unwatchPasses(th); err != nil {
		return err
	}
	c := th.rseq
	area, err := e.writtenArea(th)
	if err != nil {
		return err
	}
	if err := e.blockSignals(th); err != nil {
		return err
	}
	slice := sliceOf(c, area)
	th.quiet = &quiet{config: c, slice: slice.Enabled}
	if err := e.rseqCall(th, c, rseqUnregister); err != nil {
		return errors.Join(err, e.restoreRegistration(th)) // the call may have been made all the same
	}
	if cfa, _, ok := e.symbols.Caller(&th.regs, e.target); ok {
		th.quiet.cfa = cfa
	}
	if slice.Available && slice.Enabled {
		clear(area[areaSliceCtrl : areaSliceCtrl+4]) // as the kernel does when a thread was scheduled out
	}
	// The kernel reset the fields; the program is to find what it had there.
	if _, err := e.target.WriteMemory(c.Area, area); err != nil {
		return errors.Join(err, e.restoreRegistration(th))
	}
	return nil
}

// restoreRegistration ends a quiet phase: the area is registered again and the affinity
// restored. A thread that stands inside a section then is armed in the
// kernel's eyes, which restarts the section when the thread goes on. ESRCH says
// that the thread has been killed.
func (e *Engine) restoreRegistration(th *thread) error {
	q := th.quiet
	if q == nil {
		return nil
	}
	q.ending, th.rseqKnown = true, false
	if e.target.Alive() && e.threads[th.tid] == th {
		if err := e.register(th, q); err != nil {
			return err // still still to be done: see restoreRest
		}
	}
	th.quiet = nil
	if !e.target.Alive() || e.threads[th.tid] != th {
		return nil
	}
	return errors.Join(e.unblockSignals(th), e.unpin())
}

// quietEnd is how one step of a quiet phase left the section, if it did.
type quietEnd int

const (
	quietGoing  quietEnd = iota // somewhere on the way
	quietCommit                 // at post-commit with the final store done
	quietSide                   // at another exit
	quietAbort                  // at the abort handler, by the section's own compare
	quietKernel                 // about to enter the kernel: the phase is over
	quietReturn                 // the function the phase began in has returned
)

// quietStep steps one instruction of a quiet phase. The phase is still on
// afterwards, but for quietKernel and when a Stop or an error is returned that
// ended it.
func (e *Engine) quietStep(th *thread) (quietEnd, *Stop, error) {
	q := th.quiet
	if err := e.load(th); err != nil {
		return quietKernel, nil, err
	}
	pc := th.regs.PC()
	th.stoppedAt = 0
	if e.vdso != nil && e.vdso.Contains(pc) {
		if f, ok := e.vdso.Entry(pc); ok {
			stop, err := e.runVDSO(th, f)
			return quietGoing, stop, err
		}
	}
	insn, err := e.decode(pc)
	if err != nil {
		insn = &machine.Insn{Addr: pc} // the processor knows
	}
	if insn.Kind == machine.Syscall {
		return quietKernel, nil, e.restoreRegistration(th)
	}
	if insn.Store.Size != 0 {
		if arms, value, known := insn.Arms(&th.regs, q.config.CSField()); arms && !(known && value == 0) {
			if p := e.armed(th, insn); p != nil {
				body, err := e.body(p)
				if err != nil {
					return quietGoing, nil, err
				}
				q.placed, q.body, q.entered, q.final = p, body, true, false
				th.comes(p, insn)
			}
		}
	}
	stop, err := e.quietInsn(th, pc)
	if err != nil || th.quiet == nil || e.threads[th.tid] != th {
		return quietKernel, stop, err
	}
	if err := e.load(th); err != nil {
		if stop == nil {
			return quietKernel, nil, err
		}
		return quietKernel, stop, nil
	}
	if th.regs.PC() == pc && stop != nil {
		return quietGoing, stop, nil // the instruction has not run
	}
	end := q.judge(insn, th.regs.PC(), th.regs.SP())
	e.reportQuiet(th, q, end)
	return end, stop, nil
}

// judge tells where the step from insn to pc has led.
func (q *quiet) judge(insn *machine.Insn, pc, sp table.Addr) quietEnd {
	if q.cfa != 0 && sp >= q.cfa {
		q.entered = false
		return quietReturn
	}
	if !q.entered || !q.placed.Contains(insn.Addr) {
		return quietGoing
	}
	if insn.Addr == q.body.Final || !q.body.Known() && insn.Kind == machine.Plain && insn.Store.Size > 0 {
		q.final = true // where the code does not show which store is the last, it is one of those made
	}
	if q.placed.Contains(pc) {
		return quietGoing
	}
	q.entered = false
	switch {
	case pc == q.placed.Abort:
		return quietAbort
	case pc == q.placed.End && (q.final || q.body.Final == 0 && insn.Next() == pc):
		return quietCommit
	}
	return quietSide
}

// quietInsn single-steps one instruction with a breakpoint at it taken out.
func (e *Engine) quietInsn(th *thread, pc table.Addr) (stop *Stop, err error) {
	return e.quietMove(th, pc, func(tid int) (tracee.Event, error) { return e.target.Step(tid, 0, 0) })
}

// quietMove lets the thread go on from pc by move, a step or a run, with a
// breakpoint there taken out.
func (e *Engine) quietMove(th *thread, pc table.Addr, move func(tid int) (tracee.Event, error)) (stop *Stop, err error) {
	if e.sites[pc] > 0 {
		if err := e.target.Remove(pc); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, e.putBack(pc)) }()
	}
	for {
		ev, err := move(th.tid)
		if err != nil {
			return nil, err
		}
		th.fresh = false
		switch ev.Kind {
		case tracee.EventStep, tracee.EventBreakpoint:
			return nil, nil
		case tracee.EventBlocked: // a run with a patience
			return nil, e.pause()
		case tracee.EventDebug:
			if e.slots[ev.Slot&3] == 0 {
				return nil, nil // a trap of the run's
			}
			if stood, err := e.stoodOnHardware(th, ev, pc); err != nil || stood {
				if err != nil {
					return nil, err
				}
				continue
			}
			return e.debugHit(th, ev)
		case tracee.EventGroupStop, tracee.EventGroupEnd, tracee.EventVforkDone:
			// Job control waits until the phase is over.
		case tracee.EventInterrupt:
			if e.asked.Swap(false) {
				return &Stop{Reason: StopInterrupt, TID: th.tid}, nil
			}
		case tracee.EventSignal:
			// One that cannot be held back, or that the instruction raised: the
			// phase ends first, and the kernel restarts the section as it would have.
			if err := e.load(th); err != nil {
				return nil, err
			}
			if err := e.restoreRegistration(th); err != nil {
				return nil, err
			}
			if stop, err := e.catchpoint(ev); stop != nil || err != nil {
				return stop, err
			}
			d := e.signals.Of(ev.Signal)
			if d.Stop {
				return e.signalStop(th, ev)
			}
			if d.Pass {
				return nil, e.queueSignal(th, ev.Signal)
			}
			return nil, nil
		case tracee.EventExit:
			return e.threadGone(ev), nil
		case tracee.EventProcessExit:
			return e.ended(ev), nil
		default:
			return nil, fmt.Errorf("internal: event %d in a quiet phase of thread %d at %v", ev.Kind, th.tid, pc)
		}
	}
}

// maxQuiet bounds what a quiet phase runs outside of sections, instructions.
// tcmalloc's slow paths take some hundreds. A section itself is as long as it
// is; the user can interrupt it.
const maxQuiet = 200000

// reportQuiet reports a pass that a quiet phase has ended.
func (e *Engine) reportQuiet(th *thread, q *quiet, end quietEnd) {
	result := map[quietEnd]Result{quietCommit: Committed, quietSide: SideExit, quietAbort: Aborted}[end]
	if result == 0 {
		return
	}
	r := UnitReport{TID: th.tid, Section: e.SectionName(q.placed), Start: q.placed.Start, End: q.placed.End,
		Result: result, Exit: th.regs.PC(), CPU: e.areaCPU(q.config), Rung: RungQuiet}
	e.reportUnit(r)
	e.tally(th, q.placed, result)
}
