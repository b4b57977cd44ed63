package dwexpr

import "encoding/binary"

// Reader decodes operands of an expression or a location list. After the end of
// the bytes, Bad stays set and everything reads as zero.
type Reader struct {
	P   []byte
	At  int // the next byte
	Bad bool
}

// Left is the number of bytes left.
func (r *Reader) Left() int { return len(r.P) - r.At }

// Bytes consumes n bytes, a part of P.
func (r *Reader) Bytes(n uint64) []byte {
	if r.Bad || n > uint64(r.Left()) {
		r.Bad = true
		return nil
	}
	b := r.P[r.At : r.At+int(n)]
	r.At += int(n)
	return b
}

// Fixed reads a little-endian number of n bytes, at most 8.
func (r *Reader) Fixed(n uint64) uint64 {
	var w [8]byte
	if n > 8 {
		r.Bad = true
		return 0
	}
	copy(w[:], r.Bytes(n))
	return binary.LittleEndian.Uint64(w[:])
}

// ULEB reads an unsigned number of variable length (DWARF 5, 7.6). Bits past
// the 64th are dropped.
func (r *Reader) ULEB() uint64 {
	v, _, _ := r.leb()
	return v
}

// SLEB reads a signed number of variable length.
func (r *Reader) SLEB() int64 {
	v, bits, negative := r.leb()
	if negative && bits < 64 {
		v |= ^uint64(0) << bits
	}
	return int64(v)
}

// leb reads a number, and returns how many bits it was encoded in and the
// highest of them.
func (r *Reader) leb() (v uint64, bits uint, high bool) {
	for at := r.At; !r.Bad && at < len(r.P); at++ {
		b := r.P[at]
		if bits < 64 {
			v |= uint64(b&0x7f) << bits
			bits += 7
		}
		if b&0x80 == 0 {
			r.At = at + 1
			return v, bits, b&0x40 != 0
		}
	}
	r.Bad = true
	return 0, 0, false
}
