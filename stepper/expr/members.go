package expr

import (
	"slices"
	"strings"
)

// Members returns the names of the members of a struct or union, of what a pointer to one points
// to, or of an anonymous or base part of it. The expression is evaluated only for its type.
func (c *Context) Members(text string) []string {
	e, err := c.Parse(text)
	if err != nil {
		return nil
	}
	t, _, err := c.typeOf(e)
	if err != nil || t == nil {
		return nil
	}
	var names []string
	seen := map[*Type]bool{}
	var add func(t *Type)
	add = func(t *Type) {
		t = strip(c.complete(t))
		if t.Kind != Struct && t.Kind != Union || seen[t] {
			return
		}
		seen[t] = true
		for _, f := range t.Fields() {
			switch {
			case f.Artificial || strings.HasPrefix(f.Name, "_vptr"):
			case f.Base || f.Name == "":
				add(f.Type)
			default:
				if name := t.rustField(f); !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
		if t.variants != nil { // any of them may be the active one
			for _, x := range t.variants.list {
				add(x.data.Type)
			}
		}
	}
	t = strip(c.complete(t))
	for range 2 { // a reference to a pointer
		if (t.Kind == Pointer || t.Kind == Reference) && t.Elem != nil {
			t = strip(c.complete(t.Elem))
		}
	}
	add(t)
	return names
}
