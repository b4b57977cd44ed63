package symbols

import (
	"debug/dwarf"
	"strings"
)

// nameSearch is a search for DIEs at file, namespace and class level by name.
type nameSearch struct {
	name  string
	found []*dwarf.Entry
	// GCC puts the definition of a static member (DWARF 4) and the types of type units
	// outside the scopes of their declarations, and dwz may move the declarations to
	// another unit.
	declared map[dwarf.Offset]string // full names of declarations
	open     []*dwarf.Entry          // variables whose declaration has not been found yet
}

// named finds DIEs at file, namespace and class level by name.
func (im *image) named(name string) []*dwarf.Entry {
	s := &nameSearch{name: strings.TrimPrefix(name, "::"), declared: map[dwarf.Offset]string{}}
	for _, u := range im.unitsNaming(lastComponent(stripTemplates(s.name))) {
		// Results before the damage are kept.
		_ = s.unit(u)
	}
	for _, e := range s.open {
		if spec, _ := e.Val(dwarf.AttrSpecification).(dwarf.Offset); s.declared[spec] == s.name {
			s.found = append(s.found, e)
		}
	}
	return s.found
}

func (s *nameSearch) unit(u *cu) (err error) {
	defer guard(&err, "names")
	r := u.im.dies(u.die)
	var stack []string // prefixes of the scopes entered: "", "ns::"
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
		inner, enter := s.entry(e, prefix)
		if !enter {
			if e.Children {
				r.SkipChildren()
			}
			continue
		}
		if e.Children {
			if len(stack) == maxDepth {
				return errTooDeep
			}
			stack = append(stack, prefix)
			prefix = inner
		}
	}
}

// entry looks at one DIE. inner is the prefix of its children, enter whether to
// search them.
func (s *nameSearch) entry(e *dwarf.Entry, prefix string) (inner string, enter bool) {
	own, _ := e.Val(dwarf.AttrName).(string)
	full := prefix + own
	spec, completes := e.Val(dwarf.AttrSpecification).(dwarf.Offset)
	if completes {
		if n, ok := s.declared[spec]; ok {
			full = n
		} else if own == "" && e.Tag == dwarf.TagVariable {
			s.open = append(s.open, e)
		}
	}
	if full == s.name && (own != "" || e.Tag == dwarf.TagVariable) && e.Tag != dwarf.TagCompileUnit {
		s.found = append(s.found, e)
	}
	if is, _ := e.Val(dwarf.AttrDeclaration).(bool); is && own != "" && e.Tag != dwarf.TagSubprogram {
		s.declared[e.Offset] = full
	}
	switch e.Tag {
	case dwarf.TagNamespace, dwarf.TagClassType, dwarf.TagStructType, dwarf.TagUnionType:
		if own != "" {
			return full + "::", true
		}
		return prefix, true
	case dwarf.TagEnumerationType:
		if scoped, _ := e.Val(dwarf.AttrEnumClass).(bool); scoped {
			return full + "::", true
		}
		return strings.TrimSuffix(full, own), true
	case dwarf.TagCompileUnit, dwarf.TagPartialUnit, dwarf.TagTypeUnit:
		return prefix, true
	}
	return "", false
}
