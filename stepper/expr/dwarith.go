package expr

import (
	"debug/dwarf"
)

// arithmetic evaluates the operations on the top of the stack. Generic
// entries are 64 bits wide; DIV, SHRA and comparisons take them as signed,
// MOD and SHR as unsigned (DWARF 5, 2.5.1.4).
func (m *machine) arithmetic(op byte) error {
	switch op {
	case opAbs:
		return m.unary(func(v uint64) (uint64, error) {
			if int64(v) < 0 {
				v = -v
			}
			return v, nil
		})
	case opNeg:
		return m.unary(func(v uint64) (uint64, error) { return -v, nil })
	case opNot:
		return m.unary(func(v uint64) (uint64, error) { return ^v, nil })
	case opPlusUconst:
		n := m.r.uleb()
		return m.unary(func(v uint64) (uint64, error) { return v + n, nil })
	}
	top, err := m.pop()
	if err != nil {
		return err
	}
	second, err := m.pop()
	if err != nil {
		return err
	}
	t := second.typ
	if t != nil && t.Kind == Float {
		return sentence("DWARF expression computes with floating point, which is not supported")
	}
	unsigned := t != nil && t.Unsigned
	v, isTruth, err := calculate(op, second.v, top.v, unsigned)
	if err != nil {
		return err
	}
	if isTruth {
		t = nil
	}
	m.stack = append(m.stack, stackEntry{fit(v, t), t})
	return nil
}

func calculate(op byte, a, b uint64, unsigned bool) (v uint64, truth bool, err error) {
	sa, sb := int64(a), int64(b)
	less := sa < sb
	if unsigned {
		less = a < b
	}
	switch op {
	case opAnd:
		return a & b, false, nil
	case opOr:
		return a | b, false, nil
	case opXor:
		return a ^ b, false, nil
	case opPlus:
		return a + b, false, nil
	case opMinus:
		return a - b, false, nil
	case opMul:
		return a * b, false, nil
	case opShl:
		return a << b, false, nil
	case opShr:
		return a >> b, false, nil
	case opShra:
		return uint64(sa >> b), false, nil
	case opDiv, opMod:
		switch {
		case b == 0:
			return 0, false, sentence("DWARF expression divides by zero")
		case op == opMod:
			return a % b, false, nil
		case unsigned:
			return a / b, false, nil
		}
		return uint64(sa / sb), false, nil
	case opEq:
		return truth64(a == b), true, nil
	case opNe:
		return truth64(a != b), true, nil
	case opLt:
		return truth64(less), true, nil
	case opGe:
		return truth64(!less), true, nil
	case opGt:
		return truth64(!less && a != b), true, nil
	case opLe:
		return truth64(less || a == b), true, nil
	}
	return 0, false, sentence("DWARF operation %#x is not known", op)
}

func truth64(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// fit cuts a value to its type's width and extends it again to 64 bits.
func fit(v uint64, t *Type) uint64 {
	if t == nil || t.Kind == Float || t.Size <= 0 || t.Size >= 8 {
		return v
	}
	shift := uint(64 - 8*t.Size)
	if t.Unsigned {
		return v << shift >> shift
	}
	return uint64(int64(v<<shift) >> shift)
}

// typed evaluates the operations that carry a base type, given as a DIE's
// offset in the unit; 0 is the generic type (DWARF 5, 2.5.1.6).
func (m *machine) typed(op byte) error {
	var bytes []byte
	var size uint64
	var reg int
	switch op {
	case opRegvalType, opGNURegvalType:
		reg = int(m.r.uleb())
	case opDerefType, opGNUDerefType:
		size = m.r.fixed(1)
	}
	t := m.baseType(m.r.uleb())
	switch op {
	case opConstType, opGNUConstType:
		size = m.r.fixed(1)
		bytes = m.r.bytes(size)
		r := reader{p: bytes}
		m.push(r.fixed(min(size, 8)))
	case opRegvalType, opGNURegvalType:
		if err := m.pushRegister(reg, 0); err != nil {
			return err
		}
	case opDerefType, opGNUDerefType:
		if err := m.deref(size); err != nil {
			return err
		}
	case opConvert, opGNUConvert:
		if len(m.stack) > 0 && isFloat(m.stack[len(m.stack)-1].typ) != isFloat(t) {
			return sentence("DWARF expression converts floating point, which is not supported")
		}
	}
	top, err := m.pop()
	if err != nil {
		return err
	}
	m.stack = append(m.stack, stackEntry{fit(top.v, t), t})
	return nil
}

func isFloat(t *Type) bool { return t != nil && t.Kind == Float }

func (m *machine) baseType(off uint64) *Type {
	if off == 0 {
		return nil
	}
	head := m.info.unitHead(m.unit)
	return strip(m.info.Type(head + dwarf.Offset(off)))
}
