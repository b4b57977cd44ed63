package amd64

import (
	"rseqstep/stepper/machine/amd64"

	"rseqstep/stepper/opv/interp"
)

// The eight operations of opcodes 00 to 3F, numbered by bits 3 to 5.
const (
	aluAdd = iota
	aluOr
	aluAdc
	aluSbb
	aluAnd
	aluSub
	aluXor
	aluCmp
)

// arithmetic executes opcodes 00 to 3F.
func (m *interpreter) arithmetic(i *inst) error {
	form, size := i.op&7, i.size()
	if form >= 4 { // al or rax with an immediate
		v := m.combine(i.op>>3, m.W[amd64.RAX], i.signed(), size)
		if i.op>>3 == aluCmp {
			return m.Compared(m.heldIn(0, size), interp.FieldNone, m.W[amd64.RAX], i.signed())
		}
		m.putReg(i, 0, size, v)
		return nil
	}
	toReg := form&2 != 0
	reg := m.getReg(i, i.reg(), size)
	rm, err := m.get(i, size)
	if err != nil {
		return err
	}
	regField, rmField := m.heldIn(i.reg(), size), m.fieldOf(i, size)
	a, b := rm, reg
	if toReg {
		a, b = reg, rm
	}
	v := m.combine(i.op>>3, a, b, size)
	switch {
	case i.op>>3 == aluCmp:
		return m.Compared(regField, rmField, reg, rm)
	case toReg:
		m.putReg(i, i.reg(), size, v)
		return nil
	}
	return m.putAlu(i, i.op>>3, size, a, b, v)
}

// arithmeticImm executes opcodes 80, 81 and 83.
func (m *interpreter) arithmeticImm(i *inst) error {
	size := i.size()
	a, err := m.get(i, size)
	if err != nil {
		return err
	}
	f := m.fieldOf(i, size)
	v := m.combine(i.digit(), a, i.signed(), size)
	if i.digit() == aluCmp {
		return m.Compared(f, interp.FieldNone, a, i.signed())
	}
	return m.putAlu(i, i.digit(), size, a, i.signed(), v)
}

// heldIn is the field that a register contains a copy of.
func (m *interpreter) heldIn(n byte, size int) interp.Field {
	if size < 4 {
		return interp.FieldNone
	}
	return m.holds[n]
}

// combine computes and sets the flags.
func (m *interpreter) combine(op byte, a, b uint64, size int) uint64 {
	carry := uint64(0)
	if op == aluAdc || op == aluSbb {
		m.usesFlags()
		carry = m.carry()
	}
	m.newFlags()
	switch op {
	case aluAdd, aluAdc:
		return m.add(a, b, carry, size)
	case aluSub, aluSbb, aluCmp:
		return m.sub(a, b, carry, size)
	case aluOr:
		return m.logic(a|b, size)
	case aluAnd:
		return m.logic(a&b, size)
	default:
		return m.logic(a^b, size)
	}
}

// putAlu writes back the result v of a and b.
func (m *interpreter) putAlu(i *inst, op byte, size int, a, b, v uint64) error {
	switch op {
	case aluAdd, aluAdc, aluSub, aluSbb:
		return m.putSum(i, size, a, v, v-a)
	}
	return m.put(i, size, v)
}

// putSum writes back old plus count. In memory that is one access, so it
// removes the log entry of get's read.
func (m *interpreter) putSum(i *inst, size int, old, v, count uint64) error {
	if !i.inMemory() {
		return m.put(i, size, v)
	}
	m.Mem.Log = m.Mem.Log[:len(m.Mem.Log)-1]
	m.Mem.Add(m.address(i), interp.Bytes(old, size), interp.Bytes(v, size), interp.Cut(count, size))
	m.pending = append(m.pending, len(m.Mem.Log)-1)
	return nil
}

// group3 executes opcodes F6 and F7: test, not, neg, mul and imul.
func (m *interpreter) group3(i *inst) error {
	size := i.size()
	v, err := m.get(i, size)
	if err != nil {
		return err
	}
	switch i.digit() {
	case 0, 1:
		m.newFlags()
		m.logic(v&i.signed(), size)
		return nil
	case 2:
		return m.put(i, size, ^v)
	case 3:
		m.newFlags()
		return m.put(i, size, m.sub(0, v, 0, size))
	case 4, 5:
		m.multiply1(i, v, size, i.digit() == 5)
		return nil
	}
	return i.unsupported() // div and idiv, which may raise an exception
}
