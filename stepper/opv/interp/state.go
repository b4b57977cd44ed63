package interp

import "rseqstep/stepper/machine"

// State is the state that an instruction set works on: the general registers and flags, and the
// vector registers. amd64: the first 32 bytes of 0 to 15; arm64: the first 16 bytes of v0 to v31.
type State struct {
	machine.Regs
	Vec [32][32]byte

	// Cleared has bit n set when vector register n lost its bytes beyond those of Vec: on amd64
	// every instruction with a VEX prefix zeroes the rest of its destination (Intel SDM volume 1,
	// 14.3), which matters on processors with AVX-512. On arm64 every write of a vector register
	// does (Arm ARM B1.2.1), which matters with SVE.
	Cleared uint32
}

// Cut keeps the low size bytes of v.
func Cut(v uint64, size int) uint64 {
	if size >= 8 {
		return v
	}
	return v & (1<<(8*size) - 1)
}

// Extend sign-extends the low size bytes of v.
func Extend(v uint64, size int) uint64 {
	shift := 64 - 8*uint(size)
	return uint64(int64(v<<shift) >> shift)
}
