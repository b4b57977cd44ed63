package expr

import (
	"debug/dwarf"

	"rseqstep/stepper/dwexpr"
	"rseqstep/table"
)

// evaluation is the context of a DWARF expression: it implements dwexpr's Frame and Unit.
type evaluation struct {
	ctx    *Context
	frame  *frame       // nil for a global evaluated without a frame
	info   *Info        // nil only in tests: there is no unit
	unit   dwarf.Offset // a DIE of the expression's unit
	object *table.Addr  // the object of DW_OP_push_object_address
}

var (
	_ dwexpr.Frame = (*evaluation)(nil)
	_ dwexpr.Unit  = (*evaluation)(nil)
)

// run evaluates expr. initial is the initial stack. Nested evaluations for this Context
// share one limit.
func (m *evaluation) run(expr []byte, initial ...uint64) (dwexpr.Location, error) {
	in := dwexpr.Place{Frame: m, Limit: &m.ctx.limit}
	if m.info != nil {
		in.Unit = m
	}
	return dwexpr.Evaluate(expr, in, initial...)
}

func (m *evaluation) ReadMemory(a table.Addr, p []byte) (int, error) {
	if err := m.ctx.read(a, p); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (m *evaluation) Register(n uint64) (uint64, error) { return m.frame.dwarfRegister(n) }

func (m *evaluation) Relocate(a table.FileAddr) table.Addr {
	if m.info == nil {
		return table.Addr(a)
	}
	return m.info.mod.Addr(a)
}

func (m *evaluation) FrameBase() (table.Addr, error) { return m.frame.base() }

func (m *evaluation) CFA() (table.Addr, error) {
	if m.frame == nil {
		return 0, errNoFrame
	}
	return m.frame.CFA, nil
}

func (m *evaluation) Object() (table.Addr, error) {
	if m.object == nil {
		return 0, sentence("DWARF expression needs an object's address")
	}
	return *m.object, nil
}

func (m *evaluation) TLS(off uint64) (table.Addr, error) { return m.ctx.tls(m.info, off) }

func (m *evaluation) Indexed(n uint64) (uint64, error) { return m.info.addrx(m.unit, n) }

func (m *evaluation) BaseType(off uint64) (*dwexpr.Type, error) {
	t := strip(m.info.Type(m.info.unitHead(m.unit) + dwarf.Offset(off)))
	return &dwexpr.Type{Size: t.Size, Unsigned: t.Unsigned, Float: t.Kind == Float}, nil
}

func (m *evaluation) References() (width int, base uint64) {
	u, ok := m.info.mod.UnitOf(m.unit)
	switch {
	case !ok:
		return 4, 0
	case u.Dwarf64:
		return 8, uint64(u.Base)
	}
	return 4, uint64(u.Base)
}
