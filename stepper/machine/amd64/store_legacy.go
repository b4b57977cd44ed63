package amd64

import "rseqstep/stepper/machine"

// legacyStore finds the store of an instruction without VEX, EVEX or XOP.
func (d *decoder) legacyStore(s *machine.Store) {
	switch d.opmap {
	case mapOne:
		d.storeOne(s)
	case map0F:
		d.storeTwo(s)
	case map0F38:
		d.store0F38(s)
	case map0F3A:
		d.store0F3A(s)
	}
}

// size is the operand size of an opcode whose lowest bit is 0 for bytes.
func (d *decoder) size() int {
	if d.opcode&1 == 0 {
		return 1
	}
	return d.operandSize()
}

// general makes s a store of size bytes of the general register number, in
// which byte registers 4 to 7 are ah, ch, dh and bh without REX.
func (d *decoder) general(s *machine.Store, size int, number byte) {
	s.Size, s.Source, s.Reg = uint16(size), machine.SourceReg, General(number)
	if size == 1 && !d.hasREX && number >= 4 {
		s.Source, s.Reg = machine.SourceHigh, General(number-4)
	}
}

// modify makes s a read-modify-write of the ModRM operand by a register.
func (d *decoder) modify(s *machine.Store, op machine.Op, size int, number byte) {
	s.Mem = d.mem
	d.general(s, size, number)
	s.High = s.Source == machine.SourceHigh
	s.Source, s.Op, s.Carry = machine.SourceOp, op, EFLAGS
}

// modifyBy is modify by a constant.
func (d *decoder) modifyBy(s *machine.Store, op machine.Op, size int, imm int64) {
	s.Mem = d.mem
	s.Size, s.Source, s.Op, s.Imm = uint16(size), machine.SourceOp, op, imm
	s.Carry = EFLAGS
}

// unknown makes s a store of size bytes with an unknown value to the ModRM operand.
func (d *decoder) unknown(s *machine.Store, size int) {
	s.Mem = d.mem
	s.Size = uint16(size)
}

// push makes s a store of size bytes below the stack pointer.
func push(s *machine.Store, size int) {
	s.Mem = machine.Mem{Base: RSP, Disp: int64(-size), Scale: 1}
	s.Size = uint16(size)
}

// pushSize is 8, or 2 under an operand-size prefix.
func (d *decoder) pushSize() int {
	if d.data16 && !d.wide() {
		return 2
	}
	return 8
}

// text makes s one iteration of movs, stos or ins.
func (d *decoder) text(s *machine.Store, size int) {
	s.Mem = machine.Mem{Base: RDI, Scale: 1, Short: d.short}
	s.Size = uint16(size)
	if d.repeat != 0 {
		s.Count = RCX
	}
}

func (d *decoder) storeOne(s *machine.Store) {
	op := d.opcode
	switch {
	case op < 0x40:
		if op&7 < 2 && op < 0x38 && d.inMemory() {
			d.modify(s, machine.Op(op>>3), d.size(), d.regField())
		}
	case op >= 0x50 && op <= 0x57:
		push(s, d.pushSize())
		s.Source, s.Reg = machine.SourceReg, General(op&7|d.rex&rexB<<3)
	case op == 0x68, op == 0x6a:
		push(s, d.pushSize())
		s.Source, s.Imm = machine.SourceImm, d.imm
	case op == 0x6c, op == 0x6d: // ins
		d.text(s, min(d.size(), 4))
	case op == 0x9c: // pushf
		push(s, d.pushSize())
	case op == 0xa2, op == 0xa3:
		s.Mem = d.mem
		d.general(s, d.size(), 0)
	case op == 0xa4, op == 0xa5: // movs
		d.text(s, d.size())
		s.Source = machine.SourceMem
		s.Load = machine.Mem{Base: RSI, Scale: 1, Short: d.short, Segment: d.segment}
	case op == 0xaa, op == 0xab: // stos
		d.text(s, d.size())
		s.Source, s.Reg = machine.SourceReg, RAX
	case op == 0xc8:
		d.enter(s)
	case op == 0xe8:
		push(s, 8)
		s.Source, s.Imm = machine.SourceImm, int64(d.next())
	case op == 0xff && !d.inMemory():
		switch d.modReg() {
		case 2:
			push(s, 8)
			s.Source, s.Imm = machine.SourceImm, int64(d.next())
		case 6:
			push(s, d.pushSize())
			s.Source, s.Reg = machine.SourceReg, General(d.modrm&7|d.rex&rexB<<3)
		}
	case d.inMemory():
		d.storeOneModRM(s)
	}
}

// enter pushes rbp and, for nested levels, level-1 frame pointers and its own.
func (d *decoder) enter(s *machine.Store) {
	size := d.pushSize()
	if d.imm == 0 {
		push(s, size)
		s.Source, s.Reg = machine.SourceReg, RBP
		return
	}
	push(s, size*int(d.imm+1))
}

// storeOneModRM handles opcodes with a memory operand in ModRM.
func (d *decoder) storeOneModRM(s *machine.Store) {
	reg := d.modReg()
	switch op := d.opcode; op {
	case 0x80, 0x81, 0x83:
		if reg != 7 {
			d.modifyBy(s, machine.Op(reg), d.size(), d.imm)
		}
	case 0x86, 0x87, 0x88, 0x89: // xchg, mov
		s.Mem = d.mem
		d.general(s, d.size(), d.regField())
	case 0x8c: // mov from a segment register: 16 bits always
		d.unknown(s, 2)
	case 0x8f:
		d.popMemory(s)
	case 0xc0, 0xc1, 0xd0, 0xd1, 0xd2, 0xd3: // rotates and shifts
		d.unknown(s, d.size())
	case 0xc6, 0xc7:
		s.Mem = d.mem
		s.Size, s.Source, s.Imm = uint16(d.size()), machine.SourceImm, d.imm
	case 0xd9, 0xdb, 0xdd, 0xdf:
		if size := d.x87Store(); size > 0 {
			d.unknown(s, size)
		}
	case 0xf6, 0xf7:
		switch reg {
		case 2:
			d.modifyBy(s, machine.OpNot, d.size(), 0)
		case 3:
			d.modifyBy(s, machine.OpNeg, d.size(), 0)
		}
	case 0xfe, 0xff:
		d.group5(s)
	}
}

// popMemory is pop to memory: rsp in its address is the one after the pop.
func (d *decoder) popMemory(s *machine.Store) {
	s.Mem = d.mem
	s.Size, s.Source = uint16(d.pushSize()), machine.SourceMem
	s.Load = machine.Mem{Base: RSP, Scale: 1}
	if s.Base == RSP {
		s.Disp += int64(s.Size)
	}
}

// group5 is opcodes FE and FF: inc, dec, calls and push.
func (d *decoder) group5(s *machine.Store) {
	switch d.modReg() {
	case 0:
		d.modifyBy(s, machine.OpAdd, d.size(), 1)
	case 1:
		d.modifyBy(s, machine.OpSub, d.size(), 1)
	case 2:
		push(s, 8)
		s.Source, s.Imm = machine.SourceImm, int64(d.next())
	case 3: // far: cs and rip
		push(s, 2*d.operandSize())
	case 6:
		push(s, d.pushSize())
		s.Source, s.Load = machine.SourceMem, d.mem
	}
}

// x87Store is the number of bytes that the x87 instruction writes; 0 if it
// reads or calculates. Environments are shorter under an operand-size prefix.
func (d *decoder) x87Store() int {
	// Rows are opcodes D9, DB, DD, DF; columns ModRM.reg. See the Intel SDM,
	// volume 2, appendix A.5.2.
	size := [4][8]int{
		{0, 0, 4, 4, 0, 0, 28, 2},
		{0, 4, 4, 4, 0, 0, 0, 10},
		{0, 8, 8, 8, 0, 0, 108, 2},
		{0, 2, 2, 2, 0, 0, 10, 8},
	}[d.opcode>>1&3][d.modReg()]
	if d.data16 && !d.wide() && (size == 28 || size == 108) {
		size -= 14
	}
	return size
}
