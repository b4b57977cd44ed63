package expr

import "debug/dwarf"

// scopeOf is the namespaces and classes around a DIE of a type: "a::b::". DIEs
// do not name their parents, so the unit is walked when the first of its types
// is named. C has no such scopes and is not walked.
func (i *Info) scopeOf(off dwarf.Offset) string {
	if !i.bareTags(off) || i.language(off) == langGo {
		return ""
	}
	u, ok := i.mod.UnitOf(off)
	if !ok || !i.has {
		return ""
	}
	if i.scopes == nil {
		i.scopes = map[dwarf.Offset]map[dwarf.Offset]string{}
	}
	inside, ok := i.scopes[u.Head]
	if !ok {
		inside = map[dwarf.Offset]string{}
		i.walkScopes(u.First, "", inside, 0)
		i.scopes[u.Head] = inside
	}
	return inside[off]
}

// walkScopes records the scope of every named type below a DIE.
func (i *Info) walkScopes(off dwarf.Offset, in string, inside map[dwarf.Offset]string, depth int) {
	i.children(off, func(e *dwarf.Entry) bool {
		switch e.Tag {
		case dwarf.TagNamespace, dwarf.TagStructType, dwarf.TagClassType, dwarf.TagUnionType:
		case dwarf.TagEnumerationType, dwarf.TagTypedef:
		default:
			return true
		}
		in := in
		if spec, ok := e.Val(dwarf.AttrSpecification).(dwarf.Offset); ok && inside[spec] != "" {
			in = inside[spec] // a type of a type unit is outside the scopes of its declaration
		}
		if in != "" {
			inside[e.Offset] = in
		}
		if e.Tag == dwarf.TagEnumerationType || e.Tag == dwarf.TagTypedef {
			return true
		}
		name, _ := e.Val(dwarf.AttrName).(string)
		if depth < 50 && e.Children {
			inner := in
			if name != "" {
				inner += name + "::"
			} else if e.Tag == dwarf.TagNamespace {
				inner += "(anonymous namespace)::"
			}
			i.walkScopes(e.Offset, inner, inside, depth+1)
		}
		return true
	})
}
