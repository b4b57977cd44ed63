package stepper

import (
	"errors"
	"fmt"
	"syscall"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// StepInside is StepInstruction that enters sections: the thread is stepped
// with its rseq registration lifted (see quiet.go), so that it stands inside
// with live state and still commits.
func (e *Engine) StepInside(n int) (Stop, error) { return e.instructions(n, true) }

// stepInside steps one instruction of a quiet phase, and ends the phase with
// the section's commit, the function's return, or a system call to come. An
// unsuccessful pass goes on quietly: a program that has to prepare its area
// first (tcmalloc) would never commit otherwise.
func (e *Engine) stepInside(th *thread) (*Stop, error) {
	q := th.quiet
	end, stop, err := e.quietStep(th)
	if stop != nil || err != nil {
		return stop, err
	}
	switch end {
	case quietKernel:
		return e.stepOne(th)
	case quietCommit, quietReturn:
		return nil, e.restoreRegistration(th)
	}
	if !e.entering && th.quiet != nil && !q.entered {
		return nil, e.restoreRegistration(th)
	}
	return nil, nil
}

// watchInside makes sure that a section which a watchpoint was met inside of
// is from now on gone through quietly: natively the watchpoint would make the
// kernel abort it, each time.
func (e *Engine) watchInside(th *thread, b *Breakpoint) error {
	if th.quiet != nil {
		return nil
	}
	now := e.threadRseq(th)
	if !now.Live || contains(b.inside, now.Section.Start) {
		return nil
	}
	trap, ok, err := e.arming(now.Section)
	if err != nil {
		return err
	}
	if !ok {
		e.notify("watchpoint %d was met inside the critical section %s, which the kernel restarts", b.Number, e.SectionName(now.Section))
		return nil
	}
	if err := e.insertTrap(trap); err != nil {
		return err
	}
	e.notify("watchpoint %d was met inside the critical section %s: the kernel restarts it, and from the next time on it is stepped with its registration lifted", b.Number, e.SectionName(now.Section))
	b.traps, b.inside = append(b.traps, trap), append(b.inside, now.Section.Start)
	e.watched[now.Section.Start]++
	return nil
}

// anyQuiet reports whether a thread stands in a quiet phase.
func (e *Engine) anyQuiet() bool {
	for _, th := range e.threads {
		if th.quiet != nil {
			return true
		}
	}
	return false
}

// arming is where the arming store of a section is, as far as its code shows.
func (e *Engine) arming(p *table.Placed) (trap table.Addr, ok bool, err error) {
	from, known := p.Start-256, false
	if fn, ok := e.symbols.Function(p.Start); ok && fn.Entry <= p.Start && p.Start-fn.Entry < 1<<16 {
		from, known = fn.Entry, true
	}
	code, err := e.read(from, p.Start)
	if err != nil && !known {
		from, code = p.Start, nil // before the section there need not be code
	} else if err != nil {
		return 0, false, err
	}
	// It may begin with its arming store.
	head := make([]byte, min(4*machine.MaxLen, p.End-p.Start))
	n, _ := e.target.ReadMemory(p.Start, head)
	trap, ok = machine.FindArming(e.target.Arch(), p, from, append(code, head[:n]...), e.signatures(Range{Low: from, High: p.Start})...)
	return trap, ok, nil
}

// insideTrap is where the trap for a breakpoint inside a section goes: the
// arming store, from where the thread is taken to the breakpoint quietly. It
// is 0 for an address outside of sections, and for an arming store inside.
func (e *Engine) insideTrap(a table.Addr) (table.Addr, error) {
	p := e.covering(a)
	if p == nil {
		return 0, nil
	}
	trap, ok, err := e.arming(p)
	if err != nil {
		return 0, err
	}
	body, err := e.body(p)
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return 0, err
	}
	if !ok || err != nil || e.guard(trap, trapOurs) != nil {
		return 0, &InsideError{Addr: a, Section: e.SectionName(p), Start: p.Start, End: p.End}
	}
	if body.Within(a) {
		return 0, fmt.Errorf("%v is not the beginning of an instruction of the critical section %s", a, e.SectionName(p))
	}
	return trap, nil
}

// wantedInside reports whether a breakpoint or a watchpoint of the user's
// needs the thread to be taken through the section quietly.
func (e *Engine) wantedInside(th *thread, p *table.Placed) bool {
	if e.watched[p.Start] > 0 {
		return true
	}
	for _, b := range e.breakpoints {
		if !b.Enabled || b.Kind > BreakHardware || b.Thread != 0 && b.Thread != th.tid {
			continue
		}
		for _, pl := range b.Places {
			if p.Contains(pl.Addr) {
				return true
			}
		}
	}
	return false
}

// stepThroughSection takes a thread that stands at an arming store through its section
// quietly, to a breakpoint inside that says stop, or to the exit.
// Precondition: every other thread is held.
func (e *Engine) stepThroughSection(th *thread) (*Stop, error) {
	if _, p, err := e.atArming(th); err == nil && p != nil && e.confined(th, p) {
		return e.stepOne(th)
	}
	if err := e.liftRegistration(th); err != nil {
		return nil, err
	}
	for n := 0; th.quiet != nil; n++ {
		q := th.quiet
		if err := e.load(th); err != nil {
			return nil, err
		}
		if _, stop, err := e.quietOn(th, n); stop != nil || err != nil {
			return stop, err
		}
		if !q.entered {
			break
		}
		if stop, err := e.quietStop(th); stop != nil || err != nil {
			return stop, err
		}
	}
	return nil, e.restoreRegistration(th)
}

// stepThroughSectionHere takes a thread that stands at an arming store, which it has run
// into while another one was dealt with, through its section as it would be
// there and then: let go and met once more, it might have left the CPU whose
// number it has read.
// Precondition: every other thread is held.
func (e *Engine) stepThroughSectionHere(th *thread) (*Stop, error) {
	if e.load(th) != nil { // a thread that is going: its exit is the next event
		return nil, nil
	}
	pc, trapped := th.regs.PC(), false
	for _, b := range e.breakpoints {
		if b.Kind <= BreakHardware && contains(b.planted, pc) {
			return nil, nil // to be told
		}
		trapped = trapped || contains(b.traps, pc)
	}
	if !trapped {
		return nil, nil
	}
	if _, p, err := e.atArming(th); err != nil || p == nil || !e.wantedInside(th, p) {
		return nil, err
	}
	return e.stepThroughSection(th)
}

// quietStop is the Stop of a user's breakpoint that a quiet phase has come to,
// inside a section or outside.
func (e *Engine) quietStop(th *thread) (*Stop, error) {
	if th.quiet == nil {
		return nil, nil
	}
	if err := e.load(th); err != nil {
		return nil, err
	}
	pc := th.regs.PC()
	if e.covering(pc) == nil {
		return e.arrivedAtBreak(th)
	}
	return e.userBreakAt(th, pc, func(b *Breakpoint) bool {
		for _, p := range b.Places {
			if p.Trap != 0 && p.Addr == pc {
				return true
			}
		}
		return false
	})
}

// atArming decodes the instruction a thread stands at as an arming store and
// finds its section; nil when it arms nothing.
func (e *Engine) atArming(th *thread) (*machine.Insn, *table.Placed, error) {
	if err := e.load(th); err != nil {
		return nil, nil, err
	}
	insn, err := e.decode(th.regs.PC())
	if err != nil || insn.Store.Size == 0 {
		return nil, nil, err
	}
	if err := e.registration(th); err != nil || !th.rseq.Registered() {
		return nil, nil, err
	}
	if arms, value, known := insn.Arms(&th.regs, th.rseq.CSField()); !arms || known && value == 0 {
		return nil, nil, nil
	}
	return insn, e.armed(th, insn), nil
}
