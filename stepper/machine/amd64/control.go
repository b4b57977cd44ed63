package amd64

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// control sets Kind, Target and the condition.
func (d *decoder) control(i *machine.Insn) error {
	if d.encoding != legacy {
		return nil
	}
	switch d.opmap {
	case mapOne:
		return d.controlOne(i)
	case map0F:
		return d.controlTwo(i)
	}
	return nil
}

// branch sets Kind and Target of a direct branch. It rejects an operand-size
// prefix: Intel's processors ignore it; AMD's make the displacement, and so the
// instruction, 2 bytes shorter and truncate the target to 16 bits. (Intel SDM
// volume 2, CALL; AMD APM volume 3, CALL (Near).)
func (d *decoder) branch(i *machine.Insn, kind machine.Kind, cond uint8) error {
	if d.data16 && !d.wide() {
		return machine.ErrInvalid
	}
	i.Kind = kind
	i.Target = d.next() + table.Addr(d.imm)
	i.Cond, i.ByFlag = cond, cond != condNone && cond < condLoopNE
	return nil
}

func (d *decoder) controlOne(i *machine.Insn) error {
	op := d.opcode
	switch {
	case op >= 0x70 && op <= 0x7f:
		return d.branch(i, machine.CondJump, condOf(op))
	case op >= 0xe0 && op <= 0xe3:
		cond := condLoopNE + op&3
		if d.short {
			cond += condShort - condLoopNE
		}
		return d.branch(i, machine.CondJump, cond)
	case op == 0xe8:
		return d.branch(i, machine.Call, condNone)
	case op == 0xe9, op == 0xeb:
		return d.branch(i, machine.Jump, condNone)
	case op == 0xc7 && d.modReg() == 7:
		if d.modrm != 0xf8 {
			return machine.ErrInvalid
		}
		i.Kind, i.Target, i.Cond = machine.CondJump, d.next()+table.Addr(d.imm), condUnknown // xbegin
	case op == 0xc6 && d.modReg() == 7:
		if d.modrm != 0xf8 {
			return machine.ErrInvalid
		}
	case (op == 0xc6 || op == 0xc7) && d.modReg() != 0:
		return machine.ErrInvalid
	case op == 0xc2, op == 0xc3, op == 0xca, op == 0xcb, op == 0xcf:
		i.Kind = machine.Return
	case op == 0xcc, op == 0xf1, op == 0xf4:
		i.Kind = machine.Trap
	case op == 0xcd:
		i.Kind = machine.Trap
		if uint8(d.imm) == 0x80 { // the 32-bit kernel entry, usable from 64-bit code
			i.Kind = machine.Syscall
		}
	case op == 0x8f && d.modReg() != 0, op == 0xfe && d.modReg() > 1:
		return machine.ErrInvalid
	case op == 0x8d && !d.inMemory():
		return machine.ErrInvalid
	case op == 0xff:
		switch d.modReg() {
		case 2:
			i.Kind = machine.IndirectCall
		case 4:
			i.Kind = machine.IndirectJump
		case 3, 5:
			if !d.inMemory() {
				return machine.ErrInvalid
			}
			i.Kind = machine.IndirectCall
			if d.modReg() == 5 {
				i.Kind = machine.IndirectJump
			}
		case 7:
			return machine.ErrInvalid
		}
	}
	return nil
}

func (d *decoder) controlTwo(i *machine.Insn) error {
	switch op := d.opcode; {
	case op >= 0x80 && op <= 0x8f:
		return d.branch(i, machine.CondJump, condOf(op))
	case op == 0x05, op == 0x34:
		i.Kind = machine.Syscall
	case op == 0x07, op == 0x35, op == 0x0b, op == 0xb9, op == 0xff: // sysret, sysexit, ud2, ud1, ud0
		i.Kind = machine.Trap
	case op == 0x01 && d.modrm == 0xec && d.pp == 2: // uiret
		i.Kind = machine.Return
	}
	return nil
}
