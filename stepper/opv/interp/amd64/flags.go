package amd64

import (
	"math/bits"

	"rseqstep/stepper/opv/interp"
)

// result gives PF, ZF and SF of a result of size bytes.
func result(v uint64, size int) uint64 {
	v = interp.Cut(v, size)
	f := uint64(0)
	if bits.OnesCount8(uint8(v))%2 == 0 {
		f |= flagPF
	}
	if v == 0 {
		f |= flagZF
	}
	if sign(v, size) {
		f |= flagSF
	}
	return f
}

// when is f when the condition holds, else 0.
func when(condition bool, f uint64) uint64 {
	if condition {
		return f
	}
	return 0
}

// add computes a + b + carry in size bytes and sets all six flags.
func (m *interpreter) add(a, b, carry uint64, size int) uint64 {
	a, b = interp.Cut(a, size), interp.Cut(b, size)
	full, over := bits.Add64(a, b, carry)
	v := interp.Cut(full, size)
	f := result(v, size)
	f |= when(over != 0 || full != v, flagCF)
	f |= when((a^b^v)&0x10 != 0, flagAF)
	f |= when(sign((a^v)&(b^v), size), flagOF)
	m.set(arithmeticFlags, f)
	return v
}

// sub computes a - b - borrow in size bytes and sets all six flags.
func (m *interpreter) sub(a, b, borrow uint64, size int) uint64 {
	a, b = interp.Cut(a, size), interp.Cut(b, size)
	full, under := bits.Sub64(a, b, borrow)
	v := interp.Cut(full, size)
	f := result(v, size)
	f |= when(under != 0, flagCF)
	f |= when((a^b^v)&0x10 != 0, flagAF)
	f |= when(sign((a^b)&(a^v), size), flagOF)
	m.set(arithmeticFlags, f)
	return v
}

// logic sets the flags of and, or, xor and test. AF is undefined (Intel SDM
// volume 2); it is cleared, as the tested processors do.
func (m *interpreter) logic(v uint64, size int) uint64 {
	m.set(arithmeticFlags, result(v, size))
	return interp.Cut(v, size)
}

// step sets the flags of inc and dec: those of add and sub, except that CF is
// kept.
func (m *interpreter) step(a uint64, size int, down bool) uint64 {
	carry := m.carry()
	var v uint64
	if down {
		v = m.sub(a, 1, 0, size)
	} else {
		v = m.add(a, 1, 0, size)
	}
	m.set(flagCF, carry)
	return v
}

// condition evaluates a condition code of 0 to 15 (Intel SDM volume 1, appendix B).
func (m *interpreter) condition(code byte) bool {
	var holds bool
	less := m.flag(flagSF) != m.flag(flagOF)
	switch code >> 1 & 7 {
	case 0:
		holds = m.flag(flagOF)
	case 1:
		holds = m.flag(flagCF)
	case 2:
		holds = m.flag(flagZF)
	case 3:
		holds = m.flag(flagCF | flagZF)
	case 4:
		holds = m.flag(flagSF)
	case 5:
		holds = m.flag(flagPF)
	case 6:
		holds = less
	case 7:
		holds = less || m.flag(flagZF)
	}
	return holds != (code&1 == 1)
}
