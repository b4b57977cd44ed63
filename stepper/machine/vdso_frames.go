package machine

import (
	"errors"
	"fmt"

	"rseqstep/stepper/cfi"
	"rseqstep/table"
)

// ReturnAddress is the return address of the vDSO function that contains pc,
// and its canonical frame address, which is the stack pointer after the return.
// Precondition: r is the state of a stopped thread whose PC is pc.
func (v *VDSO) ReturnAddress(pc table.Addr, r *Regs, mem Memory) (ra, cfa table.Addr, err error) {
	caller, err := v.unwind(pc, r, mem)
	if errors.Is(err, ErrNoFrame) {
		caller, err = v.frameless(pc, r, mem)
	}
	if err != nil {
		return 0, 0, err
	}
	return caller.PC(), caller.SP(), nil
}

// frameless is unwind for a function that has no call frame information, as on arm64 up to Linux 7.3 at
// least: where it has changed neither the stack pointer nor the link register, from its beginning on, the
// caller's are still there.
func (v *VDSO) frameless(pc table.Addr, r *Regs, mem Memory) (Regs, error) {
	fail := fmt.Errorf("%w at %v", ErrNoFrame, pc)
	f, named := v.At(pc)
	if !named || r.arch.Link == NoReg {
		return Regs{}, fail
	}
	code := make([]byte, pc-f.Start)
	if n, _ := mem.ReadMemory(f.Start, code); n < len(code) {
		return Regs{}, fail
	}
	for at := f.Start; at < pc; {
		i, err := r.arch.Decode(at, code[at-f.Start:])
		if err != nil || i.Kind == Call || i.Kind == IndirectCall || i.Writes.Has(r.arch.SP) || i.Writes.Has(r.arch.Link) {
			return Regs{}, fail
		}
		at = i.Next()
	}
	caller := *r
	caller.SetPC(r.Unsigned(r.W[r.arch.Link]))
	caller.SetSP(r.EntryCFA())
	return caller, nil
}

// unwind is the state of the caller of r's frame: its PC is the return address, its SP
// the canonical frame address, callee-saved registers are restored, the others are as in
// r. It applies the rules of the instruction at pc.
func (v *VDSO) unwind(pc table.Addr, r *Regs, mem Memory) (caller Regs, err error) {
	row, err := v.row(pc)
	if err != nil {
		return Regs{}, err
	}
	frame := UnwoundFrame{Regs: r, Memory: mem, Bias: v.bias}
	cfa, err := frame.CFA(row.CFA)
	if err != nil {
		return Regs{}, fmt.Errorf("frame address at %v: %w", pc, err)
	}
	ra, known, err := frame.ReturnAddress(row, cfa)
	if err != nil {
		return Regs{}, fmt.Errorf("the return address at %v: %w", pc, err)
	}
	if !known {
		return Regs{}, fmt.Errorf("%w for the return address at %v", ErrNoFrame, pc)
	}
	caller = *r
	caller.SetPC(ra)
	for number, rule := range row.Regs {
		place := caller.calleeSaved(uint64(number))
		if place == nil {
			continue
		}
		value, known, err := frame.Restored(uint64(number), rule, cfa)
		if err != nil {
			return Regs{}, fmt.Errorf("register %d at %v: %w", number, pc, err)
		}
		if known {
			*place = value
		}
	}
	caller.SetSP(cfa)
	return caller, nil
}

// row is the rules that apply at pc.
func (v *VDSO) row(pc table.Addr) (*cfi.Row, error) {
	for _, f := range v.frames {
		if at := uint64(pc); at-f.Low < f.High-f.Low {
			row, err := f.RowAt(at)
			if err != nil {
				return nil, fmt.Errorf("%w at %v: %w", ErrNoFrame, pc, err)
			}
			return row, nil
		}
	}
	return nil, fmt.Errorf("%w at %v", ErrNoFrame, pc)
}

// calleeSaved points to a callee-saved register, by its DWARF number; nil for
// every other.
func (r *Regs) calleeSaved(number uint64) *uint64 {
	if list := r.arch.DWARF; number < uint64(len(list)) && r.arch.Saved.Has(list[number]) {
		return r.DWARF(number)
	}
	return nil
}
