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
	}
	if err != nil {
		return err
	}
	e, err := m.pop()
	if err != nil {
		return err
	}
	if op == OpConvert || op == OpGNUConvert {
		e, err = e.convert(t)
		if err != nil {
			return err
		}
		return m.push(e.v, e.typ)
	}
	if t.float() && t.Size > 8 {
		return unsupported("a floating-point number of %d bytes", t.Size)
	}
	return m.push(t.fit(e.v), t)
}

func (m *machine) baseType(off uint64) (*Type, error) {
	if off == 0 {
		return nil, nil
	}
	return m.unit.BaseType(off)
}
