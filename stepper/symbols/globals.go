package symbols

import (
	"debug/dwarf"
	"debug/elf"
	"regexp"
	"sort"

	"rseqstep/stepper"
	"rseqstep/table"
)

// Global is a variable or a type at file, namespace or class level.
type Global struct {
	Name   string // with its namespaces
	Kind   string // "" for a variable; "struct", "class", "union", "enum", "typedef" or "base" for a type
	Static bool   // a variable that only its file sees
	Line   stepper.Line
	Addr   table.Addr // of a variable that only a symbol table has; 0: it has debug information
}

// Variables is every variable whose name the expression matches, by file, line and name: those
// with debug information, and after them those of symbol tables, by address.
func (s *Set) Variables(re *regexp.Regexp) []Global {
	out := s.globals(func(g *Global) bool { return g.Kind == "" && re.MatchString(g.Name) })
	named := map[string]bool{}
	for _, g := range out {
		named[lastComponent(g.Name)] = true
	}
	var bare []Global
	for _, m := range s.byOrder {
		for _, t := range m.img.symtabs() {
			for _, sym := range t.byAddress() {
				if kind := sym.kind(); kind != elf.STT_OBJECT && kind != elf.STT_NOTYPE || m.img.isCode(sym) {
					continue
				}
				name := plain(unversioned(t.nameOf(sym.name)))
				if name == "" || named[name] || !re.MatchString(name) {
					continue
				}
				named[name] = true
				bare = append(bare, Global{Name: name, Addr: m.process(sym.addr)})
			}
		}
	}
	sort.SliceStable(bare, func(i, j int) bool { return bare[i].Addr < bare[j].Addr })
	return append(out, bare...)
}

// Types is every named type whose name the expression matches, by file, line and name; base types,
// which have no line, come last.
func (s *Set) Types(re *regexp.Regexp) []Global {
	return s.globals(func(g *Global) bool { return g.Kind != "" && re.MatchString(g.Name) })
}

// globals collects what is wanted of all units, each once.
func (s *Set) globals(wanted func(*Global) bool) (out []Global) {
	seen := map[Global]bool{}
	for _, m := range s.byOrder {
		if _, err := m.img.dwarf(); err != nil {
			continue
		}
		for _, u := range m.img.unitsNaming("") {
			// Results before the damage are kept.
			_ = u.globals(func(g Global) {
				if wanted(&g) && !seen[g] {
					seen[g] = true
					out = append(out, g)
				}
			})
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i], out[j]
		switch {
		case (a.Line.File == "") != (b.Line.File == ""):
			return b.Line.File == ""
		case a.Line.File != b.Line.File:
			return a.Line.File < b.Line.File
		case a.Line.Line != b.Line.Line:
			return a.Line.Line < b.Line.Line
		}
		return a.Name < b.Name
	})
	return out
}

// globals calls do for the named variables and types of a unit that are in no function.
func (u *cu) globals(do func(Global)) (err error) {
	defer guard(&err, "globals")
	kinds := map[dwarf.Tag]string{dwarf.TagStructType: "struct", dwarf.TagClassType: "class", dwarf.TagUnionType: "union", dwarf.TagEnumerationType: "enum", dwarf.TagTypedef: "typedef", dwarf.TagBaseType: "base"}
	r := u.im.dies(u.die)
	var stack []string // the prefixes of the scopes entered
	prefix := ""
	for {
		e, err := r.Next()
		if err != nil || e == nil || e.Offset >= u.end {
			return err
		}
		if e.Tag == 0 {
			if len(stack) == 0 {
				return nil
			}
			prefix, stack = stack[len(stack)-1], stack[:len(stack)-1]
			continue
		}
		name, _ := e.Val(dwarf.AttrName).(string)
		declared, _ := e.Val(dwarf.AttrDeclaration).(bool)
		kind, isType := kinds[e.Tag]
		if name != "" && !declared && (isType || e.Tag == dwarf.TagVariable) {
			external, _ := e.Val(dwarf.AttrExternal).(bool)
			do(Global{Name: prefix + name, Kind: kind, Static: e.Tag == dwarf.TagVariable && !external, Line: u.declared(e)})
		}
		inner, enter := prefix, false
		switch e.Tag {
		case dwarf.TagNamespace, dwarf.TagClassType, dwarf.TagStructType, dwarf.TagUnionType:
			if enter = true; name != "" {
				inner = prefix + name + "::"
			}
		case dwarf.TagCompileUnit, dwarf.TagPartialUnit, dwarf.TagTypeUnit:
			enter = true
		}
		switch {
		case !e.Children:
		case !enter:
			r.SkipChildren()
		case len(stack) == maxDepth:
			return errTooDeep
		default:
			stack = append(stack, prefix)
			prefix = inner
		}
	}
}

// declared is the line at which a DIE says that it is declared.
func (u *cu) declared(e *dwarf.Entry) stepper.Line {
	file, ok := e.Val(dwarf.AttrDeclFile).(int64)
	line, _ := e.Val(dwarf.AttrDeclLine).(int64)
	if names := u.fileNames(); ok && file >= 0 && int(file) < len(names) {
		return stepper.Line{File: names[file], Line: int(line)}
	}
	return stepper.Line{}
}
