package interp

import (
	"encoding/binary"
	"errors"
	"fmt"

	"rseqstep/table"
)

// Field is one of the words of struct rseq that contain the CPU or mm_cid.
type Field uint8

const (
	FieldNone Field = iota
	FieldCPU        // cpu_id
	FieldCID        // mm_cid
)

// Offsets in struct rseq in bytes (include/uapi/linux/rseq.h). cpu_id is as old as the
// struct; mm_cid exists since Linux 6.3, in areas of 28 bytes and more.
const (
	OffCPU = 4
	OffCID = 24
)

// Fields are the words of one area with which a compare may name a CPU or
// mm_cid. The zero value has none.
type Fields struct {
	Area     table.Addr
	CPU, CID uint32
	// which of them a compare has named
	NamedCPU, NamedCID bool
}

// ErrNamed ends a pass that has found out which CPU or mm_cid the section
// requires.
var ErrNamed = errors.New("the section names another place to run on")

// Assume makes the two words read as the given values.
func (m *Pass) Assume(f Fields) {
	m.Fields = f
	if f.Area == 0 {
		return
	}
	m.Mem.Assumed = map[table.Addr]byte{}
	word := func(at table.Addr, v uint32) {
		var b [4]byte
		binary.LittleEndian.PutUint32(b[:], v)
		for n := range b {
			m.Mem.Assumed[at+table.Addr(n)] = b[n]
		}
	}
	word(f.Area+OffCPU, f.CPU)
	word(f.Area+OffCID, f.CID)
}

// FieldAt is the field that a read of size bytes at addr reads in full.
func (m *Pass) FieldAt(addr table.Addr, size int) Field {
	switch {
	case m.Fields.Area == 0 || size != 4:
		return FieldNone
	case addr == m.Fields.Area+OffCPU:
		return FieldCPU
	case addr == m.Fields.Area+OffCID:
		return FieldCID
	}
	return FieldNone
}

// Compared handles a compare of two operands, one of which may be a field: that
// compare counts as satisfied, and its other side names the place. Build
// repeats a pass that assumed another value.
func (m *Pass) Compared(a, b Field, x, y uint64) error {
	f, other := a, y
	if a == FieldNone {
		f, other = b, x
	}
	if f == FieldNone || a != FieldNone && b != FieldNone {
		return nil
	}
	at, named := &m.Fields.CPU, &m.Fields.NamedCPU
	if f == FieldCID {
		at, named = &m.Fields.CID, &m.Fields.NamedCID
	}
	if *at == uint32(other) {
		*named = true
		return nil
	}
	if *named {
		return fmt.Errorf("it is compared with %d and with %d: %w", *at, uint32(other), ErrNoPlan)
	}
	*at, *named = uint32(other), true
	return ErrNamed
}
