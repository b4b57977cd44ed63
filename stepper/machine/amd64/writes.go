package amd64

import "rseqstep/stepper/machine"

// allRegs are the general registers: numbered.
const allRegs machine.RegSet = 1<<RAX | 1<<RCX | 1<<RDX | 1<<RBX | 1<<RSP | 1<<RBP | 1<<RSI | 1<<RDI |
	1<<R8 | 1<<R9 | 1<<R10 | 1<<R11 | 1<<R12 | 1<<R13 | 1<<R14 | 1<<R15

// byNumber is the register an instruction encodes as number. A byte register of
// 4 to 7 may be ah, ch, dh or bh, so the set contains both.
func (d *decoder) byNumber(number byte) machine.RegSet {
	s := machine.SetOf(General(number))
	if !d.hasREX && number >= 4 && number < 8 {
		s |= machine.SetOf(General(number - 4))
	}
	return s
}

// reg and rm are the registers that ModRM's operands add to the written ones; a
// memory operand adds none.
func (d *decoder) reg() machine.RegSet { return d.byNumber(d.regField()) }
func (d *decoder) rm() machine.RegSet {
	if d.inMemory() {
		return 0
	}
	return d.byNumber(d.modrm&7 | d.rex&rexB<<3)
}

// mayWrite is every general register the instruction may change. An instruction
// that is not listed here counts as changing all.
func (d *decoder) mayWrite() machine.RegSet {
	if d.encoding != legacy {
		return allRegs
	}
	switch d.opmap {
	case mapOne:
		return d.mayWriteOne()
	case map0F:
		return d.mayWriteTwo()
	}
	return allRegs
}

func (d *decoder) mayWriteOne() machine.RegSet {
	op := d.opcode
	low := General(op&7 | d.rex&rexB<<3)
	switch {
	case op >= 0x38 && op <= 0x3d: // cmp
		return 0
	case op < 0x40:
		switch op & 7 {
		case 0, 1:
			return d.rm()
		case 2, 3:
			return d.reg()
		}
		return machine.SetOf(RAX)
	case op >= 0x50 && op <= 0x57, op == 0x68, op == 0x6a:
		return machine.SetOf(RSP)
	case op >= 0x58 && op <= 0x5f:
		return machine.SetOf(RSP, low)
	case op == 0x63, op == 0x69, op == 0x6b, op == 0x8a, op == 0x8b, op == 0x8d:
		return d.reg()
	case op >= 0x70 && op <= 0x7f, op == 0x84, op == 0x85, op == 0xa8, op == 0xa9, op == 0xeb, op == 0xe9:
		return 0
	case op >= 0x80 && op <= 0x83:
		if d.modReg() == 7 { // cmp
			return 0
		}
		return d.rm()
	case op == 0x86, op == 0x87:
		return d.rm() | d.reg()
	case op == 0x88, op == 0x89, op == 0xc0, op == 0xc1, op == 0xc6, op >= 0xd0 && op <= 0xd3, op == 0xc7 && d.modReg() == 0:
		return d.rm()
	case op == 0x90 && low == RAX: // nop, pause
		return 0
	case op >= 0x90 && op <= 0x97:
		return machine.SetOf(RAX, low)
	case op >= 0xb0 && op <= 0xbf:
		return d.byNumber(op&7 | d.rex&rexB<<3)
	case op == 0xe0, op == 0xe1, op == 0xe2:
		return machine.SetOf(RCX)
	case op == 0xe3:
		return 0
	case op == 0xf6, op == 0xf7:
		switch d.modReg() {
		case 0, 1:
			return 0
		case 2, 3:
			return d.rm()
		}
		return machine.SetOf(RAX, RDX)
	case (op == 0xfe || op == 0xff) && d.modReg() < 2:
		return d.rm()
	}
	return allRegs
}

func (d *decoder) mayWriteTwo() machine.RegSet {
	switch op := d.opcode; {
	case op == 0x0d, op >= 0x10 && op <= 0x1d, op == 0x1f, op == 0x28, op == 0x29, op == 0x2b, op == 0x6f, op == 0x7f,
		op >= 0x80 && op <= 0x8f, op == 0xa3, op == 0xd6 && d.pp == 1, op == 0xe7:
		return 0
	case op >= 0x40 && op <= 0x4f, op == 0xaf, op == 0xb6, op == 0xb7, op == 0xbe, op == 0xbf, op == 0xb8, op == 0xbc, op == 0xbd:
		return d.reg()
	case op >= 0x90 && op <= 0x9f, op == 0xa4, op == 0xa5, op == 0xac, op == 0xad, op == 0xab, op == 0xb3, op == 0xbb:
		return d.rm()
	case op == 0xba:
		if d.modReg() == 4 { // bt
			return 0
		}
		return d.rm()
	case op == 0xb0, op == 0xb1:
		return d.rm() | machine.SetOf(RAX)
	case op == 0xc0, op == 0xc1:
		return d.rm() | d.reg()
	case op == 0xc3:
		return 0
	}
	return allRegs
}
