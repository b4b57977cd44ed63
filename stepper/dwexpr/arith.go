package dwexpr

// unary executes the operations on the top of the stack.
func (m *machine) unary(op byte) error {
	e, err := m.pop()
	if err != nil {
		return err
	}
	if e.typ.float() {
		return m.unaryReal(op, e)
	}
	switch op {
	case OpAbs:
		if int64(e.v) < 0 && !e.typ.unsigned() {
			e.v = -e.v
		}
	case OpNeg:
		e.v = -e.v
	case OpNot:
		e.v = ^e.v
	case OpPlusUconst:
		e.v += m.r.ULEB()
	}
	return m.push(e.typ.fit(e.v), e.typ)
}

// binary executes the operations on the two upper entries.
func (m *machine) binary(op byte) error {
	b, err := m.pop()
	if err != nil {
		return err
	}
	a, err := m.pop()
	if err != nil {
		return err
	}
	switch {
	case a.typ.float() && b.typ.float():
		return m.binaryReal(op, a, b)
	case a.typ.float() || b.typ.float():
		return malformed("operation %#x on floating point and an integer", op)
	}
	switch op {
	case OpEq, OpGe, OpGt, OpLe, OpLt, OpNe:
		return m.push(compare(op, a.v, b.v, a.typ.unsigned()), nil)
	}
	v, err := a.typ.calculate(op, a.v, b.v)
	if err != nil {
		return err
	}
	return m.push(a.typ.fit(v), a.typ)
}

func errFloat() error { return unsupported("it computes with floating point of 2, 10 or 16 bytes") }

// calculate expects values that fit the type. Generic values are signed in a division and
// unsigned in a modulo (DWARF 5, 2.5.1.4; gdb, dwarf2/expr.c, DW_OP_mod); the operation,
// not the type's sign, determines the kind of right shift. The modulo of a signed type
// has the dividend's sign, as in C; gdb 13 gives it the divisor's, its later sources the
// dividend's.
func (t *Type) calculate(op byte, a, b uint64) (uint64, error) {
	switch op {
	case OpAnd:
		return a & b, nil
	case OpOr:
		return a | b, nil
	case OpXor:
		return a ^ b, nil
	case OpPlus:
		return a + b, nil
	case OpMinus:
		return a - b, nil
	case OpMul:
		return a * b, nil
	case OpShl:
		return a << b, nil
	case OpShr:
		return t.signed(false).fit(a) >> b, nil
	case OpShra:
		return uint64(int64(t.signed(true).fit(a)) >> b), nil
	}
	switch { // OpDiv, OpMod
	case b == 0:
		return 0, malformed("it divides by zero")
	case op == OpMod && (t == nil || t.Unsigned):
		return a % b, nil
	case op == OpMod:
		return uint64(int64(a) % int64(b)), nil
	case t.unsigned():
		return a / b, nil
	}
	return uint64(int64(a) / int64(b)), nil
}

// signed is the type made signed or unsigned.
func (t *Type) signed(sign bool) *Type {
	if t == nil {
		return nil
	}
	return &Type{Size: t.Size, Unsigned: !sign}
}

// compare is 1 or 0. Generic values compare as signed.
func compare(op byte, a, b uint64, unsigned bool) uint64 {
	less := int64(a) < int64(b)
	if unsigned {
		less = a < b
	}
	holds := false
	switch op {
	case OpEq:
		holds = a == b
	case OpNe:
		holds = a != b
	case OpLt:
		holds = less
	case OpGe:
		holds = !less
	case OpGt:
		holds = !less && a != b
	case OpLe:
		holds = less || a == b
	}
	if holds {
		return 1
	}
	return 0
}
