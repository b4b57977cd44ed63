package expr

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"rseqstep/table"
)

// Child is one part of a value: a member, an element, what a pointer points to.
type Child struct {
	Variable
	// Step is the format that makes an expression for the part from one for the
	// whole, its %s ("(%s).x"); "" if none leads there.
	Step string
}

// Children returns the numbers of a value's parts: members by name, elements by
// index. Both are 0 for a value without parts. A pointer to a struct has that
// struct's members, another pointer has its target.
func (c *Context) Children(v Value) (named, indexed int) {
	v, _ = c.whole(v)
	if v.Type == nil || v.lost {
		return 0, 0
	}
	if s, ok := c.parted(v); ok {
		if s.members {
			return int(s.parts()), 0
		}
		return 0, int(s.parts())
	}
	if _, _, n, ok := c.goSlice(v); ok {
		return 0, int(max(n, 0))
	}
	if elem, _, n, ok := c.rustSlice(v); ok && sizeOf(elem) > 0 {
		if unsized(strip(v.Type).Name) == "str" {
			return 0, 0
		}
		return 0, int(min(n, math.MaxInt32))
	}
	switch t := strip(v.Type); t.Kind {
	case Struct, Union:
		return len(t.Fields()), 0
	case Array:
		if sizeOf(c.complete(t.Elem)) > 0 {
			return 0, int(max(t.Count, 0))
		}
	case Pointer:
		if c.leads(v, t) {
			return 1, 0
		}
	}
	return 0, 0
}

// parted is the shape by which a value's parts are named; ok is false if it is shown by its members.
func (c *Context) parted(v Value) (s *shape, ok bool) {
	if c.Session.Options.Raw {
		return nil, false
	}
	s, err := c.shape(v)
	switch {
	case err != nil || s == nil || s.plain:
		return nil, false
	case s.text != nil:
		return &shape{}, true
	}
	return s, true
}

// shapeParts are parts of a shape. step leads to the value of that shape.
func (c *Context) shapeParts(s *shape, step string, start, count int) (children []Child) {
	list, err := s.some(int64(start), int64(count))
	for _, p := range list {
		children = append(children, c.shapePart(s, step, p))
	}
	if err != nil {
		children = append(children, Child{Variable{Name: "?", Err: err}, ""})
	}
	return children
}

// shapePart is a part of a shape. A map's have their keys as names, and the expression has the
// key if it is a plain one.
func (c *Context) shapePart(s *shape, step string, p part) Child {
	x := Child{Variable{Name: p.label(), Value: p.value}, stepWithin(p.path(), step)}
	if p.key.Type != nil {
		key := c.Text(Variable{Value: p.key}, Format{Line: true})
		x.Name = "[" + key + "]"
		if s.unique && plainKey(key) {
			x.Step = "(" + step + ")[" + strings.ReplaceAll(key, "%", "%%") + "]"
		}
	}
	if x.Step == "" {
		x.Step = placed(p.value)
	}
	return x
}

// plainKey reports whether the text of a map's key is that of a literal.
func plainKey(text string) bool {
	if _, err := strconv.Atoi(text); err == nil {
		return true
	}
	inner, ok := strings.CutPrefix(text, `"`)
	inner, end := strings.CutSuffix(inner, `"`)
	return ok && end && !strings.ContainsAny(inner, "\"\\")
}

// whole is the value whose parts are v's: the target of a reference, or the
// struct a pointer points to. step is as in Child.
func (c *Context) whole(v Value) (whole Value, step string) {
	v, step = c.target(v)
	return c.rustParts(v), step
}

// target is whole, but an enum of Rust.
func (c *Context) target(v Value) (whole Value, step string) {
	step = "%s"
	if v.Type == nil || v.lost {
		return v, step
	}
	v.Type = c.complete(v.Type)
	if strip(v.Type).Kind == Reference {
		to, err := c.follow(v)
		if err != nil {
			return v, step
		}
		v = to
		v.Type = c.complete(v.Type)
	}
	if t := strip(v.Type); t.Kind == Pointer {
		if k := strip(c.complete(t.Elem)).Kind; (k == Struct || k == Union) && c.leads(v, t) {
			if to, err := c.deref(v); err == nil {
				to.Type = c.complete(to.Type)
				return c.shownAs(to, "*(%s)")
			}
		}
	}
	return c.shownAs(v, step)
}

// shownAs is v, or the value as which it is shown.
func (c *Context) shownAs(v Value, step string) (Value, string) {
	if s, ok := c.parted(v); ok && s.as != nil {
		return *s.as, "*(" + step + ")"
	}
	return v, step
}

// leads reports whether a pointer can be followed.
func (c *Context) leads(v Value, t *Type) bool {
	to := strip(c.complete(t.Elem))
	if to.Kind == Void || to.Kind == Func || to.Incomplete || sizeOf(to) <= 0 {
		return false
	}
	if v.kind == placePointer {
		return true
	}
	n, err := c.integer(v)
	return err == nil && n != 0
}

// PartNamed finds a part by its name.
func (c *Context) PartNamed(v Value, name string) (found Child, ok bool) {
	if n, err := strconv.Atoi(strings.Trim(name, "[]")); err == nil {
		if list := c.Part(v, n, 1); len(list) == 1 && list[0].Name == name {
			return list[0], true
		}
	}
	whole, step := c.whole(v)
	if s, shaped := c.parted(whole); shaped && s.each != nil {
		n := 0
		_ = s.each(0, func(p part) bool {
			found = c.shapePart(s, step, p)
			n++
			ok = found.Name == name
			return !ok && n < maxWalk
		})
		return found, ok
	}
	named, _ := c.Children(v)
	for _, x := range c.Part(v, 0, named) {
		if x.Name == name {
			return x, true
		}
	}
	return Child{}, false
}

// Part returns at most count parts of a value, from number start on. A part
// without a value has an Err.
func (c *Context) Part(v Value, start, count int) []Child {
	named, indexed := c.Children(v)
	if start < 0 || start >= named+indexed || count <= 0 {
		return nil
	}
	end := start + min(count, named+indexed-start)
	v, step := c.whole(v)
	if s, ok := c.parted(v); ok {
		return c.shapeParts(s, step, start, end-start)
	}
	t := strip(v.Type)
	var list []Child
	switch {
	case indexed > 0:
		elem, data, _, slice := c.goSlice(v)
		if !slice {
			elem, data, _, slice = c.rustSlice(v)
		}
		for i := start; i < end; i++ {
			x := Child{Variable{Name: fmt.Sprintf("[%d]", i)}, fmt.Sprintf("(%s)[%d]", step, i)}
			if slice {
				x.Value = memoryValue(elem, data+table.Addr(int64(i)*sizeOf(elem)))
			} else {
				x.Value = v.slice(c.complete(t.Elem), int64(i)*sizeOf(t.Elem))
			}
			list = append(list, x)
		}
	case t.Kind == Pointer:
		to, err := c.deref(v)
		list = append(list, Child{Variable{Name: "*", Value: to, Err: err}, "*(%s)"})
	default:
		for _, f := range t.Fields()[start:end] {
			m, err := c.field(v, f)
			x := Child{Variable{Name: t.rustField(f), Value: m, Err: err}, "(" + step + ")." + t.rustField(f)}
			switch {
			case f.Base && strings.Contains(f.Type.Name, "<"): // no expression has a template's name after a dot
				x.Name, x.Step = f.Type.baseName(), placed(m)
			case f.Base:
				x.Name, x.Step = f.Type.baseName(), "("+step+")."+f.Type.Name
			case f.Name == "": // its members are accessible as the whole's
				x.Name, x.Step = "<anonymous>", step
			}
			list = append(list, x)
		}
	}
	return list
}
