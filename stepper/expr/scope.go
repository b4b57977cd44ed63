package expr

import (
	"debug/dwarf"
	"sort"
)

// scopeOf is the namespaces and classes around a DIE of a type: "a::b::".
// DIEs do not name what they stand in, so a unit is walked when the first of
// its types is named. C has no such scopes and is not walked.
func (i *Info) scopeOf(off dwarf.Offset) string {
	if !i.bareTags(off) || i.language(off) == langGo {
		return ""
	}
	units := i.readUnits()
	n := sort.Search(len(units), func(n int) bool { return units[n].end > off })
	if n == len(units) || i.data == nil {
		return ""
	}
	if i.scopes == nil {
		i.scopes = map[dwarf.Offset]map[dwarf.Offset]string{}
	}
	inside, ok := i.scopes[units[n].head]
	if !ok {
		inside = map[dwarf.Offset]string{}
		i.walkScopes(units[n].first, "", inside, 0)
		i.scopes[units[n].head] = inside
	}
	return inside[off]
}

// walkScopes notes for every named type below a DIE what it stands in.
func (i *Info) walkScopes(off dwarf.Offset, in string, inside map[dwarf.Offset]string, depth int) {
	i.children(off, func(e *dwarf.Entry) bool {
		switch e.Tag {
		case dwarf.TagNamespace, dwarf.TagStructType, dwarf.TagClassType, dwarf.TagUnionType:
		case dwarf.TagEnumerationType, dwarf.TagTypedef:
			if in != "" {
				inside[e.Offset] = in
			}
			return true
		default:
			return true
		}
		name, _ := e.Val(dwarf.AttrName).(string)
		if in != "" {
			inside[e.Offset] = in
		}
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
