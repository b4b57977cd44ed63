package arm64

import (
	"rseqstep/stepper/machine"
)

// kind is what an operation does. rd, rn, rm and ra are its registers, NoReg the zero register.
type kind uint8

const (
	unsupported kind = iota
	nothing          // hints, barriers, prefetches
	jump             // to target
	jumpIf           // to target, if machine.Insn.Taken
	constant         // rd = imm
	insert           // rd = rd, 16 bits of it replaced by imm at the bit by
	add              // rd = rn + operand
	sub
	and
	or
	xor
	addCarry // rd = rn + rm + C
	subCarry
	bitfield  // sbfm, bfm, ubfm: by, to; how
	extract   // rd = rn:rm >> by
	choose    // rd = rn if cond, else rm: how
	compareIf // flags of rn and operand if cond, else imm: how is add or sub
	mulAdd    // rd = ra + rn × rm
	mulSub
	mulHigh // how: signed
	divide
	shiftBy // rd = rn shifted by rm: shift
	reverse // rd = rn with its bits, or the bytes of each to bytes, reversed
	countLeading
	readRegister // rd = rm
	readFlags    // rd = flags
	setFlags     // flags = rn
	load         // regs from mem, each of size bytes
	store
	loadExclusive
	storeExclusive // rd tells whether it has stored
	clearExclusive
	atomic     // rd = the old value, how says what is stored
	swapIf     // rn's value is replaced by rm's if it is rd's, and rd is the old one
	vectorMove // between a vector register and a general one, or two vector registers
	vectorLogic
	vectorFill
)

// shift is how a register operand is shifted, as instructions encode it.
type shift uint8

const (
	shiftLeft shift = iota
	shiftRight
	shiftSigned
	shiftRotate
)

// operand is the second operand of add, sub and the logical operations.
type operand struct {
	reg      machine.Reg
	imm      uint64
	constant bool // imm; else reg
	shift    shift
	by       uint
	extended bool // by extend, then shifted left
	extend   uint32
	invert   bool
}

// operation is one instruction, decoded.
type operation struct {
	kind   kind
	width  int // of the computation: 4 or 8 bytes
	how    uint32
	cond   uint32
	flags  bool // it sets the flags
	rd     machine.Reg
	rn     machine.Reg
	rm     machine.Reg
	ra     machine.Reg
	imm    uint64
	by, to uint
	second operand

	// Loads and stores.
	mem    machine.Mem
	size   int           // of each register, bytes
	regs   []machine.Reg // general ones
	vecs   []uint32      // vector registers; regs is empty then
	signed int           // the number of bytes that a loaded value is sign-extended to; 0: it is zero-extended
	base   machine.Reg   // the register that changes by moved; NoReg: none
	moved  uint64
	index  machine.Reg // if it changes by a register instead
	atomic bool        // it must be aligned
}

// parse decodes an instruction; its kind is unsupported for one that is not known, or whose
// encoding is reserved or unpredictable. The groups are those of the Arm ARM, C4.1.
func parse(u *machine.Insn) (o operation) {
	w := wordOf(u)
	o.width = w.width()
	switch op := w.bits(28, 25); {
	case u.Kind == machine.Jump:
		o.kind = jump
	case u.Kind == machine.CondJump:
		o.kind = jumpIf
	case u.Kind != machine.Plain:
	case op&14 == 8:
		o.immediate(w, u)
	case op&14 == 10:
		o.system(w)
	case op&5 == 4:
		o.memory(w, u)
	case op&7 == 5 && w.bit(28) == 0:
		o.registers(w)
	case op&7 == 5:
		o.others(w)
	case op&7 == 7:
		o.vector(w)
	}
	return o
}

// system decodes hints, barriers and system registers.
func (o *operation) system(w word) {
	const (
		tpidr = 0b1_011_1101_0000_010 // o0, op1, CRn, CRm, op2
		nzcv  = 0b1_011_0100_0010_000
	)
	switch {
	case w.bits(31, 12) == 0xd5032 && w.bits(4, 0) == 31: // hint
		switch n := w.bits(11, 5); {
		case n <= 6 && n != 2 && n != 3, n >= 16 && n <= 20, n >= 32 && n <= 38: // not wfe, wfi, nor those that sign addresses
			o.kind = nothing
		}
	case w.bits(31, 12) == 0xd5033 && w.bits(4, 0) == 31: // barriers, clrex
		if o.kind = nothing; w.bits(7, 5) == 2 {
			o.kind = clearExclusive
		}
	case w.bits(31, 20) == 0xd53 && w.bits(19, 5) == tpidr:
		o.kind, o.rd = readRegister, w.rd()
	case w.bits(31, 20) == 0xd53 && w.bits(19, 5) == nzcv:
		o.kind, o.rd = readFlags, w.rd()
	case w.bits(31, 20) == 0xd51 && w.bits(19, 5) == nzcv:
		o.kind, o.rn = setFlags, w.rd()
	}
}
