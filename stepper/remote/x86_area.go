package remote

import "encoding/binary"

// xcr0At is the offset of a traced thread's component list in its XSAVE area:
// the kernel stores XCR0 in bytes that the processor does not use
// (USER_XSTATE_XCR0_WORD, arch/x86/include/asm/user.h).
const xcr0At = 464

// stateBV is the offset in the XSAVE header of the mask of components that are
// not in their initial state (Intel SDM volume 1, 13.4.2).
const stateBV = 512

// components are the bits of XCR0 of a thread; x87 and SSE alone if the area is
// FXSAVE's.
func components(area []byte) uint64 {
	if len(area) < stateBV+8 {
		return 1<<stateX87 | 1<<stateSSE
	}
	return binary.LittleEndian.Uint64(area[xcr0At:])
}

// use marks a state component as no longer in its initial state.
func (f *regfile) use(bit int) {
	if len(f.area) >= stateBV+8 {
		bv := binary.LittleEndian.Uint64(f.area[stateBV:])
		binary.LittleEndian.PutUint64(f.area[stateBV:], bv|1<<bit)
	}
}

// readPieces assembles a register.
func (f *regfile) readPieces(r *register, out []byte) error {
	for _, p := range r.pieces {
		if p.at+p.size > len(f.area) {
			return missing(r)
		}
		copy(out[:p.size], f.area[p.at:])
		out = out[p.size:]
	}
	return nil
}

// writePieces stores the pieces of a register.
func (f *regfile) writePieces(r *register, in []byte) error {
	for _, p := range r.pieces {
		if p.at+p.size > len(f.area) {
			return missing(r)
		}
		copy(f.area[p.at:p.at+p.size], in)
		in = in[p.size:]
		f.use(p.bit)
	}
	return nil
}

// tags is the full x87 tag word, two bits a register: FXSAVE stores only whether each is
// empty, the rest follows from its content (Intel SDM volume 1, 10.5.1).
func (f *regfile) tags() uint16 {
	const valid, zero, special, empty = 0, 1, 2, 3
	top := int(f.area[3]>>3) & 7 // TOP is bits 11 to 13 of the status word
	word := uint16(0)
	for n := range 8 {
		tag := uint16(empty)
		if f.area[4]>>n&1 == 1 {
			st := f.area[32+16*((n-top)&7):]
			exponent := binary.LittleEndian.Uint16(st[8:]) & 0x7fff
			fraction := binary.LittleEndian.Uint64(st)
			switch {
			case exponent == 0 && fraction == 0:
				tag = zero
			case exponent == 0 || exponent == 0x7fff || fraction>>63 == 0:
				tag = special
			default:
				tag = valid
			}
		}
		word |= tag << (2 * n)
	}
	return word
}

// abridged is a tag word in FXSAVE's form.
func abridged(word uint16) byte {
	out := byte(0)
	for n := range 8 {
		if word>>(2*n)&3 != 3 {
			out |= 1 << n
		}
	}
	return out
}
