package unit

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/go-delve/delve/pkg/dwarf/frame"
	"github.com/go-delve/delve/pkg/dwarf/op"

	"rseqstep/table"
)

// ErrNoFrame means that the vDSO's call frame information does not say how to
// leave the frame at a PC.
var ErrNoFrame = errors.New("no call frame information")

// ReturnAddress is where the vDSO function that pc is in returns to, and its
// canonical frame address, which is what rsp is after the return.
// Precondition: r is the state of a held thread whose PC is pc.
func (v *VDSO) ReturnAddress(pc table.Addr, r *Regs, mem Memory) (ra, cfa table.Addr, err error) {
	defer func() {
		// delve's frame package panics on truncated programs, which only
		// running them shows.
		if p := recover(); p != nil {
			ra, cfa, err = 0, 0, fmt.Errorf("%w at %v: %v", ErrNoFrame, pc, p)
		}
	}()
	entry, err := v.entries.FDEForPC(uint64(pc))
	if err != nil {
		return 0, 0, fmt.Errorf("%w at %v", ErrNoFrame, pc)
	}
	rules, err := entry.EstablishFrame(uint64(pc))
	if err != nil {
		return 0, 0, fmt.Errorf("%w at %v: %w", ErrNoFrame, pc, err)
	}
	if cfa, err = frameAddress(rules.CFA, r, mem); err != nil {
		return 0, 0, fmt.Errorf("frame address at %v: %w", pc, err)
	}
	rule := rules.Regs[rules.RetAddrReg]
	switch rule.Rule {
	case frame.RuleOffset:
		value, ok := readUint(mem, cfa+table.Addr(rule.Offset), 8)
		if !ok {
			return 0, 0, fmt.Errorf("return address at %v: cannot read the stack at %v", pc, cfa+table.Addr(rule.Offset))
		}
		return table.Addr(value), cfa, nil
	case frame.RuleRegister:
		if number, ok := dwarfRegister(rule.Reg); ok {
			return table.Addr(r.Value(number)), cfa, nil
		}
	}
	return 0, 0, fmt.Errorf("%w for the return address at %v", ErrNoFrame, pc)
}

// frameAddress applies the rule of a canonical frame address.
func frameAddress(rule frame.DWRule, r *Regs, mem Memory) (table.Addr, error) {
	switch rule.Rule {
	case frame.RuleCFA:
		number, ok := dwarfRegister(rule.Reg)
		if !ok {
			return 0, fmt.Errorf("%w: DWARF register %d", ErrNoFrame, rule.Reg)
		}
		return table.Addr(r.Value(number)) + table.Addr(rule.Offset), nil
	case frame.RuleExpression:
		return evaluate(rule.Expression, r, mem)
	}
	return 0, ErrNoFrame
}

// evaluate runs a DWARF expression over the general registers and rip.
func evaluate(expression []byte, r *Regs, mem Memory) (table.Addr, error) {
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
