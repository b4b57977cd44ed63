package stepper

import (
	"encoding/binary"

	"rseqstep/stepper/tracee"
	"rseqstep/stepper/unit"
	"rseqstep/table"
)

// sectionHere is the unit that begins at an arming store, insn, where a thread
// stands: its section, up to the first exit.
func (e *Engine) sectionHere(th *thread, insn *unit.Insn) answer {
	p := e.armed(th, insn)
	if p == nil {
		// It disarms, or writes no descriptor that the kernel would take: that
		// kills the program on the next preemption, with or without us.
		return then(e.instruction(th, insn), arrive)
	}
	wanted := e.wantedInside(th, p)
	confined := (e.entering || wanted) && e.confined(th, p)
	if e.entering && !confined {
		if err := e.liftRegistration(th); err != nil {
			return fails(err)
		}
		return e.insideHere(th)
	}
	if wanted && !confined {
		return then(e.throughSection(th), arrive)
	}
	if err := e.disarmStale(th, p); err != nil {
		return fails(err)
	}
	if !e.known(p.Start) && !e.confined(th, p) {
		return then(e.throughSection(th), arrive) // run natively, it might leave by another way than those known
	}
	if a := e.climb(th, p, insn); !a.goesOn() {
		return a
	}
	th.comes(p, insn)
	return e.runSection(th, p, arrive)
}

// armed is the section that an arming store is about to arm, nil for none.
func (e *Engine) armed(th *thread, insn *unit.Insn) *table.Placed {
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
	regs   unit.Regs // at the arming store; Start follows it at once
	runs   int       // the thread's runs when the pass had ended: later ones are not known
}

// comes records a thread that stands at the arming store insn of p.
func (th *thread) comes(p *table.Placed, insn *unit.Insn) {
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

// restart is DESIGN 4.3: the thread stands inside a live section, which the
// kernel restarts when the thread goes on. It is met at the abort handler.
func (e *Engine) restart(th *thread, p *table.Placed) answer {
	if th.regs.PassesDebug() {
		// Stopped by a debug register, it would pass over the one at the handler,
		// which the kernel moves it to before its first instruction.
		th.regs.SetPassesDebug(false)
		if err := e.target.SetRegs(th.tid, &th.regs); err != nil {
			return fails(err)
		}
	}
	m := e.runTo(th, []table.Addr{p.Abort}, nil)
	m.keeps = true
	return then(m, func() answer {
		e.reportUnit(UnitReport{TID: th.tid, Section: e.SectionName(p), Start: p.Start, End: p.End, Result: Restarts, Exit: p.Abort, CPU: e.cpuOf(th), Rung: RungRun})
		return arrive()
	})
}

// runSection runs the thread to the first exit of p and reports what came of it.
// Precondition: the thread's last pass is this one, as far as it is known.
func (e *Engine) runSection(th *thread, p *table.Placed, next func() answer) answer {
	body, err := e.body(p)
	if err != nil {
		return fails(err)
	}
	m := e.runTo(th, e.exitsOf(body), nil)
	m.keeps = true
	if err := e.blockSignals(th); err != nil {
		return fails(err)
	}
	m.end = func(how ending) error {
		err := e.unblockSignals(th)
		if err == nil && how != endFailed {
			e.reportSection(th, p, body, how)
		}
		th.goes()
		return err
	}
	return then(m, next)
}

// reportSection says what came of a section that was run natively.
func (e *Engine) reportSection(th *thread, p *table.Placed, body *unit.Body, how ending) {
	report := UnitReport{TID: th.tid, Section: e.SectionName(p), Start: p.Start, End: p.End, CPU: -1, Rung: RungRun}
	if how != endArrived {
		report.Result = Diverted
		if e.threads[th.tid] == th && e.load(th) == nil {
			report.Exit = th.regs.PC()
		}
		e.reportUnit(report)
		return
	}
	report.Exit, report.CPU = th.regs.PC(), e.cpuOf(th)
	report.Result = SideExit
	switch report.Exit {
	case p.Abort:
		report.Result = Aborted
	case p.End:
		var before *unit.Regs
		if th.last != nil {
			before = &th.last.regs
		}
		if body.Outcome(before, &th.regs) == unit.OutcomeCommitted {
			report.Result = Committed
		}
	}
	e.tally(th, p, report.Result)
	e.reportUnit(report)
}

// body decodes a section's instructions, once where a file declares it.
func (e *Engine) body(p *table.Placed) (*unit.Body, error) {
	if b, ok := e.bodies[p]; ok {
		return b, nil
	}
	code, err := e.read(p.Start, p.End)
	if err != nil {
		return nil, err
	}
	var behind [unit.MaxLen]byte // of an instruction that the end lies in
	n, _ := e.target.ReadMemory(p.End, behind[:])
	b, err := unit.DecodeBody(e.target.Arch(), p, append(code, behind[:n]...))
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
func (e *Engine) exitsOf(b *unit.Body) []table.Addr {
	stops := b.Stops(func(a table.Addr) *unit.Body {
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
