package steps

import (
	"fmt"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// returnedTo arrives when the stack pointer is at or above a CFA.
func returnedTo(cfa table.Addr) drive.Decision {
	return drive.When(func(th *drive.Thread) bool { return th.Regs.SP() >= cfa })
}

// trapReturn arrives when the frame with this CFA has returned to ra: the stack pointer is then
// at or above the CFA; in a deeper activation of the same code it is below.
func (s *Stepper) trapReturn(tr *drive.Move, ra, cfa table.Addr) {
	s.trapAt(tr, ra, returnedTo(cfa))
}

// trapAt adds a trap; if a lies in a section, it adds traps at that section's exits instead.
func (s *Stepper) trapAt(tr *drive.Move, a table.Addr, d drive.Decision) {
	for _, x := range s.Sections.Places(a) {
		tr.Trap(x, d)
	}
}

// ToReturn is units.Host.ToReturn.
func (s *Stepper) ToReturn(th *drive.Thread, back, cfa table.Addr) *drive.Move {
	m := drive.Journey(th)
	m.Watchdog = s.Watchdog()
	s.trapReturn(m, back, cfa)
	return m
}

// returnTo is a journey to ra, the return address of a call that the thread makes next or has
// just made, with the stack pointer at or above sp.
func returnTo(th *drive.Thread, ra, sp table.Addr) *drive.Move {
	m := drive.Journey(th)
	m.Trap(ra, returnedTo(sp))
	return m
}

// stepOut runs a function without lines until it returns, as gdb does.
func (s *Stepper) stepOut(th *drive.Thread) (drive.Stop, error) {
	fn, known := s.symbols.Function(th.Regs.PC())
	name := fn.Name
	if name == "" {
		name = "at " + fn.Entry.String()
	}
	if !known {
		return nil, fmt.Errorf("cannot find bounds of current function; use stepi, or finish")
	}
	s.Drive.Notify("single stepping until exit from function %s, which has no line number information", name)
	cfa, caller, ok := s.symbols.Caller(&th.Regs, s.Target)
	tr := drive.Journey(th)
	tr.Sections = s.Sections.Around(th.Regs.PC())
	if ok && caller.PC() != 0 {
		s.trapReturn(tr, caller.PC(), cfa)
	}
	s.trapUnwinding(tr, waiting(cfa))
	_, stop, err := s.Do(tr)
	return stop, err
}

// leaveHandler steps a thread out of an abort handler without lines, to the code to which the
// handler jumps. Handlers often lie in a section of their own, without a symbol, where a line
// step would not know its function; and a thread that stopped inside a critical section resumes
// at its handler. Outside of such handlers leaveHandler does nothing.
func (s *Stepper) leaveHandler(th *drive.Thread) (drive.Stop, error) {
	if !s.Sections.InHandler(th.Regs.PC()) {
		return nil, nil
	}
	for range rseq.MaxHandler { // instructions that a handler may execute before it jumps back
		if stop, err := s.one(th); stop != nil || err != nil {
			return stop, err
		}
		if err := s.Drive.Load(th); err != nil {
			return nil, err
		}
		pc := th.Regs.PC()
		if _, ok := s.symbols.Line(pc, 0); ok || !s.Sections.InHandler(pc) {
			return nil, nil
		}
	}
	return nil, nil
}
