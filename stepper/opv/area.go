package opv

import (
	"encoding/binary"
	"errors"
	"fmt"

	"rseqstep/table"
)

// field is one of the words of struct rseq that contain the CPU or mm_cid.
type field uint8

const (
	fieldNone field = iota
	fieldCPU        // cpu_id
	fieldCID        // mm_cid
)

// Offsets in struct rseq in bytes (include/uapi/linux/rseq.h). cpu_id is as old as the
// struct; mm_cid exists since Linux 6.3, in areas of 28 bytes and more.
const (
	offCPU = 4
	offCID = 24
)

// fields are the words of one area with which a compare may name a CPU or
// mm_cid. The zero value has none.
type fields struct {
	area     table.Addr
	cpu, cid uint32
	// which of them a compare has named
	namedCPU, namedCID bool
}

// errNamed ends a pass that has found out which CPU or mm_cid the section
// requires.
var errNamed = errors.New("the section names another place to run on")

// assume makes the two words read as the given values.
func (m *interpreter) assume(f fields) {
	m.area = f
	if f.area == 0 {
		return
	}
	m.mem.assumed = map[table.Addr]byte{}
	word := func(at table.Addr, v uint32) {
		var b [4]byte
		binary.LittleEndian.PutUint32(b[:], v)
		for n := range b {
			m.mem.assumed[at+table.Addr(n)] = b[n]
		}
	}
	word(f.area+offCPU, f.cpu)
	word(f.area+offCID, f.cid)
}

// fieldAt is the field that a read of size bytes at addr reads in full.
func (m *interpreter) fieldAt(addr table.Addr, size int) field {
	switch {
	case m.area.area == 0 || size != 4:
		return fieldNone
	case addr == m.area.area+offCPU:
		return fieldCPU
	case addr == m.area.area+offCID:
		return fieldCID
	}
	return fieldNone
}

// fieldOf is the field that an instruction's rm operand is, or contains a copy
// of.
func (m *interpreter) fieldOf(i *inst, size int) field {
	switch {
	case i.inMemory():
		return m.fieldAt(m.address(i), size)
	case size >= 4:
		return m.holds[i.rm()]
	}
	return fieldNone
}

// compared handles a compare of two operands, one of which may be a field: that
// compare counts as satisfied, and its other side names the place. Build
// repeats a pass that assumed another value.
func (m *interpreter) compared(a, b field, x, y uint64) error {
	f, other := a, y
	if a == fieldNone {
		f, other = b, x
	}
	if f == fieldNone || a != fieldNone && b != fieldNone {
		return nil
	}
	at, named := &m.area.cpu, &m.area.namedCPU
	if f == fieldCID {
		at, named = &m.area.cid, &m.area.namedCID
	}
	if *at == uint32(other) {
		*named = true
		return nil
	}
	if *named {
		return fmt.Errorf("it is compared with %d and with %d: %w", *at, uint32(other), ErrNoPlan)
	}
	*at, *named = uint32(other), true
	return errNamed
}
