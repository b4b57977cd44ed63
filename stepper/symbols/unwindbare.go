package symbols

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// unwindSigreturn recognises a signal trampoline by its instructions, as gdb
// does, and takes the interrupted registers from the signal frame. Not every
// trampoline has CFI: Go's has only that of an ordinary function.
func unwindSigreturn(r *machine.Regs, mem machine.Memory) (step, bool) {
	was, ok := r.Arch().Interrupted(r, mem)
	return step{caller: was, ok: ok, signal: ok, cfa: was.SP()}, ok // the CFA as in glibc's CFI
}

// smallFrame is the distance from a frame pointer to the canonical frame address that unwindBare assumes for
// a function whose prologue it does not see: two words, the least there is.
const smallFrame = 16

// maxEntered bounds the code of a function that is read to find how it has changed the stack, bytes.
const maxEntered = 1 << 12

// unwindBare unwinds without CFI: by how much of a frame-pointer prologue has
// run, else by the frame pointer, else as at a function's first instruction.
// The caller it finds must be in code.
func (s *Set) unwindBare(m *Module, r *machine.Regs, mem machine.Memory) step {
	entered := func() step { st, _ := returned(r, mem, 0); return s.inCode(st) }
	called := func() step {
		if st := entered(); st.ok && r.Arch().AfterCall(st.caller.PC(), mem) {
			return st
		}
		return step{}
	}
	size := table.Addr(smallFrame)
	if m != nil {
		if atReturn(r, mem) {
			if st := entered(); st.ok {
				return st
			}
		}
		if f, ok := s.Function(r.PC()); ok {
			state, framed := prologueState(f.Entry, r, mem)
			if framed > 0 {
				size = framed
			}
			switch lowered, kept := enteredBy(f.Entry, r, mem); {
			case state == prologueNone, framed == 0 && kept:
				st, _ := returned(r, mem, lowered)
				return s.inCode(st)
			case state == prologuePushed:
				return s.byRecord(r, mem, r.SP(), size)
			}
		}
	} else if st := called(); st.ok {
		return st // a call through a bad pointer
	}
	if fp := r.FP(); fp >= r.SP() && fp%8 == 0 {
		if st := s.byRecord(r, mem, fp, size); st.ok {
			return st
		}
	}
	return called()
}

// enteredBy is machine.Shapes.Lowered for a function's code up to the thread's PC.
func enteredBy(entry table.Addr, r *machine.Regs, mem machine.Memory) (lowered table.Addr, kept bool) {
	n := r.PC() - entry
	if n > maxEntered {
		return 0, false
	}
	code := make([]byte, n)
	if got, err := mem.ReadMemory(entry, code); err != nil || got < len(code) {
		return 0, false
	}
	return r.Arch().Lowered(code)
}

// returned unwinds from a function's first instruction, or from where it has only lowered the stack
// pointer by so many bytes. ok is false if the stack cannot be read.
func returned(r *machine.Regs, mem machine.Memory, lowered table.Addr) (st step, ok bool) {
	ra, ok := r.ReturnAddress(mem)
	if !ok {
		return step{}, false
	}
	st = step{cfa: r.EntryCFA() + lowered, caller: *r, ok: true}
	st.caller.ForgetSyscall()
	st.caller.SetPC(r.Unsigned(uint64(ra)))
	st.caller.SetSP(st.cfa)
	return st, true
}

// byRecord unwinds by the two words that a frame pointer points at: the caller's frame
// pointer and the return address. size is the distance to the canonical frame address.
func (s *Set) byRecord(r *machine.Regs, mem machine.Memory, at, size table.Addr) step {
	fp, err := readWord(mem, at)
	if err != nil {
		return step{}
	}
	ra, err := readWord(mem, at+8)
	if err != nil {
		return step{}
	}
	st := step{cfa: at + size, caller: *r, ok: true}
	st.caller.ForgetSyscall()
	st.caller.SetFP(table.Addr(fp))
	st.caller.SetPC(r.Unsigned(ra))
	st.caller.SetSP(st.cfa)
	return s.inCode(st)
}

// inCode removes the caller from a step if the caller is not in code.
func (s *Set) inCode(st step) step {
	ra := st.caller.PC()
	if to := s.Module(ra); st.ok {
		st.ok = to != nil && to.img.main.executable(to.file(ra-1))
	}
	return st
}

// atReturn reports whether the thread's next instruction is a return.
func atReturn(r *machine.Regs, mem machine.Memory) bool {
	var code [machine.MaxLen]byte
	n, _ := mem.ReadMemory(r.PC(), code[:])
	return r.Arch().Leaves(code[:n])
}
