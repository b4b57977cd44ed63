package symbols

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/go-delve/delve/pkg/dwarf/op"

	"rseqstep/stepper/cfi"
	"rseqstep/stepper/unit"
	"rseqstep/table"
)

// step is one frame unwound.
type step struct {
	cfa    table.Addr
	caller unit.Regs
	ok     bool // there is a caller
	signal bool // the frame is a signal trampoline's
}

var errNoReturn = errors.New("no return address")

// unwind finds the CFA of the function at r and its caller's registers. at is
// the address whose rules hold: the PC, or the byte before it for a frame that
// stands after a call. It tries, in this order: the instructions of a signal
// trampoline, CFI, the shape of a PLT stub, the prologue or frame pointer.
func (s *Set) unwind(r *unit.Regs, at table.Addr, mem unit.Memory) step {
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

// apply carries out the rules of a row.
func (m *Module) apply(row *cfi.Row, r *unit.Regs, mem unit.Memory) (st step, err error) {
	defer guard(&err, "CFI expression")
	st.signal = row.Signal
	if row.CFA.Expr != nil {
		v, err := m.evaluate(row.CFA.Expr, r, 0, mem)
		if err != nil {
			return st, err
		}
		st.cfa = table.Addr(v)
	} else {
		if row.CFA.Reg >= dwRA {
			return st, cfi.ErrMalformed
		}
		st.cfa = table.Addr(*column(r, int(row.CFA.Reg)) + uint64(row.CFA.Offset))
	}
	st.caller = *r
	st.caller.OrigRax = ^uint64(0)
	st.caller.Rsp = uint64(st.cfa)
	for i := range row.Regs {
		v, known, err := m.register(row.Regs[i], i, r, st.cfa, mem)
		if err != nil {
			if i == int(row.RA) {
				return st, err
			}
			continue // a register that cannot be read back is left as it is
		}
		if known && i != dwRA {
			*column(&st.caller, i) = v
		}
		if i == int(row.RA) && known {
			st.caller.Rip, st.ok = v, v != 0
		}
	}
	return st, nil
}

// register carries out one register's rule; known is false when it says
// nothing or that the register is lost.
func (m *Module) register(u cfi.Rule, i int, r *unit.Regs, cfa table.Addr, mem unit.Memory) (v uint64, known bool, err error) {
	switch u.Kind {
	case cfi.Same:
		return *column(r, i), true, nil
	case cfi.Offset:
		v, err = readWord(mem, cfa+table.Addr(u.N))
	case cfi.ValOffset:
		v = uint64(cfa) + uint64(u.N)
	case cfi.Register:
		if u.N < 0 || u.N >= cfi.Columns {
			return 0, false, cfi.ErrMalformed
		}
		v = *column(r, int(u.N))
	case cfi.Expression:
		if v, err = m.evaluate(u.Expr, r, cfa, mem); err == nil {
			v, err = readWord(mem, table.Addr(v))
		}
	case cfi.ValExpression:
		v, err = m.evaluate(u.Expr, r, cfa, mem)
	default:
		return 0, false, nil
	}
	return v, err == nil, err
}

// opCallFrameCFA is DW_OP_call_frame_cfa: register rules' expressions begin
// with the CFA on the stack (DWARF 5 section 6.4.2.3).
const opCallFrameCFA = 0x9c

// evaluate carries out a CFI expression. Precondition: the caller guards
// against panics (delve's machine divides by what it is given).
func (m *Module) evaluate(expr []byte, r *unit.Regs, cfa table.Addr, mem unit.Memory) (uint64, error) {
	regs := make([]*op.DwarfRegister, cfi.Columns)
	for i := range regs {
		regs[i] = op.DwarfRegisterFromUint64(*column(r, i))
	}
	dr := op.NewDwarfRegisters(uint64(m.Bias), regs, binary.LittleEndian, dwRA, dwRSP, dwRBP, dwRA)
	dr.CFA = int64(cfa)
	code := expr
	if cfa != 0 {
		code = append([]byte{opCallFrameCFA}, expr...)
	}
	v, pieces, err := op.ExecuteStackProgram(*dr, code, 8, func(p []byte, a uint64) (int, error) {
		return mem.ReadMemory(table.Addr(a), p)
	})
	if err != nil {
		return 0, fmt.Errorf("%w: %w", cfi.ErrMalformed, err)
	}
	if pieces != nil {
		return 0, cfi.ErrMalformed
	}
	return uint64(v), nil
}

// readWord reads 8 bytes of the process.
func readWord(mem unit.Memory, a table.Addr) (uint64, error) {
	var p [8]byte
	if n, err := mem.ReadMemory(a, p[:]); err != nil || n != len(p) {
		return 0, errors.Join(errNoReturn, err)
	}
	return binary.LittleEndian.Uint64(p[:]), nil
}
