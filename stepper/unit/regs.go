package unit

import (
	"encoding/binary"

	"rseqstep/table"
)

// Words is how many words a Regs has: one more than an architecture's general registers need.
const words = 40

// Words are register contents by Reg.
type Words [words]uint64

// Regs is a thread's general registers as words. W[NoReg] is 0. From W[1] on they
// are in the order in which the kernel of the architecture has them, so that ptrace(2) fills them in place.
type Regs struct{ W Words }

// PC is the address of the next instruction.
func (r *Regs) PC() table.Addr { return table.Addr(r.W[RIP]) }

// kernelWords is how many of the words the kernel has.
const kernelWords = 27

// Bytes are the registers as the kernel lays them out.
func (r *Regs) Bytes() []byte {
	b := make([]byte, 0, 8*kernelWords)
	for _, w := range r.W[1 : 1+kernelWords] {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return b
}

// SetBytes takes registers as the kernel lays them out; those that b is too short for are 0.
func (r *Regs) SetBytes(b []byte) {
	r.W = Words{}
	for n := 0; n < kernelWords && len(b) >= 8*(n+1); n++ {
		r.W[1+n] = binary.LittleEndian.Uint64(b[8*n:])
	}
}

// Memory reads a process. ReadMemory fills p from addr and returns how many
// bytes it read; n < len(p) comes with an error. Planted breakpoints do not
// show.
type Memory interface {
	ReadMemory(addr table.Addr, p []byte) (n int, err error)
}
