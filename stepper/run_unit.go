package stepper

import (
	"encoding/binary"

	"rseqstep/stepper/unit"
	"rseqstep/table"
)

// runUnit runs a section natively, from the arming store the thread stands at
// to the first exit.
func (e *Engine) runUnit(th *thread, insn *unit.Insn) (*Stop, error) {
	var p *table.Placed
	descriptor, known := insn.FieldAfter(&th.regs, e.target, th.rseq.CSField())
	switch {
	case known && descriptor == 0:
		return e.stepPlain(th, insn) // it disarms
	case known:
		p = e.learn(table.Addr(descriptor))
	default:
		// A value that cannot be computed (a vector register): the section
		// that begins right behind the store.
		if q := e.image.At(insn.Next()); q != nil && q.Start == insn.Next() {
			p = q
		}
	}
	if p == nil {
		// Not a descriptor the kernel would take: it kills the program on the
		// next preemption, with or without us.
		return e.stepPlain(th, insn)
	}
	before := &th.regs
	if insn.Next() != p.Start {
		before = nil // what runs in between is not known
	}
	return e.runSection(th, p, before)
}

// runRestart is DESIGN 4.3: the thread stands inside a live section, which the
// kernel restarts when the thread goes on. It is met at the abort handler.
func (e *Engine) runRestart(th *thread, p *table.Placed) (*Stop, error) {
	where, stop, err := e.runTo(th, []table.Addr{p.Abort}, nil)
	if stop != nil || err != nil {
		return stop, err
	}
	e.tell(UnitReport{TID: th.tid, Section: e.SectionName(p), Start: p.Start, End: p.End, Result: Restarts, Exit: where, CPU: e.cpuOf(th), Rung: RungRun})
	return nil, nil
}

// runSection runs the thread to the first exit of p and reports what came of
// it. atArming is the state at the arming store when Start follows it at once,
// else nil.
func (e *Engine) runSection(th *thread, p *table.Placed, atArming *unit.Regs) (*Stop, error) {
	body, err := e.body(p)
	if err != nil {
		return nil, err
	}
	exits := e.exitsOf(body)
	var before *unit.Regs
	if atArming != nil {
		state := *atArming
		before = &state
	}
	report := UnitReport{TID: th.tid, Section: e.SectionName(p), Start: p.Start, End: p.End, CPU: -1, Rung: RungRun}
	where, stop, err := e.runTo(th, exits, nil)
	if err != nil {
		return nil, err
	}
	if stop != nil {
		report.Result = Diverted
		e.tell(report)
		return stop, nil
	}
	report.Exit, report.CPU = where, e.cpuOf(th)
	switch {
	case where == p.Abort:
		report.Result = Aborted
	case where == p.End && body.Outcome(before, &th.regs) == unit.OutcomeCommitted:
		report.Result = Committed
	default:
		report.Result = SideExit
	}
	e.tell(report)
	return nil, nil
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
	b, err := unit.DecodeBody(p, code)
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
	if e.registration(th) != nil || !th.rseq.Registered() {
		return -1
	}
	var b [4]byte
	// cpu_id stands 4 bytes into struct rseq.
	if n, _ := e.target.ReadMemory(th.rseq.Area+4, b[:]); n < 4 {
		return -1
	}
	return int(int32(binary.LittleEndian.Uint32(b[:])))
}

// runVDSO runs a vDSO function natively from its first instruction to its return address.
func (e *Engine) runVDSO(th *thread, f unit.VDSOFunction) (*Stop, error) {
	ra, cfa, err := e.vdso.ReturnAddress(th.regs.PC(), &th.regs, e.target)
	if err != nil {
		return e.stepPlain(th, nil)
	}
	report := UnitReport{TID: th.tid, Section: f.Name, Start: f.Start, CPU: -1, Rung: RungRun}
	where, stop, err := e.runTo(th, []table.Addr{ra}, func(r *unit.Regs) bool { return table.Addr(r.Rsp) >= cfa })
	if err != nil {
		return nil, err
	}
	if stop != nil {
		report.Result = Diverted
		e.tell(report)
		return stop, nil
	}
	report.Result, report.Exit = Returned, where
	e.tell(report)
	return nil, nil
}
