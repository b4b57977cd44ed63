package expr

import (
	"debug/dwarf"

	"rseqstep/stepper/macro"
	"rseqstep/stepper/symbols"
	"rseqstep/table"
)

// Info caches one module's debug information: its types, read on first use. It
// is not safe for concurrent use.
type Info struct {
	mod         *symbols.Module
	has         bool                                     // the module has debug information
	byName      map[string][]*dwarf.Entry                // results of named
	scopes      map[dwarf.Offset]map[dwarf.Offset]string // scopeOf, by unit
	types       map[dwarf.Offset]*Type
	macroTables map[dwarf.Offset]*macro.Table // macros, by unit
	imports     map[dwarf.Offset]*imports     // importsOf, by unit
	depth       int                           // of the type that is being read: see maxTypeDepth
	enums       map[dwarf.Offset]*Type        // by enumerator
}

// NewInfo wraps a module. A module without debug information is valid: it has
// no types and names.
func NewInfo(m *symbols.Module) *Info {
	i := &Info{mod: m, types: map[dwarf.Offset]*Type{}, byName: map[string][]*dwarf.Entry{}}
	i.has = m.DWARF() == nil // absent debug information is normal, not a failure
	return i
}

// Values of DW_AT_language (DWARF 5, table 7.17) whose tags are type names
// without "struct".
const (
	langCpp       = 0x04
	langGo        = 0x16
	langAssembler = 0x8001
	langCpp03     = 0x19
	langCpp11     = 0x1a
	langRust      = 0x1c
	langCpp14     = 0x21
	langCpp17     = 0x2a
	langCpp20     = 0x2b
)

func (i *Info) language(off dwarf.Offset) int64 {
	if u, ok := i.mod.UnitOf(off); ok {
		return u.Language
	}
	return 0
}

// bareTags reports that in the unit of this DIE a tag needs no keyword.
func (i *Info) bareTags(off dwarf.Offset) bool {
	switch i.language(off) {
	case langCpp, langCpp03, langCpp11, langCpp14, langCpp17, langCpp20, langGo, langRust:
		return true
	}
	return false
}

// named is symbols.Module.Named, called once per name: a breakpoint's condition
// repeats the same few.
func (i *Info) named(name string) []*dwarf.Entry {
	list, ok := i.byName[name]
	if !ok && i.has {
		list = i.mod.Named(name)
		for _, other := range compilersNames(name) {
			if len(list) == 0 {
				list = i.mod.Named(other)
			}
		}
		i.byName[name] = list
	}
	return list
}

// fileAddr and addr convert between the file and the process.
func (i *Info) fileAddr(a table.Addr) uint64 { return uint64(i.mod.FileAddr(a)) }
func (i *Info) addr(a uint64) table.Addr     { return i.mod.Addr(table.FileAddr(a)) }
