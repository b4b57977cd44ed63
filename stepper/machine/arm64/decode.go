package arm64

import (
	"encoding/binary"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// word is an instruction: 32 bits, little-endian whatever the order of data.
type word uint32

const wordSize = 4 // bytes

func wordOf(code []byte) word { return word(binary.LittleEndian.Uint32(code)) }

// bits are the bits from low to high, both included.
func (w word) bits(high, low int) uint32 { return uint32(w) << (31 - high) >> (31 - high + low) }
func (w word) bit(n int) uint32          { return uint32(w) >> n & 1 }

// signed are such bits as a signed number.
func (w word) signed(high, low int) int64 {
	return int64(int32(uint32(w)<<(31-high)) >> (31 - high + low))
}

// The register fields: Rd or Rt, Rn, Ra or Rt2, Rm or Rs.
func (w word) rd() uint32 { return w.bits(4, 0) }
func (w word) rn() uint32 { return w.bits(9, 5) }
func (w word) ra() uint32 { return w.bits(14, 10) }
func (w word) rm() uint32 { return w.bits(20, 16) }

// general is the register that a field encodes, where 31 is the zero register: NoReg.
func general(n uint32) machine.Reg {
	if n == 31 {
		return machine.NoReg
	}
	return X0 + machine.Reg(n)
}

// orSP is the register that a field encodes, where 31 is SP.
func orSP(n uint32) machine.Reg { return X0 + machine.Reg(n) }

// decoder is the state of decoding one instruction.
type decoder struct {
	word
	addr table.Addr
	insn *machine.Insn

	// What it does with registers and memory, for machine.Usage.
	reads, sets machine.RegSet
	load        machine.Mem
	loaded      uint16
	unknown     bool // it may read everything, and change what insn.Writes has
}

// read and set note general registers that the instruction reads and replaces.
func (d *decoder) read(regs ...machine.Reg) { d.reads |= setOf(regs) }
func (d *decoder) set(regs ...machine.Reg)  { d.sets |= setOf(regs) }

// setOf are some registers without NoReg, which is the zero register.
func setOf(regs []machine.Reg) (s machine.RegSet) {
	for _, x := range regs {
		s |= 1 << x
	}
	return s &^ (1 << machine.NoReg)
}

// Decode implements machine.Decoder.
func (decoding) Decode(addr table.Addr, code []byte) (i machine.Insn, err error) {
	d := decoder{}
	if err := d.decode(addr, code, &i); err != nil {
		return machine.Insn{}, &machine.DecodeError{Addr: addr, Err: err}
	}
	return i, nil
}

// decode fills in an instruction.
func (d *decoder) decode(addr table.Addr, code []byte, i *machine.Insn) error {
	switch {
	case addr%wordSize != 0:
		return machine.ErrInvalid
	case len(code) < wordSize:
		return machine.ErrTruncated
	}
	*d = decoder{word: wordOf(code), addr: addr, insn: i}
	i.Addr, i.Len = addr, wordSize
	copy(i.Code[:], code[:wordSize])
	d.group()
	i.Writes = d.sets
	return nil
}

// group decodes by bits 25 to 28 (Arm ARM C4.1).
func (d *decoder) group() {
	switch op := d.bits(28, 25); {
	case op == 0:
		d.reserved()
	case op == 2:
		d.sve()
	case op&14 == 8:
		d.immediate()
	case op&14 == 10:
		d.control()
	case op&5 == 4:
		d.loadStore()
	case op&7 == 5:
		d.register()
	case op&7 == 7:
		d.vector()
	default:
		d.unlisted()
	}
}

// unlisted is an instruction that is not known: it may change everything.
func (d *decoder) unlisted() {
	d.unknown, d.sets, d.insn.Flags = true, allRegs, true
}

// reserved is udf, or SME.
func (d *decoder) reserved() {
	if d.bits(31, 16) == 0 { // udf
		d.insn.Kind = machine.Trap
		return
	}
	d.scalable()
	switch op := d.bits(31, 25); {
	case op == 0b1110000 && d.bit(21) == 1, // st1 and str of ZA and ZT0
		op == 0b1010000 && d.bit(23) == 0 && d.bit(21) == 1: // st1 and stnt1 of several vectors
		d.someStore(d.rn())
	}
}

// sve is the group of SVE.
func (d *decoder) sve() {
	d.scalable()
	if d.bits(31, 25) == 0b1110010 { // contiguous stores, scatters, str of a vector or predicate
		d.someStore(d.rn())
	}
}

// scalable notes what an instruction of SVE or SME may do outside of vectors and predicates: it
// may change the register in its lowest field, and the flags.
func (d *decoder) scalable() {
	d.unknown, d.insn.Flags = true, true
	d.set(orSP(d.rd()))
}

// someStore notes a store whose address or size is not known.
func (d *decoder) someStore(base uint32) {
	d.insn.Store = machine.Store{Mem: machine.Mem{Base: orSP(base), Scale: 1, Vector: true}, Size: 1}
}
