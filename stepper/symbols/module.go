package symbols

import (
	"debug/dwarf"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Module provides the symbols of one file loaded in a process. Everything is
// read on demand. Arguments and results are process addresses unless a type or
// a name says otherwise.
type Module struct {
	table.Module // path, bias, Low and High
	img          *image
}

// Unit is one compilation unit of a module's DWARF.
type Unit struct {
	Entry    *dwarf.Entry // the unit's root DIE
	Version  int          // DWARF version of the unit's header
	AddrSize int          // bytes of an address
	Dwarf64  bool         // offsets are 8 bytes wide
	Low      table.FileAddr
	Language int64 // DW_AT_language; 0 if it has none
	Producer string

	// Bases into .debug_addr, .debug_loclists, .debug_rnglists and
	// .debug_str_offsets (DWARF 5 section 3.1.1); 0 if the unit has none.
	AddrBase, LoclistsBase, RnglistsBase, StrOffsetsBase int64

	Head, First, End dwarf.Offset // of its header, its root DIE, what follows it
	Base             dwarf.Offset // what .debug_info offsets in its expressions are relative to
	Split            bool         // it is in a .dwo file or a .dwp package

	space *space
}

// Section is a section that belongs to the unit, by its name in a program:
// that of the program, or of the .dwo file the unit is in. It must not be changed.
func (u *Unit) Section(name string) []byte { return u.space.section(name) }

// Scope is a subprogram, a lexical block or an inlined call that covers an
// address; a Module returns scopes outermost first.
type Scope struct {
	Entry    *dwarf.Entry // DW_TAG_subprogram, DW_TAG_lexical_block or DW_TAG_inlined_subroutine
	Inlined  int          // inline depth: 0 in the concrete function's own blocks
	parent   *Scope
	children []*Scope
	ranges   []span
	entry    uint64 // file address of the beginning of an inlined call
	call     callSite
	name     funcName // of a subprogram or an inlined call
}

// Arch is the architecture of the module's file; nil if it is not supported.
func (m *Module) Arch() *machine.Arch { return m.img.arch }

// DWARF opens the module's debug information, in the file itself or its
// separate debug file. The error is or wraps ErrNoDebugInfo if there is none.
func (m *Module) DWARF() error {
	_, err := m.img.dwarf()
	return err
}

// Reader reads DIEs, from off on. Precondition: DWARF returned no error.
func (m *Module) Reader(off dwarf.Offset) *Reader { return m.img.dies(off) }

// TypeUnit is the type with a type unit's signature (DW_FORM_ref_sig8).
func (m *Module) TypeUnit(signature uint64) (dwarf.Offset, bool) { return m.img.typeUnit(signature) }

// SectionData is a section's contents, decompressed, by its ELF name
// (".debug_loclists"); from the file with the DWARF if that has the section,
// else from the module's own. Nil if neither has it. It must not be changed.
func (m *Module) SectionData(name string) []byte { return m.img.section(name) }

// UnitAt is the unit whose code covers pc.
func (m *Module) UnitAt(pc table.Addr) (*Unit, bool) {
	u := m.img.unitAt(m.file(pc))
	if u == nil {
		return nil, false
	}
	return u.full().export(), true
}

// UnitOf is the unit that contains the DIE at off.
func (m *Module) UnitOf(off dwarf.Offset) (*Unit, bool) {
	u := m.img.unitOf(off)
	if u == nil {
		return nil, false
	}
	return u.export(), true
}

// Units is every unit with DIEs; it opens those in .dwo files.
func (m *Module) Units() []*Unit {
	if m.DWARF() != nil {
		return nil
	}
	var list []*Unit
	for _, u := range m.img.openUnits() {
		list = append(list, u.export())
	}
	return list
}

// Language is the language (DW_AT_language) of the first unit that has one, assembly aside; 0 if
// there is none. It opens no .dwo files.
func (m *Module) Language() int64 {
	if m.DWARF() != nil {
		return 0
	}
	for _, u := range m.img.units {
		if !u.compile {
			continue
		}
		if l := u.language(); l != 0 && l != langAssembler {
			return l
		}
	}
	return 0
}

// Scopes is the path of scopes that cover pc: the concrete function first,
// then blocks and inlined calls, the innermost last. Empty without DWARF.
func (m *Module) Scopes(pc table.Addr) []*Scope { return m.img.scopesAt(m.file(pc)) }

// Contains reports whether the scope's ranges cover a file address.
func (s *Scope) Contains(pc table.FileAddr) bool { return contains(s.ranges, uint64(pc)) }

// Named finds the DIEs of a name at file, namespace and class level (types,
// variables, enumerators), in every unit of the module; a DIE that several
// units repeat is returned repeatedly. The name may be qualified ("ns::x").
func (m *Module) Named(name string) []*dwarf.Entry { return m.img.named(name) }

func (m *Module) file(pc table.Addr) uint64 { return uint64(m.FileAddr(pc)) }

func (m *Module) process(a uint64) table.Addr { return m.Addr(table.FileAddr(a)) }

// places converts file ranges to process ranges.
func (m *Module) places(spans []span) []stepper.Range {
	if len(spans) == 0 {
		return nil
	}
	out := make([]stepper.Range, len(spans))
	for i, s := range spans {
		out[i] = stepper.Range{Low: m.process(s.lo), High: m.process(s.hi)}
	}
	return out
}
