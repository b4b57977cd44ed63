package stepper

import (
	"bytes"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// userBreak decides whether the user's breakpoints at addr stop the thread.
// Precondition: every thread is held.
func (e *Engine) userBreak(th *thread, addr table.Addr) (*Stop, error) {
	return e.userBreakAt(th, addr, func(b *Breakpoint) bool { return contains(b.planted, addr) })
}

// userBreakAt is userBreak for the breakpoints that here says are at addr.
func (e *Engine) userBreakAt(th *thread, addr table.Addr, here func(*Breakpoint) bool) (*Stop, error) {
	var met []int
	var place Place
	for _, b := range e.breakpoints {
		if !b.Enabled || b.Kind > BreakHardware || b.Thread != 0 && b.Thread != th.TID || !here(b) {
			continue
		}
		if !e.comes(b, th) {
			continue
		}
		met = append(met, b.Number)
		for _, p := range b.Places {
			if p.Addr == addr {
				place = p
			}
		}
	}
	if met == nil {
		return nil, nil
	}
	e.showBreak(th, addr, place)
	if err := e.dropMet(met); err != nil {
		return nil, err
	}
	return &Stop{Reason: StopBreakpoint, TID: th.TID, PC: addr, Breakpoints: met}, nil
}

// showBreak shows the inlined call a breakpoint was set in, or else its caller.
func (e *Engine) showBreak(th *thread, pc table.Addr, place Place) {
	total, entering := e.symbols.Inlines(pc)
	depth := total - entering
	if entering > 0 && place.Function != "" {
		if f, ok := e.symbols.Function(pc); ok && f.Name != place.Function {
			depth = e.depthOf(pc, place.Line)
		}
	}
	th.show(pc, depth)
}

// depthOf is the innermost inline depth at which pc shows a line, among those
// of the calls that begin at pc; the innermost of all when none does.
func (e *Engine) depthOf(pc table.Addr, line Line) int {
	total, entering := e.symbols.Inlines(pc)
	for d := total; d >= total-entering; d-- {
		if l, ok := e.symbols.Line(pc, d); ok && l == line {
			return d
		}
	}
	return total
}

// debugHit decides at a debug register of the user's: a hardware breakpoint or
// a watchpoint, whose bytes must have changed (but for rwatch and awatch).
func (e *Engine) debugHit(th *thread, ev tracee.Event) (*Stop, error) {
	b := e.breakpoint(e.book.DebugOwner(ev.Slot).Of)
	if b == nil {
		return nil, nil
	}
	if b.Kind == BreakHardware {
		if err := e.load(th); err != nil {
			return nil, err
		}
		th.StoppedAt = th.Regs.PC()
		return e.userBreak(th, th.Regs.PC())
	}
	if b.Thread != 0 && b.Thread != th.TID {
		return nil, nil
	}
	was, now := b.old, e.watchedBytes(b)
	b.old = now
	if b.Kind == WatchWrite && !b.eachWrite && bytes.Equal(was, now) {
		return nil, nil
	}
	if b.When != nil {
		if yes, err := e.holds(b, th); err == nil && !yes {
			return nil, nil
		}
	}
	if err := e.watchInside(th, b); err != nil {
		return nil, err
	}
	b.Hits++
	if b.Ignore > 0 {
		b.Ignore--
		return nil, nil
	}
	return &Stop{Reason: StopWatchpoint, TID: th.TID, Breakpoints: []int{b.Number},
		Watch: []WatchChange{{Number: b.Number, Expr: b.Location, Old: was, New: now}}}, nil
}

// watchedBytes are those of a watchpoint, nil where they cannot be read: a
// pointer's target may be watched before there is any.
func (e *Engine) watchedBytes(b *Breakpoint) []byte {
	now := make([]byte, b.WatchLength)
	if n, _ := e.target.ReadMemory(b.Watch, now); n < len(now) {
		return nil
	}
	return now
}

// holds decides a breakpoint's condition in the thread that met it.
func (e *Engine) holds(b *Breakpoint, th *thread) (bool, error) {
	selected := e.drive.Current()
	defer func() { e.drive.Select(selected) }()
	e.drive.Select(th.TID)
	return b.When(th.TID)
}
