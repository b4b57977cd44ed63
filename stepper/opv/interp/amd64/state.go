package amd64

import (
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/opv/interp"
)

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
func (m *interpreter) pointer(number byte) *uint64 {
	return &m.W[amd64.General(number)]
}

// reg reads the low size bytes of a register. high means bits 8 to 15 of
// registers 4 to 7 minus 4: ah, ch, dh, bh.
func (m *interpreter) reg(number byte, size int, high bool) uint64 {
	if high {
		return *m.pointer(number - 4) >> 8 & 0xff
	}
	return interp.Cut(*m.pointer(number), size)
}

// setReg writes the low size bytes of a register. 4 bytes zero the rest
// (Intel SDM volume 1, 3.4.1.1).
func (m *interpreter) setReg(number byte, size int, high bool, v uint64) {
	switch {
	case high:
		p := m.pointer(number - 4)
		*p = *p&^0xff00 | v&0xff<<8
	case size >= 4:
		*m.pointer(number) = interp.Cut(v, size)
	default:
		p := m.pointer(number)
		mask := uint64(1)<<(8*size) - 1
		*p = *p&^mask | v&mask
	}
}

func (m *interpreter) set(flags, values uint64) {
	m.W[amd64.EFLAGS] = m.W[amd64.EFLAGS]&^flags | values&flags
}

func (m *interpreter) flag(f uint64) bool { return m.W[amd64.EFLAGS]&f != 0 }

// carry is CF as a number.
func (m *interpreter) carry() uint64 { return m.W[amd64.EFLAGS] & flagCF }

// sign is the highest bit of a number of size bytes.
func sign(v uint64, size int) bool { return v>>(8*size-1)&1 == 1 }
