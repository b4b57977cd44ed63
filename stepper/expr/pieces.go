package expr

import (
	"rseqstep/stepper/dwexpr"
	"rseqstep/table"
)

// composite is an object whose pieces are in different places, or that has no
// place.
type composite struct {
	pieces []dwexpr.Location
}

// readPieces reads n bytes at offset off of a composite. A piece without a
// place gives errOptimizedOut only if it is among them.
func (c *Context) readPieces(v Value, n int64) ([]byte, error) {
	out := make([]byte, n)
	at := -8 * v.off // the piece's first bit in the requested range
	for _, p := range v.parts.pieces {
		bits := int64(p.Bits)
		if bits == 0 || at+bits <= 0 || at >= 8*n {
			at += bits
			continue
		}
		raw, err := c.pieceBytes(v.in, p)
		if err != nil {
			return nil, err
		}
		for b := int64(0); b < bits; b++ {
			if to := at + b; to >= 0 && to < 8*n {
				from := int64(p.BitOff) + b
				out[to/8] |= raw[from/8] >> (from % 8) & 1 << (to % 8)
			}
		}
		at += bits
	}
	if at < 8*n {
		return nil, errOptimizedOut
	}
	return out, nil
}

// pieceBytes are the bytes that contain one piece, as many as it needs.
func (c *Context) pieceBytes(f *frame, p dwexpr.Location) ([]byte, error) {
	need := (p.BitOff + p.Bits + 7) / 8
	out := make([]byte, need)
	switch p.Kind {
	case dwexpr.InMemory:
		return out, c.read(p.Addr, out)
	case dwexpr.InRegister:
		b, err := f.registerBytes(f.dwarfName(p.Register))
		copy(out, b)
		return out, err
	case dwexpr.IsValue:
		copy(out, leave(p.Value, 8))
		return out, nil
	case dwexpr.IsBytes:
		copy(out, p.Bytes)
		return out, nil
	}
	return nil, errOptimizedOut
}

// writePieces changes bytes of a composite. Each must be in a piece that begins
// at a byte and has a place.
func (c *Context) writePieces(v Value, b []byte) error {
	at := -8 * v.off
	for _, p := range v.parts.pieces {
		bits := int64(p.Bits)
		low, high := max(at, 0), min(at+bits, 8*int64(len(b)))
		if low < high {
			if at%8 != 0 || bits%8 != 0 || p.BitOff%8 != 0 {
				return sentence("Cannot assign to a piece of odd bits.")
			}
			part, skip := b[low/8:high/8], (low-at)/8+int64(p.BitOff/8)
			if err := c.writePiece(v.in, p, part, skip); err != nil {
				return err
			}
		}
		at += bits
	}
	return nil
}

func (c *Context) writePiece(f *frame, p dwexpr.Location, b []byte, skip int64) error {
	switch p.Kind {
	case dwexpr.InMemory:
		return c.write(p.Addr+table.Addr(skip), b)
	case dwexpr.InRegister:
		name := f.dwarfName(p.Register)
		whole, err := f.registerBytes(name)
		if err != nil {
			return err
		}
		if skip+int64(len(b)) > int64(len(whole)) {
			return sentence("Cannot assign past a register's end.")
		}
		copy(whole[skip:], b)
		return f.setRegister(name, whole)
	}
	return sentence("Cannot assign to a value that the compiler keeps nowhere.")
}
