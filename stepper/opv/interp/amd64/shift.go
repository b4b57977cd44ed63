package amd64

import "rseqstep/stepper/opv/interp"

// The operations of opcodes C0, C1 and D0 to D3, as ModRM.reg numbers them.
const (
	shiftRol = iota
	shiftRor
	shiftRcl
	shiftRcr
	shiftShl
	shiftShr
	shiftSal // another spelling of shl
	shiftSar
)

// shift executes shifts and rotates. A count of 0 changes no flag. Undefined are OF
// unless the count is 1, AF after a shift, and CF after shl and shr by more than the
// operand's width (Intel SDM volume 2); OF is computed as for 1 bit, AF is cleared, CF is
// 0.
func (m *interpreter) shift(i *inst, by uint64) error {
	size := i.size()
	v, err := m.get(i, size)
	if err != nil {
		return err
	}
	by = shiftCount(by, size)
	if by == 0 {
		return m.put(i, size, v) // which zeroes the upper half of a register
	}
	if i.digit() < shiftShl {
		return m.put(i, size, m.rotate(i.digit(), v, by, size))
	}
	m.newFlags()
	width := uint64(8 * size)
	var r uint64
	var carry, over bool
	switch i.digit() {
	case shiftShl, shiftSal:
		r = interp.Cut(v<<by, size)
		carry = by <= width && v>>(width-by)&1 == 1
		over = sign(r, size) != carry
	case shiftShr:
		r = v >> by
		carry = v>>(by-1)&1 == 1
		over = sign(v, size)
	case shiftSar:
		wide := int64(interp.Extend(v, size))
		r = interp.Cut(uint64(wide>>by), size)
		carry = wide>>(by-1)&1 == 1
	}
	m.set(arithmeticFlags, result(r, size)|when(carry, flagCF)|when(over, flagOF))
	return m.put(i, size, r)
}

// rotate rotates by at least 1 bit. It changes only CF and OF.
func (m *interpreter) rotate(op byte, v, by uint64, size int) uint64 {
	width := 8 * size
	top := func(v uint64) bool { return sign(v, size) }
	carry := m.carry()
	var over bool
	switch op {
	case shiftRol:
		n := by % uint64(width)
		v = interp.Cut(v<<n|v>>(uint64(width)-n), size)
		carry = v & 1
		over = top(v) != (carry == 1)
	case shiftRor:
		n := by % uint64(width)
		v = interp.Cut(v>>n|v<<(uint64(width)-n), size)
		carry = when(top(v), 1)
		over = top(v) != top(interp.Cut(v<<1, size))
	case shiftRcl, shiftRcr:
		m.usesFlags()
		for range by % uint64(width+1) {
			if op == shiftRcl {
				out := when(top(v), 1)
				v, carry = interp.Cut(v<<1|carry, size), out
				over = top(v) != (carry == 1)
			} else {
				out := v & 1
				v, carry = v>>1|carry<<(width-1), out
				over = top(v) != top(interp.Cut(v<<1, size))
			}
		}
	}
	m.set(flagCF|flagOF, carry|when(over, flagOF))
	return v
}

// shiftDouble executes shld and shrd. AF is undefined, and OF unless the count
// is 1; for a count above the width everything is undefined, and the
// interpreter refuses.
func (m *interpreter) shiftDouble(i *inst, by uint64) error {
	size := i.wide()
	v, err := m.get(i, size)
	if err != nil {
		return err
	}
	by = shiftCount(by, size)
	width := uint64(8 * size)
	switch {
	case by == 0:
		return m.put(i, size, v)
	case by > width:
		return i.unsupported()
	}
	m.newFlags()
	fill := m.getReg(i, i.reg(), size)
	var r uint64
	var carry bool
	if i.op < 0xa8 {
		r = interp.Cut(v<<by|fill>>(width-by), size)
		carry = v>>(width-by)&1 == 1
	} else {
		r = interp.Cut(v>>by|fill<<(width-by), size)
		carry = v>>(by-1)&1 == 1
	}
	over := sign(r, size) != sign(v, size)
	m.set(arithmeticFlags, result(r, size)|when(carry, flagCF)|when(over, flagOF))
	return m.put(i, size, r)
}

// shiftCount is the part of a count that the processor uses.
func shiftCount(by uint64, size int) uint64 {
	if size == 8 {
		return by & 63
	}
	return by & 31
}
