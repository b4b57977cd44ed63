package amd64

import (
	"encoding/binary"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Decode implements machine.Decoder, for 64-bit mode.
func (decoding) Decode(addr table.Addr, code []byte) (i machine.Insn, err error) {
	d := decoder{code: code, addr: addr}
	if err := d.decode(&i); err != nil {
		return machine.Insn{}, &machine.DecodeError{Addr: addr, Err: err}
	}
	i.Addr = addr
	i.Len = uint8(d.pos)
	copy(i.Code[:], code[:d.pos])
	return i, nil
}

// encoding is the one of the four encodings that an instruction uses.
type encoding uint8

const (
	legacy encoding = iota
	vex
	evex
	xop
)

// decoder is the state of decoding one instruction.
type decoder struct {
	code []byte
	addr table.Addr
	pos  int // bytes consumed

	short   bool        // 67: 32-bit addresses
	data16  bool        // 66
	repeat  byte        // the last of F2 and F3, or 0
	segment machine.Reg // FSBase, GSBase or NoReg
	hasREX  bool
	rex     byte // the low four bits of the REX prefix, or the same bits of VEX, EVEX and XOP

	encoding encoding
	opmap    opcodeMap
	opcode   byte
	pp       byte // mandatory prefix: 0 none, 1: 66, 2: F3, 3: F2
	length   byte // vector length: 16<<length bytes
	vvvv     byte // VEX and XOP: the second source

	modrm    byte
	hasModRM bool
	mem      machine.Mem // the ModRM memory operand, if mod is not 3
	disp8    bool
	imm      int64
}

// REX bits (Intel SDM volume 2, 2.2.1.2).
const (
	rexW = 8
	rexR = 4
	rexX = 2
	rexB = 1
)

func (d *decoder) wide() bool       { return d.rex&rexW != 0 }
func (d *decoder) inMemory() bool   { return d.hasModRM && d.modrm < 0xc0 }
func (d *decoder) modReg() byte     { return d.modrm >> 3 & 7 }
func (d *decoder) regField() byte   { return d.modReg() | d.rex&rexR<<1 }
func (d *decoder) next() table.Addr { return d.addr + table.Addr(d.pos) }

// operandSize is 2, 4 or 8 bytes.
func (d *decoder) operandSize() int {
	switch {
	case d.wide():
		return 8
	case d.data16:
		return 2
	}
	return 4
}

// byte1 consumes one byte.
func (d *decoder) byte1() (byte, error) {
	if d.pos >= machine.MaxLen {
		return 0, machine.ErrInvalid
	}
	if d.pos >= len(d.code) {
		return 0, machine.ErrTruncated
	}
	b := d.code[d.pos]
	d.pos++
	return b, nil
}

// number consumes a signed little-endian number of 1, 2, 4 or 8 bytes.
func (d *decoder) number(size int) (int64, error) {
	if d.pos+size > machine.MaxLen {
		return 0, machine.ErrInvalid
	}
	if d.pos+size > len(d.code) {
		return 0, machine.ErrTruncated
	}
	p := d.code[d.pos : d.pos+size]
	d.pos += size
	switch size {
	case 1:
		return int64(int8(p[0])), nil
	case 2:
		return int64(int16(binary.LittleEndian.Uint16(p))), nil
	case 4:
		return int64(int32(binary.LittleEndian.Uint32(p))), nil
	}
	return int64(binary.LittleEndian.Uint64(p)), nil
}

func (d *decoder) decode(i *machine.Insn) error {
	b, err := d.prefixes()
	if err != nil {
		return err
	}
	if err := d.findOpcode(b); err != nil {
		return err
	}
	if err := d.operands(); err != nil {
		return err
	}
	d.resolvePC()
	if err := d.control(i); err != nil {
		return err
	}
	i.Flags, i.Writes = !d.keepsFlags(), d.mayWrite()
	if d.encoding == legacy {
		d.legacyStore(&i.Store)
	} else {
		d.vectorStore(&i.Store)
	}
	return nil
}

// prefixes consumes the legacy prefixes and REX and returns the byte after them.
func (d *decoder) prefixes() (byte, error) {
	for {
		b, err := d.byte1()
		if err != nil {
			return 0, err
		}
		switch b {
		case 0x66:
			d.data16 = true
		case 0x67:
			d.short = true
		case 0xf2, 0xf3:
			d.repeat = b
		case 0x64:
			d.segment = FSBase
		case 0x65:
			d.segment = GSBase
		case 0xf0, 0x26, 0x2e, 0x36, 0x3e:
			// lock, and segments whose base is 0 in 64-bit mode. They do not
			// cancel an earlier fs or gs (tried on an AMD EPYC).
		default:
			if b&0xf0 != 0x40 {
				return b, nil
			}
			d.rex, d.hasREX = b&15, true
			continue
		}
		d.rex, d.hasREX = 0, false // REX has an effect only right before the opcode
	}
}
