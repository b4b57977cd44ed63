package symbols

import (
	"encoding/binary"
	"errors"

	"rseqstep/stepper/cfi"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// step is one frame unwound.
type step struct {
	cfa    table.Addr
	caller machine.Regs
	ok     bool // there is a caller
	signal bool // the frame is a signal trampoline's
}

var errNoReturn = errors.New("no return address")

// unwind finds the CFA of the function at r and its caller's registers. at is
// the address whose rules apply: the PC, or the byte before it for a return
// address. unwind tries, in this order: the instructions of a signal
// trampoline, CFI, the shape of a PLT stub, the prologue or frame pointer.
func (s *Set) unwind(r *machine.Regs, at table.Addr, mem machine.Memory) step {
	if st, ok := unwindSigreturn(r, mem); ok {
		return st
	}
	m := s.Module(at)
	if m != nil {
		if row := m.img.frames().row(m.file(at)); row != nil {
			if st, err := m.apply(row, r, mem); err == nil {
				return st
			}
		} else if st, ok := m.unwindStub(r, mem); ok {
			return st
		}
	}
	return s.unwindBare(m, r, mem)
}

// apply executes the rules of a row.
func (m *Module) apply(row *cfi.Row, r *machine.Regs, mem machine.Memory) (st step, err error) {
	st.signal = row.Signal
	frame := machine.UnwoundFrame{Regs: r, Memory: mem, Bias: m.Bias}
	if st.cfa, err = frame.CFA(row.CFA); err != nil {
		return st, err
	}
	st.caller = *r
	st.caller.ForgetSyscall()
	st.caller.SetSP(st.cfa)
	ra, known, err := frame.ReturnAddress(row, st.cfa)
	if err != nil {
		return st, err
	}
	for i := range row.Regs {
		if row.Regs[i].Kind == cfi.Unset {
			continue
		}
		if v, known, err := frame.Restored(uint64(i), row.Regs[i], st.cfa); err == nil && known { // else it keeps its value
			st.caller.SetDWARF(uint64(i), v)
		}
	}
	if known {
		st.caller.SetPC(ra)
		st.ok = ra != 0
	}
	return st, nil
}

// readWord reads 8 bytes of the process.
func readWord(mem machine.Memory, a table.Addr) (uint64, error) {
	var p [8]byte
	if n, err := mem.ReadMemory(a, p[:]); err != nil || n != len(p) {
		return 0, errors.Join(errNoReturn, err)
	}
	return binary.LittleEndian.Uint64(p[:]), nil
}
