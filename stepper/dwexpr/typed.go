package dwexpr

// typed executes the operations that name a base type, by its DIE's offset in the unit; 0
// is the generic type (DWARF 5, 2.5.1.6).
func (m *machine) typed(op byte) error {
	if m.unit == nil {
		return malformed("operation %#x outside of debug information", op)
	}
	var register, size uint64
	switch op {
	case OpRegvalType, OpGNURegvalType:
		register = m.r.ULEB()
	case OpDerefType, OpGNUDerefType:
		size = m.r.Fixed(1)
	}
	t, err := m.baseType(m.r.ULEB())
	if err != nil {
		return err
	}
	switch op {
	case OpConstType, OpGNUConstType:
		r := Reader{P: m.r.Bytes(m.r.Fixed(1))}
		err = m.push(r.Fixed(uint64(min(len(r.P), 8))), nil)
	case OpRegvalType, OpGNURegvalType:
		err = m.register(register, 0)
	case OpDerefType, OpGNUDerefType:
		err = m.deref(size)
	case OpConvert, OpGNUConvert:
		err = m.convertible(t)
	}
	if err != nil {
		return err
	}
	e, err := m.pop()
	if err != nil {
		return err
	}
	return m.push(t.fit(e.v), t)
}

// convertible returns why the top of the stack cannot be converted to t.
func (m *machine) convertible(t *Type) error {
	if len(m.stack) == 0 {
		return nil // pop reports it
	}
	from := m.stack[len(m.stack)-1].typ
	if from.float() != t.float() || t.float() && from.Size != t.Size {
		return unsupported("it converts floating point")
	}
	return nil
}

func (m *machine) baseType(off uint64) (*Type, error) {
	if off == 0 {
		return nil, nil
	}
	return m.unit.BaseType(off)
}
