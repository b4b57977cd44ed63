package amd64

import (
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/opv/interp"
	"rseqstep/table"
)

// inst is one instruction and its operands, as far as the interpreter needs them.
type inst struct {
	next   table.Addr
	target table.Addr // jumps

	vex    bool
	opmap  byte // 0: one byte, 1: 0F, 2: 0F38, 3: 0F3A
	op     byte
	pp     byte // maps 1 to 3: 0 none, 1: 66, 2: F3, 3: F2
	data16 bool
	short  bool // 67: 32-bit addresses and counts
	rex    byte // the low four bits of REX, or the same of VEX
	hasREX bool
	repeat byte // F2, F3 or 0
	vvvv   byte // VEX: the second source
	vlen   int  // VEX: 16 or 32 bytes; else 16

	hasModRM bool
	modrm    byte
	mem      machine.Mem // when inMemory
	segment  machine.Reg // of string operands
	imm      int64       // sign-extended
}

func (i *inst) inMemory() bool { return i.hasModRM && i.modrm < 0xc0 }
func (i *inst) digit() byte    { return i.modrm >> 3 & 7 }
func (i *inst) reg() byte      { return i.modrm>>3&7 | i.rex&4<<1 }
func (i *inst) rm() byte       { return i.modrm&7 | i.rex&1<<3 }
func (i *inst) opReg() byte    { return i.op&7 | i.rex&1<<3 }

// size is the operand's size in bytes, for opcodes whose lowest bit is clear
// for one byte.
func (i *inst) size() int {
	if i.op&1 == 0 && i.opmap == 0 {
		return 1
	}
	return i.wide()
}

// wide is the operand's size if it is not one byte: 2, 4 or 8.
func (i *inst) wide() int {
	switch {
	case i.rex&8 != 0:
		return 8
	case i.data16:
		return 2
	}
	return 4
}

// high reports whether register number n as a one-byte operand is ah to bh.
func (i *inst) high(n byte, size int) bool { return size == 1 && !i.hasREX && n >= 4 && n < 8 }

// signed is the immediate, sign-extended.
func (i *inst) signed() uint64 { return uint64(i.imm) }

// count is the immediate of shifts and bit tests, which is one unsigned byte.
func (i *inst) count() uint64 { return uint64(uint8(i.imm)) }

// unsupported is the error for i.
func (i *inst) unsupported() error {
	return fmt.Errorf("opcode %x of map %d: %w", i.op, i.opmap, interp.ErrUnsupported)
}

// parse reads the operands of an instruction.
func parse(u *machine.Insn) (*inst, error) {
	i := &inst{next: u.Next(), target: u.Target}
	o, ok := amd64.Parse(u)
	if !ok {
		return nil, fmt.Errorf("EVEX or XOP: %w", interp.ErrUnsupported)
	}
	i.vex, i.opmap, i.op, i.pp, i.vvvv, i.vlen = o.VEX, o.Map, o.Opcode, o.PP, o.VVVV, o.Length
	i.data16, i.short, i.rex, i.hasREX, i.repeat = o.Data16, o.Short, o.REX, o.HasREX, o.Repeat
	i.hasModRM, i.modrm, i.mem, i.segment, i.imm = o.HasModRM, o.ModRM, o.Mem, o.Segment, o.Imm
	return i, nil
}
