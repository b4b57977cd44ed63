package symbols

import (
	"debug/dwarf"
	"strings"
)

// named finds DIEs at file, namespace and class level by name.
func (im *image) named(name string) []*dwarf.Entry {
	name = strings.TrimPrefix(name, "::")
	var out []*dwarf.Entry
	for _, u := range im.unitsNaming(lastComponent(stripTemplates(name))) {
		// What was found before the damage is kept.
		out, _ = u.named(name, out)
	}
	return out
}

func (u *cu) named(name string, found []*dwarf.Entry) (out []*dwarf.Entry, err error) {
	out = found
	defer guard(&err, "names")
	r := u.im.dwarfData.Reader()
	r.Seek(u.die)
	var stack []string // prefixes of the scopes entered: "", "ns::"
	prefix := ""
	for {
		e, err := r.Next()
		if err != nil || e == nil || e.Offset >= u.end {
			return out, err
		}
		if e.Tag == 0 {
			if len(stack) == 0 {
				return out, nil
			}
			prefix, stack = stack[len(stack)-1], stack[:len(stack)-1]
			continue
		}
		own, _ := e.Val(dwarf.AttrName).(string)
		if own != "" && e.Tag != dwarf.TagCompileUnit && prefix+own == name {
			out = append(out, e)
		}
		inner := prefix
		switch e.Tag {
		case dwarf.TagNamespace, dwarf.TagClassType, dwarf.TagStructType, dwarf.TagUnionType:
			if own != "" {
				inner = prefix + own + "::"
			}
		case dwarf.TagEnumerationType, dwarf.TagCompileUnit, dwarf.TagPartialUnit, dwarf.TagTypeUnit:
		default:
			if e.Children {
				r.SkipChildren()
			}
			continue
		}
		if e.Children {
			if len(stack) == maxDepth {
				return out, errTooDeep
			}
			stack = append(stack, prefix)
			prefix = inner
		}
	}
}
