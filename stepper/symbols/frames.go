package symbols

import (
	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// maxFrames bounds a stack if the caller does not: a hundred thousand frames of
// recursion fill the usual 8 MiB.
const maxFrames = 1 << 17

// Caller implements stepper.Symbols.
func (s *Set) Caller(r *machine.Regs, mem machine.Memory) (cfa table.Addr, caller machine.Regs, ok bool) {
	st := s.unwind(r, r.PC(), mem)
	return st.cfa, st.caller, st.ok
}

// Frames implements stepper.Symbols. The stack ends if a return address is
// undefined, zero or unreadable, or if the next frame is not further up; only a
// signal's frame may be on another stack.
func (s *Set) Frames(r *machine.Regs, mem machine.Memory, max int) []stepper.Frame {
	if max <= 0 || max > maxFrames {
		max = maxFrames
	}
	var out []stepper.Frame
	regs, exact := *r, true
	var last table.Addr
	for len(out) < max {
		at := regs.PC()
		if !exact && at > 0 {
			at-- // a call that does not return may be its function's last instruction
		}
		st := s.unwind(&regs, at, mem)
		if len(out) > 0 && !exact && !st.signal && st.cfa <= last {
			// Corrupt: this frame's own rules lead back down the stack.
			out = s.appendFrames(out, &regs, at, step{cfa: 0}, max)
			break
		}
		out = s.appendFrames(out, &regs, at, st, max)
		if !st.ok || st.caller.PC() == 0 {
			break
		}
		if st.caller.PC() == regs.PC() && st.caller.SP() == regs.SP() {
			break
		}
		if !st.signal {
			out = s.appendTails(out, at, st, mem, max)
		}
		last, exact = st.cfa, st.signal
		regs = st.caller
	}
	return out
}

// appendFrames adds a concrete frame, preceded by the calls inlined at it.
func (s *Set) appendFrames(out []stepper.Frame, r *machine.Regs, at table.Addr, st step, max int) []stepper.Frame {
	base := stepper.Frame{PC: r.PC(), CFA: st.cfa, Regs: *r, Signal: st.signal}
	m := s.Module(at)
	if m == nil {
		return append(out, base)
	}
	base.Module = m.Path
	a := m.file(at)
	calls := inlinedCalls(m.img.scopesAt(a))
	for d := len(calls) - 1; d > 0 && len(out) < max; d-- {
		f := base
		f.Inlined, f.Function = d, calls[d].name.short
		f.Entry = m.process(calls[d].entry)
		f.Line, _ = s.Line(at, d)
		out = append(out, f)
	}
	if len(out) == max {
		return out
	}
	if f, ok := s.Function(at); ok {
		base.Function, base.Entry = f.Name, f.Entry
	}
	base.Line, _ = s.Line(at, 0)
	return append(out, base)
}
