package arm64

import (
	"math/bits"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Constant implements machine.Decoder: adr, adrp, mov of an immediate; movk, add, sub and a copy, of what is known.
func (decoding) Constant(i *machine.Insn, have *machine.Constants) (to machine.Reg, value uint64, ok bool) {
	w := wordOf(i.Bytes())
	to = general(w.rd())
	from := func(x machine.Reg) uint64 {
		value, ok := have.Value(x)
		if !ok {
			to = machine.NoReg
		}
		return value
	}
	switch {
	case w.relative():
		value = uint64(w.near(i.Addr))
	case w.bits(28, 23) == 0b100101:
		value = w.wide(from)
	case w.bits(28, 23) == 0b100010 && w.bit(29) == 0:
		n := uint64(w.bits(21, 10)) << (12 * w.bit(22))
		if w.bit(30) == 1 {
			n = -n
		}
		to = orSP(w.rd())
		value = from(orSP(w.rn())) + n
	case w.bits(30, 23) == 0b01100100 && w.rn() == 31: // orr with the zero register
		to = orSP(w.rd())
		value, ok = w.bitmask()
		if !ok {
			to = machine.NoReg
		}
	case w.bits(30, 21) == 0b0101010000 && w.bits(15, 5) == 31: // mov of a register
		value = from(general(w.rm()))
	default:
		return machine.NoReg, 0, false
	}
	if w.bit(31) == 0 && !w.relative() {
		value = uint64(uint32(value))
	}
	return to, value, to != machine.NoReg
}

// relative reports whether the instruction is adr or adrp, and near is the address that it computes
// at another one.
func (w word) relative() bool { return w.bits(28, 24) == 0b10000 }

func (w word) near(at table.Addr) table.Addr {
	n := table.Addr(w.signed(23, 5)<<2 | int64(w.bits(30, 29)))
	if w.bit(31) == 1 {
		return at&^0xfff + n<<12
	}
	return at + n
}

// Sum implements machine.Adder: add and sub, a copy, and mrs of tpidr_el0, which is a register here.
func (decoding) Sum(i *machine.Insn, have *machine.Constants) (to, from machine.Reg, n uint64, ok bool) {
	w := wordOf(i.Bytes())
	switch {
	case w.bits(31, 23) == 0b100100010, w.bits(31, 23) == 0b110100010:
		n = uint64(w.bits(21, 10)) << (12 * w.bit(22))
		if w.bit(30) == 1 {
			n = -n
		}
		to, from = orSP(w.rd()), orSP(w.rn())
	case w.bits(31, 21) == 0b10001011000 && w.bits(15, 10) == 0: // add of two registers
		to, from = general(w.rd()), general(w.rn())
		if n, ok = have.Value(general(w.rm())); !ok {
			from = general(w.rm())
			if n, ok = have.Value(general(w.rn())); !ok {
				return machine.NoReg, machine.NoReg, 0, false
			}
		}
	case w.bits(31, 21) == 0b10101010000 && w.bits(15, 5) == 31: // mov
		to, from = general(w.rd()), general(w.rm())
	case w.bits(31, 21) == 0b11010101001 && w.bits(20, 5) == tpidr:
		to, from = general(w.rd()), TPIDR
	}
	return to, from, n, to != machine.NoReg && from != machine.NoReg
}

// wide is the value of movn, movz and movk.
func (w word) wide(from func(machine.Reg) uint64) uint64 {
	shift := 16 * w.bits(22, 21)
	n := uint64(w.bits(20, 5)) << shift
	switch w.bits(30, 29) {
	case 0:
		return ^n
	case 3:
		return from(general(w.rd()))&^(0xffff<<shift) | n
	}
	return n
}

// bitmask is the immediate operand of a logical instruction (Arm ARM, DecodeBitMasks): a run of
// ones, rotated, in each element of 2 to 64 bits.
func (w word) bitmask() (value uint64, ok bool) {
	length := bits.Len32(w.bit(22)<<6|^w.bits(15, 10)&63) - 1
	if length < 1 {
		return 0, false
	}
	size := uint32(1) << length
	ones, right := w.bits(15, 10)&(size-1)+1, w.bits(21, 16)&(size-1)
	if ones == size {
		return 0, false
	}
	element := uint64(1)<<ones - 1
	element = element>>right | element<<(size-right)
	if size < 64 {
		element &= 1<<size - 1
	}
	for ; size < 64; size *= 2 {
		element |= element << size
	}
	return element, true
}
