package machine

import (
	"encoding/binary"
	"math/bits"

	"rseqstep/table"
)

// StoreValue is the value that the instruction writes, zero-extended from
// Store.Size bytes; known is false for stores wider than 8 bytes and for values
// this package does not compute. mem is for read-modify-write and
// memory-to-memory instructions, whose value is unknown if it is nil.
// Precondition: r is the thread's state before the instruction, and no other
// thread writes what mem reads.
func (i *Insn) StoreValue(r *Regs, mem Memory) (value uint64, known bool) {
	s := &i.Store
	if s.Size == 0 || s.Size > 8 {
		return 0, false
	}
	switch s.Source {
	case SourceImm:
		value = uint64(s.Imm)
	case SourceReg:
		value = r.Value(s.Reg)
	case SourceHigh:
		value = r.Value(s.Reg) >> 8
	case SourceSwapped:
		value = bits.ReverseBytes64(r.Value(s.Reg)) >> (64 - 8*s.Size)
	case SourceMem:
		value, known = readUint(mem, s.Load.Address(r), int(s.Size))
		if !known {
			return 0, false
		}
	case SourceOp, SourceCompared:
		addr, size, ok := i.StoreAddress(r)
		if !ok {
			return 0, false
		}
		old, ok := readUint(mem, addr, size)
		if !ok {
			return 0, false
		}
		value = s.combine(old, r)
	default:
		return 0, false
	}
	return truncate(value, int(s.Size)), true
}

// combine computes a read-modify-write instruction's result from the Size old
// bytes of its operand.
func (s *Store) combine(old uint64, r *Regs) uint64 {
	operand := uint64(s.Imm)
	if s.Reg != NoReg {
		operand = r.Value(s.Reg)
	}
	if s.High {
		operand >>= 8
	}
	if s.Source == SourceCompared {
		if old == truncate(r.W[s.Old], int(s.Size)) {
			return operand
		}
		return old
	}
	switch s.Op {
	case OpAdd:
		return old + operand
	case OpOr:
		return old | operand
	case OpAdc:
		return old + operand + r.W[s.Carry]&1
	case OpSbb:
		return old - operand - r.W[s.Carry]&1
	case OpAnd:
		return old & operand
	case OpSub:
		return old - operand
	case OpXor:
		return old ^ operand
	case OpNot:
		return ^old
	case OpClear:
		return old &^ operand
	default: // OpNeg
		return -old
	}
}

// FieldAfter is the value of the 8 bytes at field after the instruction,
// whether it writes all of them, some or none. known is false if a byte of it
// cannot be read or computed. Precondition: as for StoreValue.
func (i *Insn) FieldAfter(r *Regs, mem Memory, field table.Addr) (value uint64, known bool) {
	field = r.of().Untagged(field)
	writes, value, known := i.Arms(r, field)
	if known {
		return value, true
	}
	old, ok := readUint(mem, field, fieldSize)
	if !ok || !writes {
		return old, ok
	}
	stored, ok := i.StoreValue(r, mem)
	if !ok {
		return 0, false
	}
	addr, size, _ := i.StoreAddress(r)
	var after, written [8]byte
	binary.LittleEndian.PutUint64(after[:], old)
	binary.LittleEndian.PutUint64(written[:], stored)
	for n := range after {
		if at := uint64(field - addr + table.Addr(n)); at < uint64(size) {
			after[n] = written[at]
		}
	}
	return binary.LittleEndian.Uint64(after[:]), true
}

// truncate keeps the low size bytes of v; size is at most 8.
func truncate(v uint64, size int) uint64 {
	if size >= 8 {
		return v
	}
	return v & (1<<(8*size) - 1)
}

// readUint reads size bytes (at most 8) as a little-endian number.
func readUint(mem Memory, addr table.Addr, size int) (uint64, bool) {
	if mem == nil {
		return 0, false
	}
	buf := make([]byte, 8)
	if n, err := mem.ReadMemory(addr, buf[:size]); err != nil || n < size {
		return 0, false
	}
	return binary.LittleEndian.Uint64(buf), true
}
