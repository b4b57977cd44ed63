package symbols

import (
	"bytes"
	"encoding/binary"
)

// stringOffsets is .debug_str_offsets as debug/dwarf can read it. That package reads a
// unit's first DIE before it knows where the unit's strings begin (DW_AT_str_offsets_base),
// and takes a table's header for the offsets of strings; in 64-bit DWARF they are outside of
// .debug_str, and the whole unit is refused ("decoding dwarf section str at offset 0x0:
// underflow"; Go 1.24, debug/dwarf/unit.go, collectDwarf5BaseOffsets). The headers are
// therefore cleared, in a copy; nothing else is read from them. DWARF before version 5 has no
// header (.debug_str_offsets.dwo of GNU's split DWARF 4) and is returned unchanged.
func stringOffsets(p []byte) []byte {
	const (
		escape = 0xffffffff // DWARF 5, 7.4: a length of 64 bits follows
		header = 16         // escape, length, version, padding
	)
	if len(p) < header || binary.LittleEndian.Uint32(p) != escape { // the same in either byte order
		return p
	}
	var order binary.ByteOrder = binary.LittleEndian
	if order.Uint16(p[12:]) != 5 {
		order = binary.BigEndian
	}
	p = bytes.Clone(p)
	for at := uint64(0); at+header <= uint64(len(p)) && order.Uint32(p[at:]) == escape; {
		length := order.Uint64(p[at+4:])
		if order.Uint16(p[at+12:]) != 5 || length < 4 || length > uint64(len(p))-at-12 {
			break
		}
		clear(p[at : at+header])
		at += 12 + length
	}
	return p
}
