package stepper

import (
	"encoding/binary"
	"errors"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// runUnit runs a section natively, from the arming store the thread stands at
// to the first exit.
func (e *Engine) runUnit(th *thread, insn *machine.Insn) (*Stop, error) {
	p := e.armed(th, insn)
	if p == nil {
		// It disarms, or writes no descriptor that the kernel would take: that
		// kills the program on the next preemption, with or without us.
		return e.stepPlain(th, insn)
	}
	wanted := e.wantedInside(th, p)
	confined := (e.entering || wanted) && e.confined(th, p)
	if e.entering && !confined {
		if err := e.liftRegistration(th); err != nil {
			return nil, err
		}
		return e.stepInside(th)
	}
	if wanted && !confined {
		return e.stepThroughSection(th)
	}
	if err := e.disarmStale(th, p); err != nil {
		return nil, err
	}
	if !e.known(p.Start) && !e.confined(th, p) {
		return e.stepThroughSection(th) // run natively, it might leave by another way than those known
	}
	if done, stop, err := e.climb(th, p, insn); done || stop != nil || err != nil {
		return stop, err
	}
	th.comes(p, insn)
	defer th.goes()
	return e.runSection(th, p)
}

// armed is the section that an arming store is about to arm, nil for none.
func (e *Engine) armed(th *thread, insn *machine.Insn) *table.Placed {
	descriptor, known := insn.FieldAfter(&th.regs, e.target, th.rseq.CSField())
	switch {
	case known && descriptor == 0:
		return nil
	case known:
		return e.learn(table.Addr(descriptor))
	}
	// A value that cannot be computed (a vector register): the section that
	// begins right behind the store.
	if q := e.image.At(insn.Next()); q != nil && q.Start == insn.Next() {
		return q
	}
	return nil
}

// lastPass is a section as a thread came to it last.
type lastPass struct {
	placed *table.Placed
	regs   machine.Regs // at the arming store; Start follows it at once
	runs   int          // the thread's runs when the pass had ended: later ones are not known
}

// comes records a thread that stands at the arming store insn of p.
func (th *thread) comes(p *table.Placed, insn *machine.Insn) {
	th.last = nil
	if insn.Next() == p.Start {
		th.last = &lastPass{placed: p, regs: th.regs, runs: th.runs}
	}
}

// goes records that the pass has ended.
func (th *thread) goes() {
	if th.last != nil {
		th.last.runs = th.runs
	}
}

// runRestart is DESIGN 4.3: the thread stands inside a live section, which the
// kernel restarts when the thread goes on. It is met at the abort handler.
func (e *Engine) runRestart(th *thread, p *table.Placed) (*Stop, error) {
	if err := e.load(th); err != nil {
		return nil, err
	}
	if th.regs.PassesDebug() {
		// Stopped by a debug register, it would pass over the one at the handler,
		// which the kernel moves it to before its first instruction.
		th.regs.SetPassesDebug(false)
		if err := e.target.SetRegs(th.tid, &th.regs); err != nil {
			return nil, err
		}
	}
	where, stop, err := e.runTo(th, []table.Addr{p.Abort}, nil)
	if stop != nil || err != nil {
		return stop, err
	}
	e.reportUnit(UnitReport{TID: th.tid, Section: e.SectionName(p), Start: p.Start, End: p.End, Result: Restarts, Exit: where, CPU: e.cpuOf(th), Rung: RungRun})
	return nil, nil
}

// runSection runs the thread to the first exit of p and reports what came of it.
// Precondition: the thread's last pass is this one, as far as it is known.
func (e *Engine) runSection(th *thread, p *table.Placed) (*Stop, error) {
	body, err := e.body(p)
	if err != nil {
		return nil, err
	}
	exits := e.exitsOf(body)
	var before *machine.Regs
	if th.last != nil {
		before = &th.last.regs
	}
	if err := e.blockSignals(th); err != nil {
		return nil, err
	}
	report := UnitReport{TID: th.tid, Section: e.SectionName(p), Start: p.Start, End: p.End, CPU: -1, Rung: RungRun}
	where, stop, err := e.runTo(th, exits, nil)
	if err = errors.Join(err, e.unblockSignals(th)); err != nil {
		return nil, err
	}
	if stop != nil {
		report.Result = Diverted
		if e.threads[th.tid] == th && e.load(th) == nil {
			report.Exit = th.regs.PC()
		}
		e.reportUnit(report)
		return stop, nil
	}
	report.Exit, report.CPU = where, e.cpuOf(th)
	switch {
	case where == p.Abort:
		report.Result = Aborted
	case where == p.End && body.Outcome(before, &th.regs) == machine.OutcomeCommitted:
		report.Result = Committed
	default:
		report.Result = SideExit
	}
	e.tally(th, p, report.Result)
	e.reportUnit(report)
	return nil, nil
}

// body decodes a section's instructions, once where a file declares it.
func (e *Engine) body(p *table.Placed) (*machine.Body, error) {
	if b, ok := e.bodies[p]; ok {
		return b, nil
	}
	code, err := e.read(p.Start, p.End)
	if err != nil {
		return nil, err
	}
	var behind [machine.MaxLen]byte // of an instruction that the end lies in
	n, _ := e.target.ReadMemory(p.End, behind[:])
	b, err := machine.DecodeBody(e.target.Arch(), p, append(code, behind[:n]...))
	if err != nil {
		return nil, err
	}
	if p.Module != nil {
		e.bodies[p] = &b
	}
	return &b, nil
}

// exitsOf lists where a section can leave to. An exit inside another section
// stands for that one's exits, because nothing may be planted inside it.
func (e *Engine) exitsOf(b *machine.Body) []table.Addr {
	stops := b.Stops(func(a table.Addr) *machine.Body {
		q := e.image.At(a)
		if q == nil {
			return nil
		}
		inner, err := e.body(q)
		if err != nil {
			return nil
		}
		return inner
	})
	out := make([]table.Addr, len(stops))
	for i, x := range stops {
		out[i] = x.Addr
	}
	return out
}

// cpuOf is the CPU the area names, -1 when there is none.
func (e *Engine) cpuOf(th *thread) int {
	if e.registration(th) != nil {
		return -1
	}
	return e.areaCPU(th.rseq)
}

func (e *Engine) areaCPU(c tracee.RseqConfig) int { return e.areaField(c, areaCPUID) }

func (e *Engine) areaCID(c tracee.RseqConfig) int { return e.areaField(c, areaMMCID) }

// areaField reads a 32-bit field of a registered area, -1 when it cannot.
func (e *Engine) areaField(c tracee.RseqConfig, offset table.Addr) int {
	var b [4]byte
	if !c.Registered() {
		return -1
	}
	if n, _ := e.target.ReadMemory(c.Area+offset, b[:]); n < len(b) {
		return -1
	}
	return int(int32(binary.LittleEndian.Uint32(b[:])))
}
