package opv_test

import (
	"fmt"
	"math/rand/v2"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/opv"
	"rseqstep/table"
)

// arena is the number of bytes of memory around the pointers.
const arena = 4096

// edges are numbers around which flags change.
func edges() []uint64 {
	return []uint64{0, 1, 2, 7, 8, 0xf, 0x10, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
		1<<63 - 1, 1 << 63, ^uint64(0), ^uint64(1), 0xffffffff00000000, 0x8000000080000000}
}

// generate makes a state: edge values and random ones in registers, flags
// and memory; rbx, rsi, rdi and rsp point into memory of arena bytes at data.
func generate(random *rand.Rand, base machine.Regs, data table.Addr, limit map[string]uint64) (opv.State, []byte) {
	s := opv.State{Regs: base}
	value := func() uint64 {
		if list := edges(); random.IntN(2) == 0 {
			return list[random.IntN(len(list))]
		}
		return random.Uint64() >> random.IntN(64)
	}
	for _, p := range []*uint64{&s.W[amd64.RAX], &s.W[amd64.RCX], &s.W[amd64.RDX], &s.W[amd64.RBP], &s.W[amd64.R8], &s.W[amd64.R9], &s.W[amd64.R10], &s.W[amd64.R11], &s.W[amd64.R12], &s.W[amd64.R13], &s.W[amd64.R14], &s.W[amd64.R15]} {
		*p = value()
	}
	middle := uint64(data) + arena/2
	s.W[amd64.RBX], s.W[amd64.RSI], s.W[amd64.RDI], s.W[amd64.RSP] = middle, middle+512+uint64(random.IntN(64)), middle+1024+uint64(random.IntN(64)), middle-512+8*uint64(random.IntN(32))
	s.W[amd64.OrigRAX] = ^uint64(0)
	const arithmetic = cf | pf | af | zf | sf | of
	s.W[amd64.EFLAGS] = s.W[amd64.EFLAGS]&^(arithmetic|1<<10) | random.Uint64()&arithmetic
	if below := limit["rcx"]; below > 0 {
		s.W[amd64.RCX] %= below
	}
	if below := limit["rdx"]; below > 0 { // of both signs
		s.W[amd64.RDX] = s.W[amd64.RDX]%below - below/2
	}
	for n := range vectorsAMD64 {
		for k := range s.Vec[n] {
			s.Vec[n][k] = byte(random.Uint32())
		}
	}
	memory := make([]byte, arena)
	for n := 0; n < len(memory); n += 8 {
		v := value()
		for k := range 8 {
			memory[n+k] = byte(v >> (8 * k))
		}
	}
	return s, memory
}

// bufferMemory is some bytes of a process.
type bufferMemory struct {
	at   table.Addr
	data []byte
}

func (b *bufferMemory) part(addr table.Addr, n int) []byte {
	off := uint64(addr - b.at)
	if off >= uint64(len(b.data)) {
		return nil
	}
	return b.data[off:min(off+uint64(n), uint64(len(b.data)))]
}

func (b *bufferMemory) ReadMemory(addr table.Addr, p []byte) (int, error) {
	return short(copy(p, b.part(addr, len(p))), len(p))
}

func (b *bufferMemory) WriteMemory(addr table.Addr, p []byte) (int, error) {
	return short(copy(b.part(addr, len(p)), p), len(p))
}

func short(n, want int) (int, error) {
	if n < want {
		return n, fmt.Errorf("%d of %d bytes", n, want)
	}
	return n, nil
}
