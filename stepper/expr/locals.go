package expr

import (
	"debug/dwarf"
)

// Variable is one line of "info locals" or "info args".
type Variable struct {
	Name  string
	Value Value
	Err   error // why there is no value

	die *dwarf.Entry // of a variable of the selected frame; nil for others
}

// Locals are the variables of the selected frame's blocks, the innermost block
// first, in the order of the source; including hidden and static variables.
func (c *Context) Locals() ([]Variable, error) {
	return c.variables(func(e *dwarf.Entry) bool {
		return e.Tag == dwarf.TagVariable || e.Tag == dwarf.TagConstant
	})
}

// Args are the parameters of the selected frame's function.
func (c *Context) Args() ([]Variable, error) {
	return c.variables(func(e *dwarf.Entry) bool { return e.Tag == dwarf.TagFormalParameter })
}

func (c *Context) variables(want func(*dwarf.Entry) bool) (list []Variable, err error) {
	f, err := c.frame()
	if err != nil {
		return nil, err
	}
	if f.info == nil {
		return nil, nil
	}
	for _, b := range f.blocks() {
		f.info.children(b.Entry.Offset, func(e *dwarf.Entry) bool {
			if want(e) {
				list = c.listed(list, f, e)
			}
			return true
		})
		for _, e := range f.info.onlyAbstract(b.Entry) {
			if want(e) {
				list = c.listed(list, f, e)
			}
		}
	}
	return list, nil
}

// listed adds a variable to a list, if it has a name and is no declaration.
func (c *Context) listed(list []Variable, f *frame, e *dwarf.Entry) []Variable {
	name := f.info.name(e)
	if name == "" || flag(e.Val(dwarf.AttrExternal)) && flag(e.Val(dwarf.AttrDeclaration)) {
		return list
	}
	v, err := c.variable(f, f.info, e)
	if err == nil && escaped(f.info, e) {
		name = name[1:]
		v, err = c.deref(v)
		e = nil
	}
	return append(list, Variable{name, v, err, e})
}

// onlyAbstract lists the variables and parameters of a function that its concrete code does not
// repeat: compilers leave out those that were optimized away, and static ones (DWARF 5, 3.3.8.1).
func (i *Info) onlyAbstract(concrete *dwarf.Entry) (list []*dwarf.Entry) {
	origin, ok := concrete.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset)
	if !ok {
		return nil
	}
	repeated := map[dwarf.Offset]bool{}
	i.origins(concrete.Offset, repeated, 0)
	i.children(origin, func(e *dwarf.Entry) bool {
		switch e.Tag {
		case dwarf.TagVariable, dwarf.TagFormalParameter:
			if !repeated[e.Offset] {
				list = append(list, e)
			}
		}
		return true
	})
	return list
}

// origins records which DIEs those inside a DIE repeat.
func (i *Info) origins(off dwarf.Offset, repeated map[dwarf.Offset]bool, depth int) {
	i.children(off, func(e *dwarf.Entry) bool {
		if o, ok := e.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset); ok {
			repeated[o] = true
		}
		if e.Tag == dwarf.TagLexDwarfBlock && depth < 50 {
			i.origins(e.Offset, repeated, depth+1)
		}
		return true
	})
}

// Text is the variable's value as in "info locals".
func (c *Context) Text(v Variable, f Format) string {
	if v.Err != nil {
		return "<error: " + v.Err.Error() + ">"
	}
	s, err := c.PrintMember(v.Value, f)
	if err != nil {
		return "<error: " + err.Error() + ">"
	}
	return s
}
