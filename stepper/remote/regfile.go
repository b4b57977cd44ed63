package remote

import (
	"encoding/binary"
	"fmt"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// regfile is one thread's registers at a stop, read on first use and written
// back immediately on a change.
type regfile struct {
	engine *stepper.Engine
	tid    int
	user   *machine.Regs // the general ones; nil: not read yet
	at     table.Addr    // the PC when they were read
	area   []byte        // the others; see Target.XState
	before *machine.Regs // user at the last read of all registers; nil: none yet
	word   [8]byte       // what read has returned
}

func (f *regfile) loadUser() error {
	if f.user != nil {
		return nil
	}
	r, err := f.engine.Regs(f.tid)
	if err != nil {
		return err
	}
	f.user, f.at = &r, r.PC()
	return nil
}

// copied are the general registers, as they are now.
func (f *regfile) copied() *machine.Regs {
	if f.user == nil {
		return nil
	}
	now := *f.user
	return &now
}

func (f *regfile) loadArea() (err error) {
	if f.area == nil {
		f.area, err = f.engine.Target().XState(f.tid)
	}
	return err
}

// read is a register's content in the target's byte order, valid until the next read.
func (f *regfile) read(r *register) ([]byte, error) {
	if r.place == inUser {
		if err := f.loadUser(); err != nil {
			return nil, err
		}
		binary.LittleEndian.PutUint64(f.word[:], f.user.Value(r.of))
		return f.word[:r.size], nil
	}
	if err := f.loadArea(); err != nil {
		return nil, err
	}
	out := make([]byte, r.size)
	switch r.place {
	case inSVE:
		f.readSVE(r, out)
		return out, nil
	case inLength:
		binary.LittleEndian.PutUint64(out, uint64(vectorLength(f.area)/8))
		return out, nil
	case inPieces:
		return out, f.readPieces(r, out)
	}
	if r.at+r.kept > len(f.area) {
		return nil, missing(r)
	}
	if r.place == inTags {
		binary.LittleEndian.PutUint16(out, f.tags())
		return out, nil
	}
	copy(out[:r.kept], f.area[r.at:])
	return out, nil
}

// missing is the error for a register that is beyond the area.
func missing(r *register) error { return fmt.Errorf("the thread has no %s now", r.name) }

// write changes a register; changed writes it back to the thread.
func (f *regfile) write(r *register, p []byte) error {
	if len(p) < r.size {
		return fmt.Errorf("%s has %d bytes, not %d", r.name, r.size, len(p))
	}
	p = p[:r.size]
	if r.fixed {
		was, err := f.read(r)
		if err == nil && string(was) != string(p) {
			err = fmt.Errorf("%s cannot be changed", r.name)
		}
		return err
	}
	if r.place == inUser {
		if err := f.loadUser(); err != nil {
			return err
		}
		var word [8]byte
		binary.LittleEndian.PutUint64(word[:], f.user.Value(r.of))
		copy(word[:], p)
		f.user.W[r.of] = binary.LittleEndian.Uint64(word[:])
		return nil
	}
	if err := f.loadArea(); err != nil {
		return err
	}
	switch r.place {
	case inSVE:
		f.writeSVE(r, p)
		return nil
	case inPieces:
		return f.writePieces(r, p)
	}
	if r.at+r.kept > len(f.area) {
		return missing(r)
	}
	switch r.place {
	case inTags:
		f.area[r.at] = abridged(binary.LittleEndian.Uint16(p))
	default:
		copy(f.area[r.at:r.at+r.kept], p)
	}
	if r.place != inArea {
		f.use(r.bit)
	}
	return nil
}

// storeUser writes the general registers back.
func (f *regfile) storeUser() error {
	if f.user.PC() != f.at { // so that what the processor expects at the old one is not expected there
		f.user.SetPC(f.user.PC())
	}
	return f.engine.SetRegs(f.tid, *f.user)
}

// storeArea writes the other registers back.
func (f *regfile) storeArea() error { return f.engine.Target().SetXState(f.tid, f.area) }
