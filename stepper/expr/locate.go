package expr

import (
	"debug/dwarf"
	"errors"
	"fmt"

	"rseqstep/stepper/dwexpr"
	"rseqstep/table"
)

// errOptimizedOut is the error for a value that the debug information does not
// provide.
var errOptimizedOut = errors.New("value has been optimized out")

// locate evaluates a location attribute of e in the frame, which is nil for a
// global without a frame. ok is false if e has no such attribute.
func (c *Context) locate(f *frame, info *Info, e *dwarf.Entry, a dwarf.Attr) (at dwexpr.Location, ok bool, err error) {
	var pc uint64
	if f != nil {
		pc = f.fileLookup(info)
	} else if field := e.AttrField(a); field != nil && field.Class != dwarf.ClassExprLoc && field.Class != dwarf.ClassBlock {
		return dwexpr.Location{}, true, errNoFrame
	}
	expr, ok, err := info.expression(e, a, pc)
	if !ok || err != nil {
		return dwexpr.Location{}, ok, err
	}
	m := &evaluation{ctx: c, frame: f, info: info, unit: e.Offset}
	at, err = m.run(expr)
	if errors.Is(err, errOptimizedOut) {
		return dwexpr.Location{}, true, nil
	}
	return at, true, err
}

// expression is the DWARF expression of a location attribute of e, at a file address if it is a
// list. ok is false if e has no such attribute.
func (i *Info) expression(e *dwarf.Entry, a dwarf.Attr, at uint64) (expr []byte, ok bool, err error) {
	field := e.AttrField(a)
	if field == nil {
		return nil, false, nil
	}
	if expr, ok = field.Val.([]byte); ok {
		return expr, true, nil
	}
	list := integer(field.Val, -1)
	if list < 0 {
		return nil, false, fmt.Errorf("a location of class %s is not known", field.Class)
	}
	expr, err = i.listEntry(e.Offset, uint64(list), field.Class == dwarf.ClassLocList, at)
	return expr, true, err
}

// fileLookup is the frame's lookup address as a file address of info's module.
func (f *frame) fileLookup(info *Info) uint64 { return info.fileAddr(f.lookup) }

// EntryValue implements DW_OP_entry_value: the value of expr at the function's
// entry. The caller's call site may contain it (DWARF 5, 3.4.2).
func (m *evaluation) EntryValue(expr []byte) (uint64, error) {
	if m.frame == nil {
		return 0, errNoFrame
	}
	reg, ok := dwexpr.EntryRegister(expr)
	if !ok {
		return 0, errOptimizedOut
	}
	return m.atCallSite(func(i *Info, c *dwarf.Entry) bool {
		loc, _ := c.Val(dwarf.AttrLocation).([]byte)
		n, ok := dwexpr.Register(loc)
		return ok && n == reg
	})
}

// ParameterRef implements DW_OP_GNU_parameter_ref: the value at the call of a
// DIE's parameter that no longer exists.
func (m *evaluation) ParameterRef(off uint64) (uint64, error) {
	die := dwarf.Offset(off) + m.info.unitHead(m.unit)
	return m.atCallSite(func(i *Info, c *dwarf.Entry) bool {
		to, ok := c.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset)
		if !ok {
			to, ok = c.Val(dwarf.AttrCallParameter).(dwarf.Offset)
		}
		return ok && to == die
	})
}

// atCallSite is the value that the caller's call site has for the parameter
// selected by is, evaluated in the caller.
func (m *evaluation) atCallSite(is func(*Info, *dwarf.Entry) bool) (uint64, error) {
	up, err := m.frame.caller()
	if err != nil || up.info == nil || len(up.scopes) == 0 {
		return 0, errOptimizedOut
	}
	site := up.callSite(up.PC)
	if site == nil || !m.calledBy(up, site) {
		return 0, errOptimizedOut
	}
	var expr []byte
	up.info.children(site.Offset, func(c *dwarf.Entry) bool {
		if (c.Tag == dwarf.TagCallSiteParameter || c.Tag == tagGNUCallSiteParam) && is(up.info, c) {
			if expr, _ = c.Val(dwarf.AttrCallValue).([]byte); expr == nil {
				expr, _ = c.Val(attrGNUCallValue).([]byte)
			}
		}
		return expr == nil
	})
	if expr == nil {
		return 0, errOptimizedOut
	}
	there := &evaluation{ctx: m.ctx, frame: up, info: up.info, unit: site.Offset}
	at, err := there.run(expr)
	switch {
	case err != nil:
		return 0, errOptimizedOut
	case at.Kind == dwexpr.IsValue:
		return at.Value, nil
	case at.Kind == dwexpr.InMemory: // an expression without DW_OP_stack_value is a value here
		return uint64(at.Addr), nil
	}
	return 0, errOptimizedOut
}

// calledBy reports whether a call site is known to have entered the frame's function as it is: not
// by a tail call of another function, or of its own.
func (m *evaluation) calledBy(up *frame, site *dwarf.Entry) bool {
	c := m.ctx
	fn, ok := c.Source.Function(m.frame.lookup)
	if !ok || c.Source.CallsItself(fn.Entry) {
		return false
	}
	target, ok := c.Source.CallTarget(up.PC)
	if !ok {
		expr, _ := site.Val(dwarf.AttrCallTarget).([]byte)
		if expr == nil {
			expr, _ = site.Val(attrGNUCallTarget).([]byte)
		}
		if expr == nil {
			return false
		}
		there := &evaluation{ctx: c, frame: up, info: up.info, unit: site.Offset}
		at, err := there.run(expr)
		if err != nil {
			return false
		}
		target = at.Addr
		if at.Kind == dwexpr.IsValue {
			target = table.Addr(at.Value)
		}
	}
	return target == fn.Entry
}

// callSite finds the call that returns to ret in the scopes of the frame.
func (f *frame) callSite(ret table.Addr) (site *dwarf.Entry) {
	file := f.info.fileAddr(ret)
	for n := len(f.scopes) - 1; n >= 0 && site == nil; n-- {
		f.info.children(f.scopes[n].Entry.Offset, func(c *dwarf.Entry) bool {
			switch c.Tag {
			case dwarf.TagCallSite:
				if at, ok := c.Val(dwarf.AttrCallReturnPC).(uint64); ok && at == file {
					site = c
				}
			case tagGNUCallSite:
				if at, ok := c.Val(dwarf.AttrLowpc).(uint64); ok && at == file {
					site = c
				}
			}
			return site == nil
		})
	}
	return site
}

// VariableValue implements DW_OP_GNU_variable_value: a variable's value.
func (m *evaluation) VariableValue(die uint64) (uint64, error) {
	e := m.info.entry(dwarf.Offset(die))
	if e == nil || m.frame == nil {
		return 0, errOptimizedOut
	}
	v, err := m.ctx.variable(m.frame, m.info, e)
	if err != nil {
		return 0, err
	}
	n, err := m.ctx.integer(v)
	return uint64(n), err
}
