package opv

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
)

// Arch is the architecture whose code this package executes.
func Arch() *machine.Arch { return amd64.Arch() }

// State is the state that the interpreter works on: the general registers and
// flags, and the first 32 bytes of the vector registers 0 to 15.
type State struct {
	machine.Regs
	Vec [16][32]byte

	// Cleared has bit n set when vector register n lost its bytes from 32 on:
	// every instruction with a VEX prefix zeroes the rest of its destination
	// (Intel SDM volume 1, 14.3), which matters on processors with AVX-512.
	Cleared uint16
}

// The flags this package computes (Intel SDM volume 1, 3.4.3).
const (
	flagCF = 1 << 0
	flagPF = 1 << 2
	flagAF = 1 << 4
	flagZF = 1 << 6
	flagSF = 1 << 7
	flagDF = 1 << 10
	flagOF = 1 << 11

	arithmeticFlags = flagCF | flagPF | flagAF | flagZF | flagSF | flagOF
)

// pointer is the general register with a number of 0 to 15.
func (s *State) pointer(number byte) *uint64 {
	return &s.W[amd64.General(number)]
}

// reg reads the low size bytes of a register. high means bits 8 to 15 of
// registers 4 to 7 minus 4: ah, ch, dh, bh.
func (s *State) reg(number byte, size int, high bool) uint64 {
	if high {
		return *s.pointer(number - 4) >> 8 & 0xff
	}
	return cut(*s.pointer(number), size)
}

// setReg writes the low size bytes of a register. 4 bytes zero the rest
// (Intel SDM volume 1, 3.4.1.1).
func (s *State) setReg(number byte, size int, high bool, v uint64) {
	switch {
	case high:
		p := s.pointer(number - 4)
		*p = *p&^0xff00 | v&0xff<<8
	case size >= 4:
		*s.pointer(number) = cut(v, size)
	default:
		p := s.pointer(number)
		mask := uint64(1)<<(8*size) - 1
		*p = *p&^mask | v&mask
	}
}

func (s *State) set(flags, values uint64) {
	s.W[amd64.EFLAGS] = s.W[amd64.EFLAGS]&^flags | values&flags
}

func (s *State) flag(f uint64) bool { return s.W[amd64.EFLAGS]&f != 0 }

// carry is CF as a number.
func (s *State) carry() uint64 { return s.W[amd64.EFLAGS] & flagCF }

// cut keeps the low size bytes of v.
func cut(v uint64, size int) uint64 {
	if size >= 8 {
		return v
	}
	return v & (1<<(8*size) - 1)
}

// extend sign-extends the low size bytes of v.
func extend(v uint64, size int) uint64 {
	shift := 64 - 8*uint(size)
	return uint64(int64(v<<shift) >> shift)
}

// sign is the highest bit of a number of size bytes.
func sign(v uint64, size int) bool { return v>>(8*size-1)&1 == 1 }
