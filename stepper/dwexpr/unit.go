package dwexpr

import "rseqstep/table"

// ofUnit executes the operations that need the debug information's unit.
func (m *machine) ofUnit(op byte) error {
	if m.unit == nil {
		return malformed("operation %#x outside of debug information", op)
	}
	v, err := m.answer(op)
	if err != nil {
		return err
	}
	return m.push(v, nil)
}

func (m *machine) answer(op byte) (uint64, error) {
	switch op {
	case OpAddrx, OpGNUAddrIndex:
		a, err := m.unit.Indexed(m.r.ULEB())
		if err != nil {
			return 0, err
		}
		return uint64(m.frame.Relocate(table.FileAddr(a))), nil
	case OpConstx, OpGNUConstIndex:
		return m.unit.Indexed(m.r.ULEB())
	case OpCallFrameCFA:
		a, err := m.unit.CFA()
		return uint64(a), err
	case OpPushObject:
		a, err := m.unit.Object()
		return uint64(a), err
	}
	if op == OpFbreg {
		off := m.r.SLEB()
		base, err := m.unit.FrameBase()
		return uint64(base) + uint64(off), err
	}
	// The other operations search DIEs or read files.
	if err := m.limit.spend(nestedCost); err != nil {
		return 0, err
	}
	switch op {
	case OpFormTLSAddress, OpGNUPushTLS:
		off, err := m.pop()
		if err != nil {
			return 0, err
		}
		a, err := m.unit.TLS(off.v)
		return uint64(a), err
	case OpEntryValue, OpGNUEntryValue:
		return m.unit.EntryValue(m.r.Bytes(m.r.ULEB()))
	case OpGNUParameterRef:
		return m.unit.ParameterRef(m.r.Fixed(4))
	}
	die, err := m.reference() // OpGNUVariableValue
	if err != nil {
		return 0, err
	}
	return m.unit.VariableValue(die)
}

// reference reads an operand that names a DIE of .debug_info.
func (m *machine) reference() (uint64, error) {
	if m.unit == nil {
		return 0, malformed("a reference outside of debug information")
	}
	width, base := m.unit.References()
	return base + m.r.Fixed(uint64(width)), nil
}
