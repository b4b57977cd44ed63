package expr

import (
	"debug/dwarf"
)

// Variable is one line of "info locals" or "info args".
type Variable struct {
	Name  string
	Value Value
	Err   error // why there is no value
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
			if !want(e) {
				return true
			}
			name := f.info.name(e)
			if name == "" || flag(e.Val(dwarf.AttrExternal)) && flag(e.Val(dwarf.AttrDeclaration)) {
				return true
			}
			v, err := c.variable(f, f.info, e)
			if err == nil && escaped(f.info, e) {
				name = name[1:]
				v, err = c.deref(v)
			}
			list = append(list, Variable{name, v, err})
			return true
		})
	}
	return list, nil
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
