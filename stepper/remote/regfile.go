package remote

import (
	"encoding/binary"
	"fmt"

	"rseqstep/stepper"
)

// regfile is one thread's registers at a stop, read on first use and written
// back immediately on a change.
type regfile struct {
	engine *stepper.Engine
	tid    int
	user   []byte // struct user_regs_struct
	area   []byte // XSAVE area
	before []byte // user at the last read of all registers; nil: none yet
}

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

func (f *regfile) loadUser() error {
	if f.user != nil {
		return nil
	}
	r, err := f.engine.Regs(f.tid)
	if err != nil {
		return err
	}
	f.user = r.Bytes()
	return nil
}

func (f *regfile) loadArea() (err error) {
	if f.area == nil {
		f.area, err = f.engine.Target().XState(f.tid)
	}
	return err
}

// read is a register's content in the target's byte order. It may belong to the regfile.
func (f *regfile) read(r *register) ([]byte, error) {
	if r.place == inUser {
		if err := f.loadUser(); err != nil {
			return nil, err
		}
		return f.user[8*r.at:][:r.size:r.size], nil
	}
	if err := f.loadArea(); err != nil {
		return nil, err
	}
	out := make([]byte, r.size)
	if r.place == inPieces {
		return out, f.readPieces(r, out)
	}
	if r.at+r.kept > len(f.area) {
		return nil, fmt.Errorf("the XSAVE area has no %s", r.name)
	}
	if r.place == inTags {
		binary.LittleEndian.PutUint16(out, f.tags())
		return out, nil
	}
	copy(out[:r.kept], f.area[r.at:])
	return out, nil
}

// write changes a register; changed writes it back to the thread.
func (f *regfile) write(r *register, p []byte) error {
	if len(p) < r.size {
		return fmt.Errorf("%s has %d bytes, not %d", r.name, r.size, len(p))
	}
	if r.place == inUser {
		if err := f.loadUser(); err != nil {
			return err
		}
		clear(f.user[8*r.at : 8*r.at+8])
		copy(f.user[8*r.at:], p[:r.size])
		return nil
	}
	if err := f.loadArea(); err != nil {
		return err
	}
	if r.place == inPieces {
		return f.writePieces(r, p)
	}
	if r.at+r.kept > len(f.area) {
		return fmt.Errorf("the XSAVE area has no %s", r.name)
	}
	if r.place == inTags {
		f.area[r.at] = abridged(binary.LittleEndian.Uint16(p))
	} else {
		copy(f.area[r.at:r.at+r.kept], p)
	}
	f.use(r.bit)
	return nil
}

// use marks a state component as no longer in its initial state.
func (f *regfile) use(bit int) {
	if len(f.area) >= stateBV+8 {
		bv := binary.LittleEndian.Uint64(f.area[stateBV:])
		binary.LittleEndian.PutUint64(f.area[stateBV:], bv|1<<bit)
	}
}

// storeUser writes the general registers back.
func (f *regfile) storeUser() error {
	return f.engine.SetRegs(f.tid, f.engine.Target().Arch().RegsOf(f.user))
}

// storeArea writes the other registers back.
func (f *regfile) storeArea() error { return f.engine.Target().SetXState(f.tid, f.area) }

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
