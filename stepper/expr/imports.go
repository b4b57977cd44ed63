package expr

import (
	"debug/dwarf"
	"slices"
	"strings"

	"rseqstep/stepper/symbols"
)

// attrExportSymbols marks an inline namespace (DWARF 5, table 7.5).
const attrExportSymbols dwarf.Attr = 0x89

// imports are the names that a C++ unit, or a block of a function, has from other scopes. Scopes
// are named with their "::"; "" is the global one, and an anonymous namespace is part of the
// scope around it.
type imports struct {
	uses   map[string][]dwarf.Offset          // using directives and inline namespaces, by scope
	names  map[string]map[string]dwarf.Offset // using declarations and aliases, by scope and name
	spaces []space
}

// space is one part of a namespace: the range of its DIEs.
type space struct {
	from, to dwarf.Offset
	scope    string
}

// maxImports bounds how far imports lead to one another.
const maxImports = 16

func newImports() *imports {
	return &imports{uses: map[string][]dwarf.Offset{}, names: map[string]map[string]dwarf.Offset{}}
}

// importsOf are the imports of a C++ unit; empty ones for another language's.
func (i *Info) importsOf(u *symbols.Unit) *imports {
	if m, ok := i.imports[u.Head]; ok {
		return m
	}
	m := newImports()
	if i.imports == nil {
		i.imports = map[dwarf.Offset]*imports{}
	}
	i.imports[u.Head] = m
	switch u.Language {
	case langCpp, langCpp03, langCpp11, langCpp14, langCpp17, langCpp20:
		i.gather(m, u.First, "", 0)
	}
	return m
}

// gather records the imports below a DIE that is the scope in.
func (i *Info) gather(m *imports, off dwarf.Offset, in string, depth int) {
	open := -1 // the namespace whose end is not known yet
	i.children(off, func(e *dwarf.Entry) bool {
		if open >= 0 {
			m.spaces[open].to = e.Offset
			open = -1
		}
		switch e.Tag {
		case dwarf.TagNamespace:
			name, _ := e.Val(dwarf.AttrName).(string)
			inner := in
			if name != "" {
				inner += name + "::"
			}
			if flag(e.Val(attrExportSymbols)) && name != "" {
				m.uses[in] = append(m.uses[in], e.Offset)
			}
			m.spaces = append(m.spaces, space{e.Offset, 1<<32 - 1, inner})
			if open = len(m.spaces) - 1; depth < 50 {
				i.gather(m, e.Offset, inner, depth+1)
			}
		default:
			i.imported(m, e, in)
		}
		return true
	})
}

// imported records a DIE if it is an import into the scope in.
func (i *Info) imported(m *imports, e *dwarf.Entry, in string) {
	target, ok := e.Val(dwarf.AttrImport).(dwarf.Offset)
	switch {
	case !ok:
	case e.Tag == dwarf.TagImportedModule:
		m.uses[in] = append(m.uses[in], target)
	case e.Tag == dwarf.TagImportedDeclaration:
		name, _ := e.Val(dwarf.AttrName).(string)
		if name == "" {
			name = i.name(i.entry(target))
		}
		if m.names[in] == nil {
			m.names[in] = map[string]dwarf.Offset{}
		}
		m.names[in][name] = target
	}
}

// fullName is the name of a DIE with its namespaces: "lib::v2::Thing". It follows aliases, and
// definitions to their declarations, which are in the namespace.
func (i *Info) fullName(off dwarf.Offset) string {
	var e *dwarf.Entry
	for range maxImports {
		if e = i.entry(off); e == nil {
			return ""
		}
		next, ok := e.Val(dwarf.AttrImport).(dwarf.Offset)
		if !ok {
			if next, ok = e.Val(dwarf.AttrSpecification).(dwarf.Offset); !ok {
				break
			}
		}
		off = next
	}
	u, ok := i.mod.UnitOf(off)
	if !ok {
		return ""
	}
	scope := ""
	for _, s := range i.importsOf(u).spaces { // those inside follow those around them
		switch {
		case s.from == off:
			return strings.TrimSuffix(s.scope, "::")
		case s.from < off && off < s.to:
			scope = s.scope
		}
	}
	return scope + i.name(e)
}

// Imported returns the full names that a name may have by the imports of the selected frame's
// blocks and unit, the nearest scope's first. "::name" is looked up in the global scope only.
func (c *Context) Imported(name string) (list []string) {
	f, info, u := c.unitHere()
	if u == nil {
		return nil
	}
	all := info.importsOf(u)
	name, global := strings.CutPrefix(name, "::")
	if f != nil && !global {
		for _, b := range f.blocks() {
			list = info.through(info.block(b.Entry), "", name, list, all)
		}
		for in := f.Function; ; {
			n := strings.LastIndex(in, "::")
			if n < 0 {
				break
			}
			in = in[:n]
			list = info.through(all, strings.ReplaceAll(in, "(anonymous namespace)::", "")+"::", name, list, all)
		}
	}
	return info.through(all, "", name, list, all)
}

// unitHere is the selected frame's unit, or without a frame that of main.
func (c *Context) unitHere() (*frame, *Info, *symbols.Unit) {
	f, err := c.frame()
	at := c.here()
	if err != nil && c.Source != nil {
		at, _ = c.Source.Address("main")
	}
	info := c.infoAt(at)
	if info == nil || !info.has {
		return nil, nil, nil
	}
	if f != nil {
		at = f.lookup
	}
	u, _ := info.mod.UnitAt(at)
	return f, info, u
}

// block are the imports of one block of a function.
func (i *Info) block(e *dwarf.Entry) *imports {
	m := newImports()
	for depth := 0; e != nil && depth < 4; depth++ {
		i.children(e.Offset, func(e *dwarf.Entry) bool { i.imported(m, e, ""); return true })
		origin, ok := e.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset)
		if !ok {
			break
		}
		e = i.entry(origin)
	}
	return m
}

// through adds to list the full names of a name in a scope of m that its imports give it; all
// are those of the unit, in which what is imported is searched in turn.
func (i *Info) through(m *imports, scope, name string, list []string, all *imports) []string {
	if len(list) >= maxImports {
		return list
	}
	head, rest, qualified := strings.Cut(name, "::")
	add := func(full string) {
		switch {
		case full == "" || slices.Contains(list, full):
		case qualified:
			if full+"::"+rest != scope+name && !slices.Contains(list, full+"::"+rest) {
				list = append(list, full+"::"+rest)
			}
			list = i.through(all, full+"::", rest, list, all)
		case full != scope+name:
			list = append(list, full)
		}
	}
	if target, ok := m.names[scope][head]; ok {
		add(i.fullName(target))
	}
	if qualified {
		list = i.through(all, scope+head+"::", rest, list, all)
	}
	for _, used := range m.uses[scope] {
		in := i.fullName(used)
		if in == "" || in+"::" == scope || slices.Contains(list, in+"::"+name) {
			continue
		}
		list = i.through(all, in+"::", name, append(list, in+"::"+name), all)
	}
	return list
}
