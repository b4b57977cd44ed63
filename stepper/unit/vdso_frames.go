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
	defer func() {
		// delve's frame package panics on truncated programs, which only
		// running them shows.
		if p := recover(); p != nil {
			caller, err = Regs{}, fmt.Errorf("%w at %v: %v", ErrNoFrame, pc, p)
		}
	}()
	entry, err := v.entries.FDEForPC(uint64(pc))
	if err != nil {
		return Regs{}, fmt.Errorf("%w at %v", ErrNoFrame, pc)
	}
	rules, err := entry.EstablishFrame(uint64(pc))
	if err != nil {
		return Regs{}, fmt.Errorf("%w at %v: %w", ErrNoFrame, pc, err)
	}
	cfa, err := frameAddress(rules.CFA, r, mem)
	if err != nil {
		return Regs{}, fmt.Errorf("frame address at %v: %w", pc, err)
	}
	caller = *r
	for number, rule := range rules.Regs {
		place := caller.calleeSaved(number)
		if number == rules.RetAddrReg {
			place = &caller.Rip
		}
		if place == nil {
			continue
		}
		if *place, err = restored(rule, *place, cfa, r, mem); err != nil {
			return Regs{}, fmt.Errorf("register %d at %v: %w", number, pc, err)
		}
	}
	switch rules.Regs[rules.RetAddrReg].Rule {
	case frame.RuleOffset, frame.RuleRegister:
	default:
		return Regs{}, fmt.Errorf("%w for the return address at %v", ErrNoFrame, pc)
	}
	caller.Rsp = uint64(cfa)
	return caller, nil
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
func restored(rule frame.DWRule, now uint64, cfa table.Addr, r *Regs, mem Memory) (uint64, error) {
	switch rule.Rule {
	case frame.RuleUndefined, frame.RuleSameVal:
		return now, nil
	case frame.RuleOffset:
		at := cfa + table.Addr(rule.Offset)
		value, ok := readUint(mem, at, 8)
		if !ok {
			return 0, fmt.Errorf("cannot read the stack at %v", at)
		}
		return value, nil
	case frame.RuleValOffset:
		return uint64(cfa) + uint64(rule.Offset), nil
	case frame.RuleRegister:
		if number, ok := dwarfRegister(rule.Reg); ok {
			return r.Value(number), nil
		}
	}
	return 0, fmt.Errorf("%w: rule %d", ErrNoFrame, rule.Rule)
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
