package opv

import "math/bits"

// result gives PF, ZF and SF of a result of size bytes.
func result(v uint64, size int) uint64 {
	v = cut(v, size)
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
func (s *State) add(a, b, carry uint64, size int) uint64 {
	a, b = cut(a, size), cut(b, size)
	full, over := bits.Add64(a, b, carry)
	v := cut(full, size)
	f := result(v, size)
	f |= when(over != 0 || full != v, flagCF)
	f |= when((a^b^v)&0x10 != 0, flagAF)
	f |= when(sign((a^v)&(b^v), size), flagOF)
	s.set(arithmeticFlags, f)
	return v
}

// sub computes a - b - borrow in size bytes and sets all six flags.
func (s *State) sub(a, b, borrow uint64, size int) uint64 {
	a, b = cut(a, size), cut(b, size)
	full, under := bits.Sub64(a, b, borrow)
	v := cut(full, size)
	f := result(v, size)
	f |= when(under != 0, flagCF)
	f |= when((a^b^v)&0x10 != 0, flagAF)
	f |= when(sign((a^b)&(a^v), size), flagOF)
	s.set(arithmeticFlags, f)
	return v
}

// logic sets the flags of and, or, xor and test. AF is undefined (Intel SDM
// volume 2); it is cleared, as the tested processors do.
func (s *State) logic(v uint64, size int) uint64 {
	s.set(arithmeticFlags, result(v, size))
	return cut(v, size)
}

// step sets the flags of inc and dec: those of add and sub, except that CF is
// kept.
func (s *State) step(a uint64, size int, down bool) uint64 {
	carry := s.carry()
	var v uint64
	if down {
		v = s.sub(a, 1, 0, size)
	} else {
		v = s.add(a, 1, 0, size)
	}
	s.set(flagCF, carry)
	return v
}

// condition evaluates a condition code of 0 to 15 (Intel SDM volume 1, appendix B).
func (s *State) condition(code byte) bool {
	var holds bool
	less := s.flag(flagSF) != s.flag(flagOF)
	switch code >> 1 & 7 {
	case 0:
		holds = s.flag(flagOF)
	case 1:
		holds = s.flag(flagCF)
	case 2:
		holds = s.flag(flagZF)
	case 3:
		holds = s.flag(flagCF | flagZF)
	case 4:
		holds = s.flag(flagSF)
	case 5:
		holds = s.flag(flagPF)
	case 6:
		holds = less
	case 7:
		holds = less || s.flag(flagZF)
	}
	return holds != (code&1 == 1)
}
