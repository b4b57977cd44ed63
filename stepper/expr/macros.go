package expr

import (
	"debug/dwarf"
	"slices"
	"strconv"
	"strings"

	"rseqstep/stepper/macro"
	"rseqstep/stepper/symbols"
)

// macroScope is what is defined at a line of a unit, kept because a breakpoint's condition asks
// for the same line again and again.
type macroScope struct {
	unit *macro.Table
	at   macro.Place
	defs macro.Scope
}

// macros are those of a unit; nil if its debug information has none.
func (i *Info) macros(u *symbols.Unit) *macro.Table {
	t, ok := i.macroTables[u.Head]
	if !ok {
		if i.macroTables == nil {
			i.macroTables = map[dwarf.Offset]*macro.Table{}
		}
		t = i.mod.Macros(u)
		i.macroTables[u.Head] = t
	}
	return t
}

// Macros returns the macros of the selected frame's unit and the line at which they are looked up;
// without a frame, that is the end of main's unit. Both are zero if there are none.
func (c *Context) Macros() (*macro.Table, macro.Place) {
	f, info, u := c.unitHere()
	if u == nil {
		return nil, macro.Place{}
	}
	t := info.macros(u)
	if t == nil || f == nil {
		return t, macro.Place{}
	}
	return t, macro.Place{File: f.Line.File, Line: f.Line.Line}
}

// Macro finds a macro: one of the user's own, or one that is defined at the selected frame's line.
func (c *Context) Macro(name string) (macro.Definition, bool) {
	if d, ok := c.Session.Macros[name]; ok {
		return d, true
	}
	t, at := c.Macros()
	switch {
	case t != nil && at.Line != 0 && name == "__FILE__":
		return macro.Definition{Name: name, Body: strconv.Quote(at.File), Place: macro.Place{File: at.File, Line: -1}}, true
	case t != nil && at.Line != 0 && name == "__LINE__":
		return macro.Definition{Name: name, Body: strconv.Itoa(at.Line), Place: macro.Place{File: at.File, Line: -1}}, true
	case t == nil || !t.Known(name):
		return macro.Definition{}, false
	}
	d, ok := c.definedAt(t, at)[name]
	return d, ok
}

func (c *Context) definedAt(t *macro.Table, at macro.Place) macro.Scope {
	last := &c.Session.macroScope
	if last.unit != t || last.at != at || last.defs == nil {
		*last = macroScope{t, at, t.At(at)}
	}
	return last.defs
}

// VisibleMacros returns the macros that are defined at the selected frame's line, by name.
func (c *Context) VisibleMacros() (list []macro.Definition) {
	t, at := c.Macros()
	if t == nil {
		return nil
	}
	for _, d := range c.definedAt(t, at) {
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b macro.Definition) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// ExpandMacros replaces the macros in an expression.
func (c *Context) ExpandMacros(text string) (string, error) {
	if t, _ := c.Macros(); t == nil && len(c.Session.Macros) == 0 {
		return text, nil
	}
	return macro.Expand(text, c.Macro)
}
