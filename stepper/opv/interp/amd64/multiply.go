package amd64

import (
	"math/bits"

	"rseqstep/stepper/opv/interp"
)

// multiply1 executes mul and imul of rax. CF and OF tell whether the upper half
// is significant; SF, ZF, AF and PF are undefined (Intel SDM volume 2) and
// kept.
func (m *interpreter) multiply1(i *inst, v uint64, size int, signed bool) {
	a := m.reg(0, size, false)
	m.newFlags()
	high, low := product(a, v, size, signed)
	over := high != 0
	if signed {
		over = high != interp.Cut(interp.Extend(low, size)>>63*^uint64(0), size)
	}
	if size == 1 {
		m.putReg(i, 0, 2, high<<8|low)
	} else {
		m.putReg(i, 0, size, low)
		m.putReg(i, 2, size, high)
	}
	m.set(flagCF|flagOF, when(over, flagCF|flagOF))
}

// multiply2 executes imul with two and three operands.
func (m *interpreter) multiply2(i *inst, by uint64) error {
	size := i.wide()
	a, err := m.get(i, size)
	if err != nil {
		return err
	}
	m.newFlags()
	high, low := product(a, interp.Cut(by, size), size, true)
	over := high != interp.Cut(interp.Extend(low, size)>>63*^uint64(0), size)
	m.putReg(i, i.reg(), size, low)
	m.set(flagCF|flagOF, when(over, flagCF|flagOF))
	return nil
}

// product is a times b, both of size bytes, in two halves of size bytes.
func product(a, b uint64, size int, signed bool) (high, low uint64) {
	if size == 8 {
		high, low = bits.Mul64(a, b)
		if signed {
			high -= uint64(int64(a)>>63)&b + uint64(int64(b)>>63)&a
		}
		return high, low
	}
	if signed {
		a, b = interp.Extend(a, size), interp.Extend(b, size)
	}
	full := a * b
	return interp.Cut(full>>(8*size), size), interp.Cut(full, size)
}
