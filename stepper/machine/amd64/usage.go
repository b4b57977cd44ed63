package amd64

import "rseqstep/stepper/machine"

// Usage implements machine.Decoder for the general instructions that compilers emit and for the
// moves of SSE and AVX. It decodes the instruction again: nothing that steps asks for it.
func (decoding) Usage(i *machine.Insn) (u machine.Usage, known bool) {
	d := decoder{code: i.Bytes(), addr: i.Addr}
	var again machine.Insn
	if d.decode(&again) != nil {
		return machine.Usage{}, false
	}
	used := usage{decoder: &d}
	switch {
	case d.encoding == evex || d.encoding == xop || d.repeat != 0 && d.opmap == mapOne && isString(d.opcode):
		return machine.Usage{}, false
	case d.encoding == vex:
		known = d.opmap == map0F && used.vectorMove()
	case d.opmap == mapOne:
		known = used.one()
	case d.opmap == map0F:
		known = used.two() || used.vectorMove()
	}
	if !known {
		return machine.Usage{}, false
	}
	if d.inMemory() {
		used.Reads |= machine.SetOf(d.mem.Base, d.mem.Index) &^ machine.SetOf(machine.NoReg)
	}
	used.Changes |= used.Sets
	return used.Usage, true
}

// isString reports whether a one-byte opcode is a string instruction, or one of ports.
func isString(op byte) bool {
	return op >= 0xa4 && op <= 0xa7 || op >= 0xaa && op <= 0xaf || op >= 0x6c && op <= 0x6f
}

// usage collects what an instruction uses.
type usage struct {
	*decoder
	machine.Usage
}

// size is the operand's size for opcodes whose lowest bit is clear for one byte.
func (u *usage) size() int {
	if u.opcode&1 == 0 {
		return 1
	}
	return u.operandSize()
}

// number is the register that an operand of that size encodes as number; without REX the byte
// registers 4 to 7 are ah, ch, dh and bh.
func (u *usage) number(number byte, size int) machine.RegSet {
	if size == 1 && !u.hasREX && number >= 4 && number < 8 {
		number -= 4
	}
	return machine.SetOf(General(number))
}

// reg and rm are the registers of ModRM's operands; a memory operand is none.
func (u *usage) reg(size int) machine.RegSet { return u.number(u.regField(), size) }
func (u *usage) rm(size int) machine.RegSet {
	if u.inMemory() {
		return 0
	}
	return u.number(u.modrm&7|u.rex&rexB<<3, size)
}

// popSize is the size of what pop takes from the stack, in bytes.
func (u *usage) popSize() int {
	if u.data16 && !u.wide() {
		return 2
	}
	return 8
}

// load reads the operand that ModRM.rm names.
func (u *usage) load(size int) {
	if u.inMemory() {
		u.Load, u.Loaded = u.mem, uint16(size)
		return
	}
	u.Reads |= u.rm(size)
}

// set replaces registers by an operand of that size. One or two bytes leave the rest as it was, so
// that the register counts as read as well.
func (u *usage) set(s machine.RegSet, size int) {
	u.Changes |= s
	if size < 4 {
		u.Reads |= s
		return
	}
	u.Sets |= s
}

// operate is an operation of two operands, the first of which it replaces: to is ModRM.rm's if
// toRM, else ModRM.reg's.
func (u *usage) operate(toRM, write bool, size int) {
	same := !u.inMemory() && u.regField() == u.modrm&7|u.rex&rexB<<3
	u.load(size)
	u.Reads |= u.reg(size)
	if !write {
		return
	}
	to := u.reg(size)
	if toRM {
		to = u.rm(size)
	}
	u.set(to, size)
	// xor and sub of a register with itself: 0, whatever it held.
	if op := u.opcode &^ 3; same && size >= 4 && u.opmap == mapOne && (op == 0x30 || op == 0x28) {
		u.Reads &^= to
	}
}

func (u *usage) one() bool {
	op := u.opcode
	low := machine.SetOf(General(op&7 | u.rex&rexB<<3))
	rax, rdx, rcx, rsp := machine.SetOf(RAX), machine.SetOf(RDX), machine.SetOf(RCX), machine.SetOf(RSP)
	switch {
	case op < 0x40 && op&7 < 4:
		u.operate(op&2 == 0, op < 0x38, u.size())
	case op < 0x40 && op&7 < 6:
		u.Reads |= rax
		if op < 0x38 {
			u.set(rax, u.size())
		}
	case op >= 0x50 && op <= 0x57:
		u.Reads |= rsp | low
		u.Changes |= rsp
	case op >= 0x58 && op <= 0x5f:
		u.Reads |= rsp
		u.Changes |= rsp
		u.set(low, u.popSize())
	case op == 0x63, op == 0x8b, op == 0x69, op == 0x6b, op == 0x8a:
		size := u.operandSize()
		switch op {
		case 0x63:
			u.load(4)
		case 0x8a:
			size = 1
			u.load(1)
		default:
			u.load(size)
		}
		u.set(u.reg(size), size)
	case op == 0x68, op == 0x6a:
		u.Reads |= rsp
		u.Changes |= rsp
	case op >= 0x70 && op <= 0x7f, op == 0xe9, op == 0xeb, op == 0x90 && u.rex&rexB == 0:
	case op >= 0xe0 && op <= 0xe3:
		u.Reads |= rcx
		if op != 0xe3 {
			u.Changes |= rcx
		}
	case op >= 0x80 && op <= 0x83:
		u.load(u.size())
		if u.modReg() != 7 {
			u.set(u.rm(u.size()), u.size())
		}
	case op == 0x84, op == 0x85:
		u.load(u.size())
		u.Reads |= u.reg(u.size())
	case op == 0x86, op == 0x87:
		u.load(u.size())
		u.Reads |= u.reg(u.size())
		u.set(u.reg(u.size())|u.rm(u.size()), u.size())
	case op == 0x88, op == 0x89:
		u.Reads |= u.reg(u.size())
		u.set(u.rm(u.size()), u.size())
	case op == 0x8d:
		u.set(u.reg(u.operandSize()), u.operandSize())
	case op == 0xa8, op == 0xa9:
		u.Reads |= rax
	case op >= 0xb0 && op <= 0xb7:
		u.set(u.number(op&7|u.rex&rexB<<3, 1), 1)
	case op >= 0xb8 && op <= 0xbf:
		u.set(low, u.operandSize())
	case op == 0xc0, op == 0xc1, op >= 0xd0 && op <= 0xd3:
		u.load(u.size())
		u.set(u.rm(u.size()), u.size())
		if op >= 0xd2 {
			u.Reads |= rcx
		}
	case (op == 0xc6 || op == 0xc7) && u.modReg() == 0:
		u.set(u.rm(u.size()), u.size())
	case op == 0xf6, op == 0xf7:
		u.load(u.size())
		switch u.modReg() {
		case 2, 3:
			u.set(u.rm(u.size()), u.size())
		case 4, 5:
			u.Reads |= rax
			u.set(rax|rdx, u.size())
		case 6, 7:
			u.Reads |= rax | rdx
			u.set(rax|rdx, u.size())
		}
	case op == 0xfe, op == 0xff && u.modReg() < 2:
		u.load(u.size())
		u.set(u.rm(u.size()), u.size())
	case op == 0xff && (u.modReg() == 2 || u.modReg() == 4): // indirect calls and jumps
		u.load(8)
	case op == 0xe8, op == 0xc3: // of a call, its own effect
		u.Reads |= rsp
		u.Changes |= rsp
	case op == 0xc9: // leave
		u.Reads |= machine.SetOf(RBP)
		u.Sets |= machine.SetOf(RBP, RSP)
	case op == 0x98: // cdqe, cwde
		u.Reads |= rax
		u.set(rax, u.operandSize())
	case op == 0x99: // cqo, cdq
		u.Reads |= rax
		u.set(rdx, u.operandSize())
	default:
		return false
	}
	return true
}

func (u *usage) two() bool {
	size := u.operandSize()
	switch op := u.opcode; {
	case op == 0x0d, op == 0x1f, op >= 0x18 && op <= 0x1e, op >= 0x80 && op <= 0x8f, op == 0x05, op == 0x0b, op == 0xb9:
	case op >= 0x40 && op <= 0x4f: // cmov: the old value may stay
		u.load(size)
		u.Reads |= u.reg(size)
		u.Changes |= u.reg(size)
	case op >= 0x90 && op <= 0x9f:
		u.set(u.rm(1), 1)
	case op == 0xa3:
		u.load(size)
		u.Reads |= u.reg(size)
	case op == 0xab, op == 0xb3, op == 0xbb:
		u.load(size)
		u.Reads |= u.reg(size)
		u.set(u.rm(size), size)
	case op == 0xba:
		u.load(size)
		if u.modReg() != 4 {
			u.set(u.rm(size), size)
		}
	case op == 0xaf:
		u.load(size)
		u.Reads |= u.reg(size)
		u.set(u.reg(size), size)
	case op == 0xb6, op == 0xbe:
		u.load(1)
		u.set(u.reg(size), size)
	case op == 0xb7, op == 0xbf:
		u.load(2)
		u.set(u.reg(size), size)
	case op == 0xb8 && u.pp == 2, (op == 0xbc || op == 0xbd) && u.pp == 2: // popcnt, tzcnt, lzcnt
		u.load(size)
		u.set(u.reg(size), size)
	case op == 0xb0, op == 0xb1: // cmpxchg
		if op == 0xb0 {
			size = 1
		}
		u.load(size)
		u.Reads |= u.reg(size) | machine.SetOf(RAX)
		u.Changes |= u.rm(size) | machine.SetOf(RAX)
	case op == 0xc0, op == 0xc1: // xadd
		if op == 0xc0 {
			size = 1
		}
		u.load(size)
		u.Reads |= u.reg(size)
		u.set(u.reg(size)|u.rm(size), size)
	case op >= 0xc8 && op <= 0xcf: // bswap
		low := machine.SetOf(General(op&7 | u.rex&rexB<<3))
		u.Reads |= low
		u.Sets |= low
	default:
		return false
	}
	return true
}

// vectorMove is the moves between vector registers and memory, and xorps and pxor, which read no
// general register but those of an address.
func (u *usage) vectorMove() bool {
	size := 16 << u.length
	switch u.opcode {
	case 0x10, 0x11:
		switch u.pp {
		case 2:
			size = 4
		case 3:
			size = 8
		}
	case 0x12, 0x13, 0x16, 0x17, 0xd6:
		size = 8
	case 0x6f, 0x7f:
		if u.pp == 0 && u.encoding == legacy {
			size = 8
		}
	case 0x28, 0x29, 0x2b, 0xe7, 0x57, 0xef:
	default:
		return false
	}
	switch u.opcode {
	case 0x11, 0x13, 0x17, 0xd6, 0x29, 0x2b, 0xe7: // stores
		return true
	case 0x7f:
		if u.pp != 2 || u.inMemory() {
			return true
		}
	}
	if u.inMemory() {
		u.Load, u.Loaded = u.mem, uint16(size)
	}
	return true
}
