package symbols

import (
	"debug/elf"
	"sort"

	"rseqstep/stepper"
	"rseqstep/table"
)

// Function implements stepper.Symbols. Without DWARF it is the symbol's range;
// without a symbol, the range of an unwinding entry, without a name.
func (s *Set) Function(pc table.Addr) (stepper.Function, bool) {
	m := s.Module(pc)
	if m == nil {
		return stepper.Function{}, false
	}
	a := m.file(pc)
	if f := m.img.fnAt(a); f != nil {
		return m.dwarfFunction(f), true
	}
	if !m.img.main.executable(a) {
		return stepper.Function{}, false
	}
	if name, at, ok := m.img.stubName(a); ok {
		return m.bareFunction(name+"@plt", name+"@plt", at, at.lo), true
	}
	if sym, t, ok := m.img.nearestSymbol(a); ok && m.img.isCode(sym) {
		end := sym.addr + sym.size
		if sym.size == 0 {
			end = t.next(sym)
		}
		if a < end {
			linkage := unversioned(t.nameOf(sym.name))
			f := m.bareFunction(plain(linkage), linkage, span{sym.addr, end}, m.img.body(nil, sym.addr))
			f.HasLines = m.img.unitAt(a) != nil
			return f, true
		}
	}
	if e := m.img.frames().fdeAt(a); e != nil {
		return m.bareFunction("", "", span{e.Low, e.High}, m.img.body(nil, e.Low)), true
	}
	return stepper.Function{}, false
}

func (m *Module) dwarfFunction(f *fn) stepper.Function {
	n := f.named()
	return stepper.Function{
		Name:     n.short,
		Linkage:  n.linkage,
		Entry:    m.process(f.entry),
		Ranges:   m.places(f.spans),
		Body:     m.process(m.img.body(f, f.entry)),
		HasLines: len(f.unit.lineTable().rowsIn(span{f.entry, f.entry + 1})) > 0,
		Module:   m.Path,
	}
}

func (m *Module) bareFunction(name, linkage string, s span, body uint64) stepper.Function {
	return stepper.Function{
		Name: name, Linkage: linkage, Entry: m.process(s.lo), Ranges: m.places([]span{s}),
		Body: m.process(body), Module: m.Path,
	}
}

// Symbol implements stepper.Symbols. C++ names are demangled, without their
// parameters; a PLT stub is its function's name with "@plt".
func (s *Set) Symbol(addr table.Addr) (name string, offset uint64, ok bool) {
	m := s.Module(addr)
	if m == nil {
		return "", 0, false
	}
	a := m.file(addr)
	if name, at, ok := m.img.stubName(a); ok {
		return name + "@plt", a - at.lo, true
	}
	name, offset, ok = m.img.symbolAt(a)
	if ok {
		return plain(name), offset, true
	}
	if f := m.img.fnAt(a); f != nil && a >= f.entry {
		return f.named().short, a - f.entry, true
	}
	return "", 0, false
}

// Address implements stepper.Symbols, in the first module that defines the
// name.
func (s *Set) Address(name string) (table.Addr, bool) {
	for _, m := range s.byOrder {
		if sym, ok := m.img.symbolNamed(name); ok {
			return m.process(sym.addr), true
		}
	}
	return 0, false
}

// Indirect reports whether the symbol at an address is an IFUNC: the code there
// is not the function but a resolver that returns its address.
func (s *Set) Indirect(addr table.Addr) bool {
	m := s.Module(addr)
	if m == nil {
		return false
	}
	a := m.file(addr)
	for _, t := range m.img.symtabs() {
		table := t.byAddress()
		for i := sort.Search(len(table), func(i int) bool { return table[i].addr >= a }); i < len(table) && table[i].addr == a; i++ {
			if table[i].kind() == elf.STT_GNU_IFUNC {
				return true
			}
		}
	}
	return false
}

// BlockRanges implements stepper.Symbols.
func (s *Set) BlockRanges(pc table.Addr, depth int) []stepper.Range {
	if m := s.Module(pc); m != nil && depth > 0 {
		if calls := inlinedCalls(m.Scopes(pc)); depth < len(calls) {
			return m.places(calls[depth].ranges)
		}
	}
	f, _ := s.Function(pc)
	return f.Ranges
}
