package session

import (
	"rseqstep/stepper/symbols"
	"rseqstep/table"
)

// SectionOf returns the name of the ELF section that contains an address; "" for none.
func (s *Session) SectionOf(a table.Addr) string {
	if set := s.set(); set != nil {
		return set.Section(a)
	}
	return ""
}

// Saved returns where the function at an address saves registers (symbols.Set.Saved).
func (s *Session) Saved(at, cfa table.Addr) []symbols.SavedRegister {
	if set := s.set(); set != nil {
		return set.Saved(at, cfa)
	}
	return nil
}

// UnitAt returns the unit of the code at an address; nil if it has no debug information.
func (s *Session) UnitAt(a table.Addr) *symbols.Unit {
	set := s.set()
	if set == nil {
		return nil
	}
	m := set.Module(a)
	if m == nil || m.DWARF() != nil {
		return nil
	}
	u, _ := m.UnitAt(a)
	return u
}

// UnitOfFile returns the unit that a source file belongs to: the selected frame's, if the file is
// its own, else that of the file's code; nil for none.
func (s *Session) UnitOfFile(file string) *symbols.Unit {
	if f, err := s.Frame(); err == nil && f.Line.File == file {
		if u := s.UnitAt(f.PC); u != nil {
			return u
		}
	}
	places, err := s.Lookup(file + ":1")
	if err != nil || len(places) == 0 {
		return nil
	}
	return s.UnitAt(places[0].Addr)
}

// HasMacros reports whether a unit's debug information has macros.
func (s *Session) HasMacros(u *symbols.Unit) bool {
	for _, m := range s.set().Modules() {
		if v, ok := m.UnitOf(u.First); ok && v.Head == u.Head && v.Producer == u.Producer && m.Macros(u) != nil {
			return true
		}
	}
	return false
}

// RowAt returns the row of a line table that covers an address.
func (s *Session) RowAt(a table.Addr) (symbols.LineInfo, bool) {
	if set := s.set(); set != nil {
		return set.LineInfoAt(a)
	}
	return symbols.LineInfo{}, false
}

// Examined sets $_, and where x continues, to an address that a command has shown.
func (s *Session) Examined(a table.Addr) { s.history.SetExamined(a) }
