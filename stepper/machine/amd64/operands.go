package amd64

import "rseqstep/stepper/machine"

// Operands is an instruction's encoding, field by field, for readers that interpret it.
// The names are those of the Intel SDM, volume 2, chapter 2.
type Operands struct {
	VEX    bool
	Map    byte // 0: one byte, 1: 0F, 2: 0F38, 3: 0F3A
	Opcode byte
	PP     byte // mandatory prefix, maps 1 to 3: 0 none, 1: 66, 2: F3, 3: F2
	Data16 bool // 66
	Short  bool // 67: 32-bit addresses and counts
	REX    byte // its low four bits, or the same bits of VEX
	HasREX bool
	Repeat byte // the last of F2 and F3, or 0
	VVVV   byte // VEX: the second source
	Length int  // of vectors, bytes: 16 or 32

	HasModRM bool
	ModRM    byte
	Mem      machine.Mem // the memory operand of ModRM, or of opcodes A0 to A3
	Segment  machine.Reg // FSBase, GSBase or NoReg: also for operands that ModRM does not name
	Imm      int64       // sign-extended; 0 if there is none
}

// Parse returns the operands of a decoded instruction. ok is false for EVEX and XOP.
func Parse(i *machine.Insn) (o Operands, ok bool) {
	d := decoder{code: i.Bytes(), addr: i.Addr}
	var again machine.Insn
	if d.decode(&again) != nil || d.encoding != legacy && d.encoding != vex {
		return Operands{}, false
	}
	return Operands{
		VEX: d.encoding == vex, Map: byte(d.opmap), Opcode: d.opcode, PP: d.pp,
		Data16: d.data16, Short: d.short, REX: d.rex, HasREX: d.hasREX, Repeat: d.repeat,
		VVVV: d.vvvv, Length: 16 << d.length,
		HasModRM: d.hasModRM, ModRM: d.modrm, Mem: d.mem, Segment: d.segment, Imm: d.imm,
	}, true
}
