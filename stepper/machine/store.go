package machine

import "rseqstep/table"

// Extend is how an index register is extended to 64 bits.
type Extend uint8

const (
	ExtendNone     Extend = iota // all 64 bits count
	ExtendUnsigned               // the low 32 bits count
	ExtendSigned                 // the low 32 bits count, as a signed number
)

// of is the low half of v, extended.
func (e Extend) of(v uint64) uint64 {
	if e == ExtendSigned {
		return uint64(int32(v))
	}
	return uint64(uint32(v))
}

// Mem is a memory operand: Base + Index×Scale + Disp, plus a segment's base.
// A PC-relative operand has no Base and a Disp that is the address itself.
type Mem struct {
	Disp       int64
	Base       Reg
	Index      Reg
	Scale      uint8 // 1, 2, 4, 8 or 16
	Extend     Extend
	Segment    Reg // the register with the segment's base: FSBase, GSBase, or NoReg
	PCRelative bool
	Short      bool // 32-bit address size: the sum is truncated to 32 bits before the segment's base is added
	Vector     bool // no single address or size: the index is a vector register (scatters, AMX), or the size depends on the processor
}

// Address computes the operand's effective address, without a tag. Precondition: !m.Vector.
func (m *Mem) Address(r *Regs) table.Addr {
	index := r.W[m.Index]
	if m.Extend != ExtendNone {
		index = m.Extend.of(index)
	}
	a := uint64(m.Disp) + r.W[m.Base] + index*uint64(m.Scale)
	if m.Short {
		a = uint64(uint32(a))
	}
	return r.of().Untagged(table.Addr(a + r.W[m.Segment]))
}

// Source is the source of a stored value.
type Source uint8

const (
	SourceUnknown  Source = iota // vector, mask, x87 and system registers, flags, shifts, …: not computed
	SourceReg                    // the low Size bytes of Reg
	SourceHigh                   // bits 8 to 15 of Reg (ah, ch, dh, bh)
	SourceSwapped                // Reg with its low Size bytes reversed (movbe)
	SourceImm                    // Imm, sign-extended; including the return address that a call pushes
	SourceMem                    // the contents of Load (movs, push and pop with memory)
	SourceOp                     // Op of the old value and Reg, or Imm if Reg is NoReg
	SourceCompared               // Reg if the old value equals Old, else the old value (cmpxchg)
)

// Op is the operation of an instruction on the contents of its memory operand.
// The first seven are numbered as in ModRM.reg of opcodes 80 to 83.
type Op uint8

const (
	OpAdd Op = iota
	OpOr
	OpAdc
	OpSbb
	OpAnd
	OpSub
	OpXor
	_ // cmp, which writes nothing
	OpNot
	OpNeg
	OpClear // the operand's bits are cleared
)

// Store is the memory that an instruction writes, and the value.
//
// A store under a mask (maskmov, AVX-512) counts as whole. A repeated string
// instruction counts as one iteration, because a single step runs one.
type Store struct {
	Mem
	Load   Mem   // SourceMem: the place of the value
	Imm    int64 // SourceImm, SourceOp
	Size   uint16
	Source Source
	Op     Op
	Reg    Reg
	Old    Reg  // SourceCompared: the value that memory must have for Reg to be written
	Carry  Reg  // OpAdc, OpSbb: the register whose lowest bit is the carry
	High   bool // SourceOp: the operand is bits 8 to 15 of Reg
	Bits   Reg  // bts, btr, btc: the register whose bits above the operand's width change the address; NoReg: none
	Count  Reg  // repeated: nothing is written if this register (its lower half if Short) is 0; NoReg: not repeated
}

// StoreAddress is the address that the instruction writes to and the number of
// bytes. ok is false if it writes nothing, or if the address depends on a
// vector register. Precondition: r is the thread's state before the
// instruction.
func (i *Insn) StoreAddress(r *Regs) (addr table.Addr, size int, ok bool) {
	s := &i.Store
	if s.Size == 0 || s.Vector {
		return 0, 0, false
	}
	if s.Count != NoReg {
		count := r.W[s.Count]
		if s.Short {
			count = uint64(uint32(count))
		}
		if count == 0 {
			return 0, 0, false
		}
	}
	addr = s.Address(r)
	if s.Bits != NoReg {
		addr += bitStringOffset(r.Value(s.Bits), s.Size)
	}
	return addr, int(s.Size), true
}

// bitStringOffset is the offset that bts and similar instructions add to the
// address of their operand of size bytes for a bit number, which is signed and
// as wide as the operand. See the Intel SDM, volume 1, 4.5, "Bit(BitBase,
// BitOffset)".
func bitStringOffset(bit uint64, size uint16) table.Addr {
	var operand int64
	switch size {
	case 2:
		operand = int64(int16(bit)) >> 4
	case 4:
		operand = int64(int32(bit)) >> 5
	default:
		operand = int64(bit) >> 6
	}
	return table.Addr(operand * int64(size))
}

// fieldSize is the size of struct rseq's rseq_cs field in bytes
// (include/uapi/linux/rseq.h).
const fieldSize = 8

// Arms reports whether the instruction writes any of the 8 bytes at field, and
// the field's value afterwards, if it can be determined without reading memory:
// a store of exactly these bytes from a general register or of a constant.
// FieldAfter handles more. Storing 0 disarms, so look at the value.
// Precondition: r is the thread's state before the instruction.
func (i *Insn) Arms(r *Regs, field table.Addr) (writes bool, value uint64, known bool) {
	if i.Store.Size == 0 {
		return false, 0, false
	}
	addr, size, ok := i.StoreAddress(r)
	field = r.of().Untagged(field) // as the program registered it
	// The store overlaps if it begins less than size bytes before the field or
	// less than 8 bytes after its beginning.
	if !ok || (uint64(field-addr) >= uint64(size) && uint64(addr-field) >= fieldSize) {
		return false, 0, false
	}
	if addr != field || size != fieldSize {
		return true, 0, false
	}
	value, known = i.StoreValue(r, nil)
	return true, value, known
}
