package unit

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/go-delve/delve/pkg/dwarf/op"

	"rseqstep/stepper/cfi"
	"rseqstep/table"
)

// ErrNoFrame means that the vDSO's call frame information does not say how to
// leave the frame at a PC.
var ErrNoFrame = errors.New("no call frame information")

// ReturnAddress is where the vDSO function that pc is in returns to, and its
// canonical frame address, which is what rsp is after the return.
// Precondition: r is the state of a held thread whose PC is pc.
func (v *VDSO) ReturnAddress(pc table.Addr, r *Regs, mem Memory) (ra, cfa table.Addr, err error) {
	caller, err := v.unwind(pc, r, mem)
	if err != nil {
		return 0, 0, err
	}
	return caller.PC(), table.Addr(caller.Rsp), nil
}

// unwind is the state of the caller of the frame that r is in: rip is the
// return address, rsp the canonical frame address, callee-saved registers are
// restored, the others are as in r. The rules are those of the instruction at pc.
func (v *VDSO) unwind(pc table.Addr, r *Regs, mem Memory) (caller Regs, err error) {
	row, err := v.row(pc)
	if err != nil {
		return Regs{}, err
	}
	cfa, err := frameAddress(row.CFA, r, mem)
	if err != nil {
		return Regs{}, fmt.Errorf("frame address at %v: %w", pc, err)
	}
	caller = *r
	for number, rule := range row.Regs {
		place := caller.calleeSaved(uint64(number))
		if uint64(number) == row.RA {
			if rule.Kind != cfi.Offset && rule.Kind != cfi.Register {
				return Regs{}, fmt.Errorf("%w for the return address at %v", ErrNoFrame, pc)
			}
			place = &caller.Rip
		}
		if place == nil {
			continue
		}
		if *place, err = restored(rule, *place, cfa, r, mem); err != nil {
			return Regs{}, fmt.Errorf("register %d at %v: %w", number, pc, err)
		}
	}
	caller.Rsp = uint64(cfa)
	return caller, nil
}

// row is the rules that hold at pc.
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

// calleeSaved is where a register that a function gives back as it found it
// is kept, by its DWARF number; nil for every other.
// See the System V ABI, AMD64 supplement, figures 3.4 and 3.36.
func (r *Regs) calleeSaved(number uint64) *uint64 {
	switch number {
	case 3:
		return &r.Rbx
	case 6:
		return &r.Rbp
	case 12:
		return &r.R12
	case 13:
		return &r.R13
	case 14:
		return &r.R14
	case 15:
		return &r.R15
	}
	return nil
}

// restored applies a register's rule. now is what the register holds.
func restored(rule cfi.Rule, now uint64, cfa table.Addr, r *Regs, mem Memory) (uint64, error) {
	switch rule.Kind {
	case cfi.Unset, cfi.Undefined, cfi.Same:
		return now, nil
	case cfi.Offset:
		at := cfa + table.Addr(rule.N)
		value, ok := readUint(mem, at, 8)
		if !ok {
			return 0, fmt.Errorf("cannot read the stack at %v", at)
		}
		return value, nil
	case cfi.ValOffset:
		return uint64(cfa) + uint64(rule.N), nil
	case cfi.Register:
		if number, ok := dwarfRegister(uint64(rule.N)); ok {
			return r.Value(number), nil
		}
	}
	return 0, fmt.Errorf("%w: rule %d", ErrNoFrame, rule.Kind)
}

// frameAddress applies the rule of a canonical frame address.
func frameAddress(rule cfi.CFARule, r *Regs, mem Memory) (table.Addr, error) {
	if rule.Expr != nil {
		return evaluate(rule.Expr, r, mem)
	}
	number, ok := dwarfRegister(rule.Reg)
	if !ok {
		return 0, fmt.Errorf("%w: DWARF register %d", ErrNoFrame, rule.Reg)
	}
	return table.Addr(r.Value(number)) + table.Addr(rule.Offset), nil
}

// evaluate runs a DWARF expression over the general registers and rip.
func evaluate(expression []byte, r *Regs, mem Memory) (at table.Addr, err error) {
	defer func() {
		if p := recover(); p != nil { // delve's op package panics on some programs
			at, err = 0, fmt.Errorf("%w: an expression: %v", ErrNoFrame, p)
		}
	}()
	const pointerSize, programCounter, stackPointer = 8, 16, 7
	registers := make([]*op.DwarfRegister, programCounter+1)
	for n := range registers {
		if number, ok := dwarfRegister(uint64(n)); ok {
			registers[n] = op.DwarfRegisterFromUint64(r.Value(number))
		}
	}
	registers[programCounter] = op.DwarfRegisterFromUint64(r.Rip)
	state := op.NewDwarfRegisters(0, registers, binary.LittleEndian, programCounter, stackPointer, 6, 0)
	value, _, err := op.ExecuteStackProgram(*state, expression, pointerSize, func(p []byte, addr uint64) (int, error) {
		return mem.ReadMemory(table.Addr(addr), p)
	})
	return table.Addr(value), err
}

// dwarfRegister is the general register with a DWARF number.
// See the System V ABI, AMD64 supplement, figure 3.36.
func dwarfRegister(number uint64) (Reg, bool) {
	order := [...]Reg{RAX, RDX, RCX, RBX, RSI, RDI, RBP, RSP}
	switch {
	case number < uint64(len(order)):
		return order[number], true
	case number < 16:
		return R8 + Reg(number-8), true
	}
	return NoReg, false
}
