package expr

import (
	"debug/dwarf"

	"rseqstep/stepper/symbols"
	"rseqstep/table"
)

// Info is what is kept of one module's debug information: its types, read
// when they are first met. It is not safe for concurrent use.
type Info struct {
	mod    *symbols.Module
	has    bool                                     // the module has debug information
	byName map[string][]*dwarf.Entry                // answers of named
	scopes map[dwarf.Offset]map[dwarf.Offset]string // scopeOf, by unit
	types  map[dwarf.Offset]*Type
	depth  int                    // of the type that is being read: see maxTypeDepth
	enums  map[dwarf.Offset]*Type // by enumerator
}

// NewInfo wraps a module. A module without debug information is fine: it
// answers nothing.
func NewInfo(m *symbols.Module) *Info {
	i := &Info{mod: m, types: map[dwarf.Offset]*Type{}, byName: map[string][]*dwarf.Entry{}}
	i.has = m.DWARF() == nil // no debug information is a normal state, not a failure
	return i
}

// Values of DW_AT_language (DWARF 5, table 7.17) whose tags are types' names
// by themselves, without "struct".
const (
	langCpp       = 0x04
	langGo        = 0x16
	langAssembler = 0x8001
	langCpp03     = 0x19
	langCpp11     = 0x1a
	langRust      = 0x1c
	langCpp14     = 0x21
	langCpp17     = 0x2b
	langCpp20     = 0x2c
)

func (i *Info) language(off dwarf.Offset) int64 {
	if u, ok := i.mod.UnitOf(off); ok {
		return u.Language
	}
	return 0
}

// bareTags: in the unit of this DIE a tag needs no keyword.
func (i *Info) bareTags(off dwarf.Offset) bool {
	switch i.language(off) {
	case langCpp, langCpp03, langCpp11, langCpp14, langCpp17, langCpp20, langGo, langRust:
		return true
	}
	return false
}

// named is symbols.Module.Named, asked once a name: a breakpoint's condition
// asks for the same few again and again.
func (i *Info) named(name string) []*dwarf.Entry {
	list, ok := i.byName[name]
	if !ok && i.has {
		list = i.mod.Named(name)
		i.byName[name] = list
	}
	return list
}

// fileAddr and addr convert between the file and the process.
func (i *Info) fileAddr(a table.Addr) uint64 { return uint64(i.mod.FileAddr(a)) }
func (i *Info) addr(a uint64) table.Addr     { return i.mod.Addr(table.FileAddr(a)) }
