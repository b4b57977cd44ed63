package opv

import (
	"encoding/binary"
	"fmt"

	"rseqstep/table"
)

// Encode writes a vector as an array of struct cpu_op, little-endian. It does not
// validate. The error, an EINVAL, names an operation that the ABI has no number for
// or cannot express: a shift count beyond 32 bits.
func (a ABI) Encode(v Vector) ([]byte, error) {
	out := make([]byte, len(v)*OpSize)
	for n, o := range v {
		number, ok := a.Number(o.Kind)
		if !ok {
			return nil, fmt.Errorf("operation %d: %v in ABI %v: %w", n, o.Kind, a, EINVAL)
		}
		b := out[n*OpSize : (n+1)*OpSize]
		binary.LittleEndian.PutUint32(b, uint32(number))
		binary.LittleEndian.PutUint32(b[4:], o.Len)
		u := b[headerSize:]
		switch o.Kind.operands() {
		case 2:
			binary.LittleEndian.PutUint64(u, uint64(o.A))
			binary.LittleEndian.PutUint64(u[8:], uint64(o.B))
			u[16], u[17] = flag(o.ExpectFaultA), flag(o.ExpectFaultB)
		case 1:
			binary.LittleEndian.PutUint64(u, uint64(o.A))
			if o.Kind != ShiftLeft && o.Kind != ShiftRight {
				binary.LittleEndian.PutUint64(u[8:], o.Value)
				u[16] = flag(o.ExpectFaultA)
				break
			}
			if o.Value>>32 != 0 {
				return nil, fmt.Errorf("operation %d: a shift of %d bits: %w", n, o.Value, EINVAL)
			}
			binary.LittleEndian.PutUint32(u[8:], uint32(o.Value))
			u[12] = flag(o.ExpectFaultA)
		}
	}
	return out, nil
}

// Decode reads an array of struct cpu_op. Padding is ignored, as in the kernel.
// The error is an EINVAL: a number that the ABI lacks, or bytes that are not a
// whole number of operations.
func (a ABI) Decode(b []byte) (Vector, error) {
	if len(b)%OpSize != 0 {
		return nil, fmt.Errorf("%d bytes are not an array of struct cpu_op: %w", len(b), EINVAL)
	}
	v := make(Vector, len(b)/OpSize)
	for n := range v {
		o, b := &v[n], b[n*OpSize:(n+1)*OpSize]
		number := int32(binary.LittleEndian.Uint32(b))
		kind, ok := a.Kind(number)
		if !ok {
			return nil, fmt.Errorf("operation %d: number %d in ABI %v: %w", n, number, a, EINVAL)
		}
		o.Kind, o.Len = kind, binary.LittleEndian.Uint32(b[4:])
		u := b[headerSize:]
		if kind.operands() > 0 {
			o.A = table.Addr(binary.LittleEndian.Uint64(u))
		}
		switch {
		case kind.operands() == 2:
			o.B = table.Addr(binary.LittleEndian.Uint64(u[8:]))
			o.ExpectFaultA, o.ExpectFaultB = u[16] != 0, u[17] != 0
		case kind == ShiftLeft || kind == ShiftRight:
			o.Value = uint64(binary.LittleEndian.Uint32(u[8:]))
			o.ExpectFaultA = u[12] != 0
		case kind != Barrier:
			o.Value = binary.LittleEndian.Uint64(u[8:])
			o.ExpectFaultA = u[16] != 0
		}
	}
	return v, nil
}

func flag(set bool) byte {
	if set {
		return 1
	}
	return 0
}
