package expr

import (
	"debug/dwarf"
	"strings"

	"rseqstep/stepper/dwexpr"
	"rseqstep/table"
)

// methods are the C++ member functions that x.name(…) can mean; nil if name is
// a data member, or no member.
func (c *Context) methods(n memberNode) ([]callee, error) {
	if f, err := c.frame(); err == nil {
		if die, ok := f.unitDIE(); ok && f.info.language(die) == langGo {
			return nil, nil
		}
	}
	x, err := c.memberObject(n)
	if err != nil {
		return nil, err
	}
	if m, ok, err := c.findMember(x, n.name, 0); ok || err != nil {
		if err != nil {
			return nil, err
		}
		f, err := c.calleeOf(m)
		return []callee{f}, err
	}
	in, name := x, n.name
	if i := strings.LastIndex(name, "::"); i >= 0 { // x.Base::name(…)
		if in, err = c.member(x, name[:i]); err != nil {
			return nil, err
		}
		name = name[i+2:]
	}
	list, err := c.methodsOf(in, name, strings.Contains(n.name, "::"), 0)
	if list == nil && err == nil {
		err = sentence("Couldn't find method %s::%s", strip(x.Type).baseName(), name)
	}
	return list, err
}

// methodsOf searches the object's class, then its base classes. direct: without
// the table of virtual functions.
func (c *Context) methodsOf(x Value, name string, direct bool, depth int) (list []callee, err error) {
	t := strip(c.complete(x.Type))
	if depth > 20 || t.Kind != Struct && t.Kind != Union || t.info == nil {
		return nil, nil
	}
	fields := t.Fields() // reads the methods too
	for _, m := range t.methods {
		if m.name != name {
			continue
		}
		f, err := c.methodCallee(x, t, m, direct)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	for _, f := range fields {
		if !f.Base || list != nil {
			continue
		}
		in, err := c.field(x, f)
		if err != nil {
			return nil, err
		}
		if list, err = c.methodsOf(in, name, direct, depth+1); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// methodCallee is one member function called on x.
func (c *Context) methodCallee(x Value, class *Type, m method, direct bool) (callee, error) {
	e := class.info.entry(m.die)
	if e == nil {
		return callee{}, errInlined
	}
	f := callee{typ: class.info.Type(m.die), name: class.scope() + class.Name + "::" + m.name}
	if class.info.hasObject(e) {
		if x.kind != placeMemory || x.bitSize > 0 {
			return f, sentence("Attempt to take address of value not located in memory.")
		}
		this := pointerValue(PointerTo(x.Type), x.addr)
		f.this = &this
	}
	if slot, ok := vtableSlot(e); ok && f.this != nil && !direct {
		at, err := c.virtual(x.addr, slot)
		f.at = at
		return f, err
	}
	linkage := class.info.linkageName(e)
	at, ok := c.Source.Address(linkage)
	if !ok || linkage == "" {
		if at, ok = c.definition(class, m); !ok {
			return f, errInlined
		}
	}
	f.at = at
	return f, nil
}

// definition is the code of a member function that its declaration does not name: one of a class
// in an anonymous namespace, or of a local class.
func (c *Context) definition(class *Type, m method) (table.Addr, bool) {
	if low, ok := class.info.entry(m.die).Val(dwarf.AttrLowpc).(uint64); ok {
		return class.info.addr(low), true
	}
	for _, a := range c.functions(class.scope() + class.Name + "::" + m.name) {
		i := c.infoAt(a)
		if i != class.info {
			continue
		}
		scopes := i.mod.Scopes(a)
		if len(scopes) == 0 {
			continue
		}
		e := scopes[0].Entry
		for n := 0; e != nil && n < 8; n++ {
			off, ok := e.Val(dwarf.AttrSpecification).(dwarf.Offset)
			if ok && off == m.die {
				return a, true
			}
			if !ok {
				if off, ok = e.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset); !ok {
					break
				}
			}
			e = i.entry(off)
		}
	}
	return 0, false
}

// hasObject reports whether a member function is called on an object. GCC says so of the
// declaration (DW_AT_object_pointer), clang only of the definition: there the first parameter is
// artificial.
func (i *Info) hasObject(e *dwarf.Entry) bool {
	if e.Val(dwarf.AttrObjectPointer) != nil {
		return true
	}
	first, yes := true, false
	i.children(e.Offset, func(p *dwarf.Entry) bool {
		if p.Tag == dwarf.TagFormalParameter {
			yes, first = first && flag(p.Val(dwarf.AttrArtificial)), false
		}
		return first
	})
	return yes
}

// vtableSlot is a virtual function's place in the table: DW_OP_constu n
// (DWARF 5, 5.7.8 "Member Function Entries").
func vtableSlot(e *dwarf.Entry) (uint64, bool) {
	at, _ := e.Val(dwarf.AttrVtableElemLoc).([]byte)
	return dwexpr.Constant(at)
}

// virtual reads a virtual function's address: the object begins with the
// address of its table (Itanium C++ ABI, 2.5.2).
func (c *Context) virtual(object table.Addr, slot uint64) (table.Addr, error) {
	var word [8]byte
	if err := c.read(object, word[:]); err != nil {
		return 0, err
	}
	err := c.read(table.Addr(leaveRead(word))+table.Addr(8*slot), word[:])
	return table.Addr(leaveRead(word)), err
}
