package stepper

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"syscall"

	"rseqstep/stepper/unit"
	"rseqstep/table"
)

// quiet is a quiet phase: a short stretch in which one thread is stepped with
// its rseq registration lifted, so that stops neither abort sections nor
// rewrite the area, pinned to its CPU, its signals held back, every other
// thread held. What sections promise, that nothing else runs on the CPU's
// data, holds because nothing else of the program runs.
type quiet struct {
	config  RseqConfig
	body    *unit.Body    // of the section armed last
	placed  *table.Placed // that section
	entered bool          // the thread has armed placed and not left it since
	final   bool          // its last store has run in this pass
	cfa     table.Addr    // of the frame the phase began in; 0 unknown
	ending  bool          // it is over, but the registration is not back yet (mend)
}

// Flags of rseq(2), and its number on amd64. See include/uapi/linux/rseq.h.
const (
	sysRseq        = 334
	rseqUnregister = 1
)

// hush begins a quiet phase.
// Precondition: every other thread is held, and the thread stands in no live section.
func (e *Engine) hush(th *thread) error {
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
	area := make([]byte, c.Size)
	if n, err := e.target.ReadMemory(c.Area, area); n < len(area) {
		return fmt.Errorf("the rseq area of thread %d at %v cannot be read: %w", th.tid, c.Area, errors.Join(err, io.ErrUnexpectedEOF))
	}
	if err := e.quieten(th); err != nil {
		return err
	}
	th.quiet = &quiet{config: c}
	if err := e.rseqCall(th, c, rseqUnregister); err != nil {
		return errors.Join(err, e.unhush(th)) // the call may have been made all the same
	}
	if cfa, _, ok := e.symbols.Caller(&th.regs, e.target); ok {
		th.quiet.cfa = cfa
	}
	// The kernel reset the fields; the program is to find what it had there.
	if _, err := e.target.WriteMemory(c.Area, area); err != nil {
		return errors.Join(err, e.unhush(th))
	}
	return nil
}

// unhush ends a quiet phase: the area is registered again and the affinity
// restored. A thread that stands inside a section then is armed in the
// kernel's eyes, which restarts the section when the thread goes on. ESRCH says
// that the thread has been killed.
func (e *Engine) unhush(th *thread) error {
	q := th.quiet
	if q == nil {
		return nil
	}
	q.ending, th.rseqKnown = true, false
	if e.target.Alive() && e.threads[th.tid] == th {
		if err := e.register(th, q); err != nil {
			return err // still owed: see mend
		}
	}
	th.quiet = nil
	if !e.target.Alive() || e.threads[th.tid] != th {
		return nil
	}
	return errors.Join(e.unquieten(th), e.unpin())
}

// register gives the thread its registration back, and arms the section that it
// stands in.
func (e *Engine) register(th *thread, q *quiet) error {
	if err := e.load(th); err != nil {
		return err
	}
	err := e.rseqCall(th, q.config, 0)
	if errors.Is(err, syscall.EBUSY) {
		err = nil // it has this very registration: see rseq(2), and kernel/rseq.c
	}
	if err != nil || !q.entered || !q.placed.Contains(th.regs.PC()) {
		return err
	}
	// Registration cleared rseq_cs.
	var cs [8]byte
	binary.LittleEndian.PutUint64(cs[:], uint64(q.placed.Descriptor))
	if n, err := e.target.WriteMemory(q.config.CSField(), cs[:]); n < len(cs) {
		return errors.Join(err, io.ErrShortWrite)
	}
	return nil
}

// rseqCall makes the thread call rseq(2) on its own area.
func (e *Engine) rseqCall(th *thread, c RseqConfig, flags uint64) error {
	ret, err := e.target.Syscall(th.tid, sysRseq, uint64(c.Area), uint64(c.Size), flags, uint64(c.Signature))
	th.fresh = false
	if err == nil && ret != 0 {
		err = fmt.Errorf("rseq(%v, %d, %d) in thread %d: %w", c.Area, c.Size, flags, th.tid, syscall.Errno(-ret))
	}
	if err != nil {
		return err
	}
	return e.load(th)
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
		stop, err := e.vanished(th, err)
		return quietKernel, stop, err
	}
	pc := th.regs.PC()
	th.reported = 0
	if e.vdso != nil && e.vdso.Contains(pc) {
		if f, ok := e.vdso.Entry(pc); ok {
			stop, err := e.runVDSO(th, f)
			return quietGoing, stop, err
		}
	}
	insn, err := e.decode(pc)
	if err != nil || insn.Kind == unit.Syscall {
		return quietKernel, nil, e.unhush(th)
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
			stop, err = e.vanished(th, err)
			return quietKernel, stop, err
		}
		return quietKernel, stop, nil
	}
	if th.regs.PC() == pc && stop != nil {
		return quietGoing, stop, nil // the instruction has not run
	}
	end := q.judge(insn, th.regs.PC(), table.Addr(th.regs.Rsp))
	e.tellQuiet(th, q, end)
	return end, stop, nil
}

// judge tells where the step from insn to pc has led.
func (q *quiet) judge(insn *unit.Insn, pc, sp table.Addr) quietEnd {
	if q.cfa != 0 && sp >= q.cfa {
		q.entered = false
		return quietReturn
	}
	if !q.entered || !q.placed.Contains(insn.Addr) {
		return quietGoing
	}
	if insn.Addr == q.body.Final {
		q.final = true
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
	if e.sites[pc] > 0 {
		if err := e.target.Remove(pc); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, e.putBack(pc)) }()
	}
	for {
		ev, err := e.target.Step(th.tid, 0, 0)
		if err != nil {
			return e.vanished(th, err)
		}
		th.fresh = false
		switch ev.Kind {
		case EventStep:
			return nil, nil
		case EventDebug:
			if stood, err := e.stoodOnHardware(th, ev, pc); err != nil || stood {
				if err != nil {
					return nil, err
				}
				continue
			}
			return e.debugHit(th, ev)
		case EventGroupStop, EventGroupEnd, EventVforkDone:
			// Job control waits until the phase is over.
		case EventInterrupt:
			if e.asked.Swap(false) {
				return &Stop{Reason: StopInterrupt, TID: th.tid}, nil
			}
		case EventSignal:
			// One that cannot be held back, or that the instruction raised: the
			// phase ends first, and the kernel restarts the section as it would have.
			if err := e.load(th); err != nil {
				return e.vanished(th, err)
			}
			if err := e.unhush(th); err != nil {
				return nil, err
			}
			if stop, err := e.catchpoint(ev); stop != nil || err != nil {
				return stop, err
			}
			d := e.signals.Of(ev.Signal)
			if d.Stop {
				return e.signalStop(th, ev), nil
			}
			if d.Pass {
				th.signal = ev.Signal
			}
			return nil, nil
		case EventExit:
			return e.threadGone(ev), nil
		case EventProcessExit:
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

// tellQuiet reports a pass that a quiet phase has ended.
func (e *Engine) tellQuiet(th *thread, q *quiet, end quietEnd) {
	result := map[quietEnd]Result{quietCommit: Committed, quietSide: SideExit, quietAbort: Aborted}[end]
	if result == 0 {
		return
	}
	r := UnitReport{TID: th.tid, Section: e.SectionName(q.placed), Start: q.placed.Start, End: q.placed.End,
		Result: result, Exit: th.regs.PC(), CPU: e.areaCPU(q.config), Rung: RungQuiet}
	e.tell(r)
	e.tally(th, q.placed, result)
}
