package amd64

import (
	"encoding/binary"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// stubLen is the size of an entry of a procedure linkage table; those of .plt.got may
// have half.
const stubLen = 16

// Stub implements machine.Shapes: `[endbr64] [bnd] jmp *slot(%rip)`,
// and lld's and mold's `mov slot(%rip),%r11; jmp *%r11`-like forms of it.
func (shapes) Stub(t machine.PLT, a uint64, read func(at uint64, p []byte) error) (s machine.Stub, ok bool) {
	start := t.Low + (a-t.Low)&^(stubLen-1)
	var p [stubLen]byte
	n := min(uint64(stubLen), t.High-start)
	if read(start, p[:n]) != nil {
		return machine.Stub{}, false
	}
	if start == t.Low && t.Lazy && p[0] == 0xff && p[1] == 0x35 { // push GOT+8: entry 0
		return machine.Stub{}, false
	}
	half := p[:n]
	if n == stubLen && p[0] == 0xff && p[1] == 0x25 && p[8] == 0xff && p[9] == 0x25 { // two of 8 bytes
		half = p[:8]
		if a-start >= 8 {
			start, half = start+8, p[8:]
		}
	}
	for i := 0; i+6 <= len(half); i++ {
		jmp := half[i] == 0xff && half[i+1] == 0x25                                          // jmp *disp(%rip)
		load := i > 0 && half[i-1]&0xf8 == 0x48 && half[i] == 0x8b && half[i+1]&0xc7 == 0x05 // mov disp(%rip),%reg
		if jmp || load {
			disp := int32(binary.LittleEndian.Uint32(half[i+2:]))
			return machine.Stub{Low: start, High: start + uint64(len(half)), Slot: start + uint64(i) + 6 + uint64(int64(disp))}, true
		}
	}
	return machine.Stub{}, false
}

// Pushed implements machine.Shapes: an entry pushes the relocation's index after its
// jump, and the first one another word; all else pushes nothing.
func (shapes) Pushed(t machine.PLT, a uint64) table.Addr {
	off := (a - t.Low) % stubLen
	switch first := a-t.Low < stubLen; {
	case !t.Lazy:
		return 0
	case first && off == 0:
		return 8
	case first:
		return 16
	case off >= 11: // after `jmp *slot` (6) and `push $index` (5)
		return 8
	}
	return 0
}
