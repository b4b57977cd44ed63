package arm64

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// maxStub is the most instructions of an entry: bti, adrp, ldr, add, autia1716, br.
const maxStub = 6

// Stub implements machine.Shapes: `[bti c] adrp x16,…; ldr x17,[x16,#…]; add x16,x16,#…; br x17`, where bytes may follow
// that only fill. The first entry of .plt is not one: it calls the dynamic linker's resolver.
func (shapes) Stub(t machine.PLT, a uint64, read func(at uint64, p []byte) error) (s machine.Stub, ok bool) {
	at := func(a uint64) (w word) {
		var p [wordSize]byte
		if a-t.Low < t.High-t.Low && read(a, p[:]) == nil {
			w = wordOf(p[:])
		}
		return w
	}
	a &^= wordSize - 1
	if at(a) == btiC {
		a += wordSize
	}
	for n := 0; n < maxStub && !at(a).toX16(); n++ {
		a -= wordSize
	}
	if at(a-wordSize) == stpX16X30 {
		return machine.Stub{}, false
	}
	page, ok := at(a).page(a)
	ldr := at(a + wordSize)
	if !ok || ldr&0xffc003ff != 0xf9400211 { // ldr x17, [x16, #…]
		return machine.Stub{}, false
	}
	s = machine.Stub{Low: a, High: a + 2*wordSize, Slot: page + uint64(ldr.bits(21, 10))*8}
	for s.High < t.High && !at(s.High).toX16() && at(s.High) != btiC {
		s.High += wordSize
	}
	if at(a-wordSize) == btiC {
		s.Low -= wordSize
	}
	return s, true
}

// toX16 reports whether the instruction is `adrp x16,…`.
func (w word) toX16() bool { return uint32(w)&0x9f00001f == 0x90000010 }

// page is the address that it loads, at a.
func (w word) page(a uint64) (page uint64, ok bool) {
	return a&^0xfff + uint64(w.signed(23, 5)<<2|int64(w.bits(30, 29)))<<12, w.toX16()
}

// Pushed implements machine.Shapes: the first entry pushes two words, by its first instruction, or
// the one after `bti c`.
func (shapes) Pushed(t machine.PLT, a uint64) table.Addr {
	const first, pushed = 32, 16 // its size and what it pushes, bytes
	if off := a - t.Low; t.Lazy && off >= 2*wordSize && off < first {
		return pushed
	}
	return 0
}
