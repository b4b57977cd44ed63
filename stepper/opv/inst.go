package opv

import (
	"encoding/binary"
	"errors"
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/table"
)

// ErrUnsupported is wrapped by errors about an instruction that the interpreter
// does not support.
var ErrUnsupported = errors.New("instruction not supported by the interpreter")

// inst is one instruction, decoded into its operands as far as the interpreter
// needs them. Package machine has checked that it decodes, and its length; it
// does not export the operands.
type inst struct {
	addr, next table.Addr
	target     table.Addr // jumps

	vex    bool
	opmap  byte // 0: one byte, 1: 0F, 2: 0F38, 3: 0F3A
	op     byte
	pp     byte // 0 none, 1: 66, 2: F3, 3: F2; F2 and F3 win
	data16 bool
	short  bool // 67: 32-bit addresses and counts
	rex    byte // the low four bits of REX, or the same of VEX
	hasREX bool
	repeat byte // F2, F3 or 0
	vvvv   byte // VEX: the second source
	vlen   int  // VEX: 16 or 32 bytes; else 16

	modrm byte
	mem   machine.Mem // when inMemory
	imm   []byte      // the bytes after ModRM, SIB and displacement
}

func (i *inst) inMemory() bool { return i.modrm < 0xc0 }
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
func (i *inst) signed() uint64 {
	var b [8]byte
	copy(b[:], i.imm)
	if len(i.imm) == 0 {
		return 0
	}
	return extend(binary.LittleEndian.Uint64(b[:]), min(len(i.imm), 8))
}

// unsupported is the error for i.
func (i *inst) unsupported() error {
	return fmt.Errorf("at %v, opcode %x of map %d: %w", i.addr, i.op, i.opmap, ErrUnsupported)
}

// parse decodes the operands of an instruction.
func parse(u *machine.Insn) (*inst, error) {
	i := &inst{addr: u.Addr, next: u.Next(), target: u.Target, vlen: 16}
	code := u.Bytes()
	var segment machine.Reg

prefixes:
	for len(code) > 1 {
		switch b := code[0]; {
		case b == 0x66:
			i.data16 = true
		case b == 0x67:
			i.short = true
		case b == 0xf2 || b == 0xf3:
			i.repeat = b
		case b == 0x64:
			segment = amd64.FSBase
		case b == 0x65:
			segment = amd64.GSBase
		case b == 0xf0 || b == 0x26 || b == 0x2e || b == 0x36 || b == 0x3e:
		case b&0xf0 == 0x40:
			i.rex, i.hasREX = b&15, true
			code = code[1:]
			continue
		default:
			break prefixes
		}
		i.rex, i.hasREX = 0, false // REX has an effect only right before the opcode
		code = code[1:]
	}
	code = i.opcode(code)
	if code == nil {
		return nil, i.unsupported()
	}
	i.mem = machine.Mem{Segment: segment, Short: i.short, Scale: 1}
	if i.hasModRM() {
		if code = i.operand(code); code == nil {
			return nil, i.unsupported()
		}
	}
	i.imm = code
	return i, nil
}

// opcode consumes the escapes or VEX, and the opcode. nil: EVEX, XOP or too
// short.
func (i *inst) opcode(code []byte) []byte {
	switch i.repeat {
	case 0xf3:
		i.pp = 2
	case 0xf2:
		i.pp = 3
	default:
		if i.data16 {
			i.pp = 1
		}
	}
	switch b := code[0]; {
	case b == 0x62, b == 0x8f && len(code) > 1 && code[1]&0x1f >= 8:
		return nil
	case b == 0xc5 && len(code) > 2:
		i.vexPrefix(^code[1]>>5&4, code[1])
		i.opmap, i.op = 1, code[2]
		return code[3:]
	case b == 0xc4 && len(code) > 3:
		i.vexPrefix(^code[1]>>5&7|code[2]>>4&8, code[2])
		i.opmap, i.op = code[1]&0x1f, code[3]
		return code[4:]
	case b != 0x0f:
		i.op = b
		return code[1:]
	case len(code) > 2 && (code[1] == 0x38 || code[1] == 0x3a):
		i.opmap, i.op = 2+code[1]>>1&1, code[2]
		return code[3:]
	case len(code) > 1:
		i.opmap, i.op = 1, code[1]
		return code[2:]
	}
	return nil
}

// vexPrefix decodes the last byte of a VEX prefix; rex are the bits that REX has too.
func (i *inst) vexPrefix(rex, last byte) {
	i.vex, i.rex = true, rex
	i.pp, i.vlen = last&3, 16<<(last>>2&1)
	i.vvvv = ^last >> 3 & 15
}

// hasModRM is correct for the instructions that the interpreter supports.
func (i *inst) hasModRM() bool {
	op := i.op
	switch i.opmap {
	case 0:
		return op < 0x40 && op&7 < 4 || op == 0x63 || op == 0x69 || op == 0x6b || op >= 0x80 && op <= 0x8f ||
			op == 0xc0 || op == 0xc1 || op == 0xc6 || op == 0xc7 || op >= 0xd0 && op <= 0xd3 ||
			op == 0xf6 || op == 0xf7 || op == 0xfe || op == 0xff
	case 1:
		return op != 0x0b && op != 0x05 && op != 0x77 && op != 0xa2 && op != 0x31 && op&0xf0 != 0x80 && op&0xf8 != 0xc8
	}
	return true
}

// operand decodes ModRM, SIB and displacement (Intel SDM volume 2, 2.1.5).
func (i *inst) operand(code []byte) []byte {
	if len(code) == 0 {
		return nil
	}
	i.modrm, code = code[0], code[1:]
	if !i.inMemory() {
		return code
	}
	mod, rm := i.modrm>>6, i.modrm&7
	size := [...]int{0, 1, 4}[mod]
	if rm == 4 {
		if len(code) == 0 {
			return nil
		}
		sib := code[0]
		code = code[1:]
		i.mem.Scale = 1 << (sib >> 6)
		if index := sib>>3&7 | i.rex&2<<2; index != 4 {
			i.mem.Index = amd64.General(index)
		}
		if sib&7 == 5 && mod == 0 {
			size = 4
		} else {
			i.mem.Base = amd64.General(sib&7 | i.rex&1<<3)
		}
	} else if rm == 5 && mod == 0 {
		size, i.mem.PCRelative = 4, true
	} else {
		i.mem.Base = amd64.General(i.rm())
	}
	if len(code) < size {
		return nil
	}
	var disp [8]byte
	copy(disp[:], code[:size])
	if size > 0 {
		i.mem.Disp = int64(extend(binary.LittleEndian.Uint64(disp[:]), size))
	}
	if i.mem.PCRelative {
		i.mem.Disp += int64(i.next)
	}
	return code[size:]
}
