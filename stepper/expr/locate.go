package expr

import (
	"debug/dwarf"
	"errors"
	"fmt"

	"rseqstep/table"
)

// locate evaluates a location attribute of e in the frame, which is nil for
// a global asked for without one. ok is false when e has no such attribute.
func (c *Context) locate(f *frame, info *Info, e *dwarf.Entry, a dwarf.Attr) (at found, ok bool, err error) {
	field := e.AttrField(a)
	if field == nil {
		return found{}, false, nil
	}
	expr, isExpr := field.Val.([]byte)
	if !isExpr {
		list := integer(field.Val, -1)
		if list < 0 {
			return found{}, false, fmt.Errorf("a location of class %s is not known", field.Class)
		}
		if f == nil {
			return found{}, true, errNoFrame
		}
		expr, err = info.listEntry(e.Offset, uint64(list), field.Class == dwarf.ClassLocList, f.fileLookup(info))
		if err != nil {
			return found{}, true, err
		}
	}
	m := &machine{ctx: c, frame: f, info: info, unit: e.Offset}
	at, err = m.run(expr)
	if errors.Is(err, errOptimizedOut) {
		return found{}, true, nil
	}
	return at, true, err
}

// fileLookup is the frame's address as info's file has it.
func (f *frame) fileLookup(info *Info) uint64 { return info.fileAddr(f.lookup) }

// entryValue evaluates DW_OP_entry_value: what expr was when the function
// was entered. The caller's call site may tell (DWARF 5, 3.4.2).
func (m *machine) entryValue(expr []byte) error {
	if m.frame == nil {
		return errNoFrame
	}
	r := reader{p: expr}
	op := byte(0)
	if r.left() > 0 {
		op = r.bytes(1)[0]
	}
	reg := -1
	switch {
	case op >= opReg0 && op <= opReg31:
		reg = int(op - opReg0)
	case op == opRegx:
		reg = int(r.uleb())
	case op >= opBreg0 && op <= opBreg31 && r.sleb() == 0:
		reg = int(op - opBreg0)
	}
	if reg < 0 || r.bad || r.left() > 0 {
		return errOptimizedOut
	}
	return m.atCallSite(func(i *Info, c *dwarf.Entry) bool {
		loc, _ := c.Val(dwarf.AttrLocation).([]byte)
		return len(loc) == 1 && loc[0] == opReg0+byte(reg) || len(loc) == 2 && loc[0] == opRegx && int(loc[1]) == reg
	})
}

// parameterRef evaluates DW_OP_GNU_parameter_ref: the value that the
// parameter of die, itself gone, had at the call.
func (m *machine) parameterRef(die dwarf.Offset) error {
	die += m.info.unitHead(m.unit)
	return m.atCallSite(func(i *Info, c *dwarf.Entry) bool {
		to, ok := c.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset)
		if !ok {
			to, ok = c.Val(dwarf.AttrCallParameter).(dwarf.Offset)
		}
		return ok && to == die
	})
}

// atCallSite pushes the value that the caller's call site gives the
// parameter that is picks, evaluated in the caller.
func (m *machine) atCallSite(is func(*Info, *dwarf.Entry) bool) error {
	if m.depth > 8 {
		return errOptimizedOut
	}
	up, err := m.frame.caller()
	if err != nil || up.info == nil || len(up.scopes) == 0 {
		return errOptimizedOut
	}
	site := up.callSite(up.PC)
	if site == nil {
		return errOptimizedOut
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
		return errOptimizedOut
	}
	there := &machine{ctx: m.ctx, frame: up, info: up.info, unit: site.Offset, depth: m.depth}
	at, err := there.run(expr)
	switch {
	case err != nil:
		return errOptimizedOut
	case at.kind == isValue:
		m.push(at.val)
	case at.kind == inMemory: // an expression without DW_OP_stack_value is a value here
		m.push(uint64(at.addr))
	default:
		return errOptimizedOut
	}
	return nil
}

// callSite finds the call that returns to ret among the scopes of the frame.
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

// variableValue evaluates DW_OP_GNU_variable_value: a variable's value.
func (m *machine) variableValue(die dwarf.Offset) error {
	e := m.info.entry(die)
	if e == nil || m.frame == nil {
		return errOptimizedOut
	}
	v, err := m.ctx.variable(m.frame, m.info, e)
	if err != nil {
		return err
	}
	n, err := m.ctx.integer(v)
	if err != nil {
		return err
	}
	m.push(uint64(n))
	return nil
}
