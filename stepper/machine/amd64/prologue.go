package amd64

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Prologue implements machine.Shapes: `[endbr64] push %rbp; mov %rsp,%rbp`.
func (shapes) Prologue(p []byte) (saved, set int) {
	if len(p) >= 4 && p[0] == 0xf3 && p[1] == 0x0f && p[2] == 0x1e && p[3] == 0xfa { // endbr64
		saved = 4
	}
	if len(p) <= saved || p[saved] != 0x55 { // push %rbp
		return 0, 0
	}
	saved++
	rest := p[saved:]
	if len(rest) >= 3 && rest[0] == 0x48 && (rest[1] == 0x89 && rest[2] == 0xe5 || rest[1] == 0x8b && rest[2] == 0xec) {
		return saved, saved + 3
	}
	return 0, 0
}

// FrameSize implements machine.Shapes: the caller's frame pointer and the return address.
func (shapes) FrameSize([]byte) table.Addr { return 16 }

// Lowered implements machine.Shapes: a push moves the return address.
func (shapes) Lowered(code []byte) (lowered table.Addr, kept bool) { return 0, len(code) == 0 }

// Leaves implements machine.Shapes.
func (shapes) Leaves(code []byte) bool {
	i, err := decoding{}.Decode(0, code)
	return err == nil && i.Kind == machine.Return
}

// AfterCall implements machine.Shapes: e8 rel32, or ff /2 in one of its lengths (AMD64
// manual volume 3, CALL).
func (shapes) AfterCall(pc table.Addr, mem machine.Memory) bool {
	var p [7]byte
	if n, err := mem.ReadMemory(pc-table.Addr(len(p)), p[:]); err != nil || n != len(p) {
		return false
	}
	if p[2] == 0xe8 {
		return true
	}
	for i := 0; i < len(p)-1; i++ {
		if p[i] == 0xff && p[i+1]>>3&7 == 2 {
			return true
		}
	}
	return false
}
