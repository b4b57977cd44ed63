package expr

import (
	"debug/dwarf"
	"encoding/binary"

	"rseqstep/stepper/dwexpr"
	"rseqstep/table"
)

// variable makes the Value of a variable's, parameter's or constant's DIE.
// f may be nil for what needs no frame.
func (c *Context) variable(f *frame, info *Info, e *dwarf.Entry) (Value, error) {
	t, err := c.dynamicType(f, info, info.typeOf(e))
	if err != nil {
		return Value{}, err
	}
	if v := info.attr(e, dwarf.AttrConstValue); v != nil {
		return newValue(t, constBytes(v, strip(t).Size)), nil
	}
	at, ok, err := c.locate(f, info, e, dwarf.AttrLocation)
	if err != nil {
		return Value{Type: t, gone: err}, nil
	}
	if !ok {
		if v, ok := c.elsewhere(info, e, t); ok {
			return v, nil
		}
	}
	return c.place(f, t, at), nil
}

// place makes the Value of type t at a location.
func (c *Context) place(f *frame, t *Type, at dwexpr.Location) Value {
	size := int(sizeOf(t))
	switch at.Kind {
	case dwexpr.InMemory:
		return memoryValue(t, at.Addr)
	case dwexpr.InRegister:
		return Value{Type: t, kind: placeRegister, reg: f.dwarfName(at.Register), in: f}
	case dwexpr.IsValue:
		b := leave(at.Value, max(size, 8))
		if at.Type != nil && int(at.Type.Size) > size && size > 0 {
			b = b[:size]
		}
		return newValue(t, b[:max(size, 0)])
	case dwexpr.IsBytes:
		b := make([]byte, size)
		copy(b, at.Bytes)
		return newValue(t, b)
	case dwexpr.PointsTo:
		return Value{Type: t, kind: placePointer, in: f, parts: &composite{[]dwexpr.Location{at}}}
	case dwexpr.InPieces:
		return Value{Type: t, kind: placePieces, in: f, parts: &composite{at.Pieces}}
	}
	return Value{Type: t, lost: true}
}

// elsewhere resolves a declaration without a location ("extern int x;" in a
// block, a static member) to the symbol that defines it.
func (c *Context) elsewhere(info *Info, e *dwarf.Entry, t *Type) (Value, bool) {
	if !flag(info.attr(e, dwarf.AttrDeclaration)) && !flag(info.attr(e, dwarf.AttrExternal)) {
		return Value{}, false
	}
	for _, name := range []string{info.linkageName(e), info.name(e)} {
		if name == "" || c.Source == nil {
			continue
		}
		if a, ok := c.Source.Address(name); ok {
			if n := strip(t); n.Kind == Array && n.Count < 0 {
				if d, ok := c.global(name, info, true); ok {
					return d, true
				}
			}
			return memoryValue(t, a), true
		}
		for _, m := range c.Source.Modules() {
			if off, ok := m.ThreadLocal(name, ""); ok {
				return c.threadLocal(c.info(m), t, off), true
			}
		}
	}
	return Value{}, false
}

// ownThreadLocal resolves a variable of a file to the symbol of a thread-local variable that only
// this file sees.
func (c *Context) ownThreadLocal(info *Info, e *dwarf.Entry, t *Type) (Value, bool) {
	u, ok := info.mod.UnitOf(e.Offset)
	if !ok || e.Tag != dwarf.TagVariable || declaration(info, e) {
		return Value{}, false
	}
	file, _ := u.Entry.Val(dwarf.AttrName).(string)
	if file == "" {
		return Value{}, false
	}
	off, ok := info.mod.ThreadLocal(info.name(e), file)
	if !ok {
		return Value{}, false
	}
	return c.threadLocal(info, t, off), true
}

// threadLocal is the variable at an offset in the calling thread's block of a module.
func (c *Context) threadLocal(info *Info, t *Type, off uint64) Value {
	at, err := c.tls(info, off)
	if err != nil {
		return Value{Type: t, gone: err}
	}
	return memoryValue(t, at)
}

// constBytes is a DW_AT_const_value as the size bytes of its type.
func constBytes(v any, size int64) []byte {
	if size < 0 || size > maxValue {
		size = 8
	}
	out := make([]byte, size)
	switch v := v.(type) {
	case int64:
		for i := range out {
			out[i] = byte(v >> min(8*i, 63))
		}
	case uint64:
		copy(out, leave(v, 8))
	case []byte:
		copy(out, v)
	case string:
		copy(out, v)
	case bool:
		if v && size > 0 {
			out[0] = 1
		}
	}
	return out
}

// dynamicType gives a variable-length array its length in the frame. It returns
// other types unchanged.
func (c *Context) dynamicType(f *frame, info *Info, t *Type) (*Type, error) {
	switch t.Kind {
	case Array:
		elem, err := c.dynamicType(f, info, t.Elem)
		if err != nil {
			return t, err
		}
		if elem == t.Elem && t.dynamic == nil {
			return t, nil
		}
		n := *t
		n.Elem = elem
		if t.dynamic != nil {
			if n.Count, err = c.count(f, info, t.dynamic); err != nil {
				n.Count = -1
			}
			n.dynamic = nil
		}
		n.Size = max(n.Count, 0) * sizeOf(elem)
		return &n, nil
	case Pointer, Typedef, Qualified:
		elem, err := c.dynamicType(f, info, t.Elem)
		if err != nil || elem == t.Elem {
			return t, err
		}
		n := *t
		n.Elem = elem
		if t.Kind != Pointer {
			n.Size = sizeOf(elem)
		}
		return &n, nil
	}
	return t, nil
}

func (c *Context) count(f *frame, info *Info, d *dynamicCount) (int64, error) {
	if f == nil {
		return 0, errNoFrame
	}
	types := c.typesOnly
	defer func() { c.typesOnly = types }()
	c.typesOnly = false // the type depends on this value
	if d.expr == nil {
		e := info.entry(d.variable)
		if e == nil {
			return 0, errOptimizedOut
		}
		if err := c.limit.Enter(); err != nil { // its type may be the array
			return 0, err
		}
		defer c.limit.Leave()
		v, err := c.variable(f, info, e)
		if err != nil {
			return 0, err
		}
		n, err := c.integer(v)
		return max(n+d.plus, 0), err
	}
	die, _ := f.unitDIE()
	m := &evaluation{ctx: c, frame: f, info: info, unit: die}
	at, err := m.run(d.expr)
	if err != nil {
		return 0, err
	}
	switch at.Kind {
	case dwexpr.IsValue:
		return max(int64(at.Value)+d.plus, 0), nil
	case dwexpr.InMemory: // DWARF 5, 7.3: an exprloc as a bound yields the bound itself
		return max(int64(at.Addr)+d.plus, 0), nil
	}
	return 0, errOptimizedOut
}

// tls is the address of byte off of the calling thread's block of info's
// thread-local variables (DW_OP_form_tls_address).
func (c *Context) tls(info *Info, off uint64) (table.Addr, error) {
	if len(c.Frames) == 0 || c.Mem == nil {
		return 0, sentence("Cannot find thread-local variables without registers.")
	}
	return c.tlsAddress(info, uint64(c.Frames[0].Regs.ThreadPointer()), off)
}

func (c *Context) word(a table.Addr) (uint64, error) {
	var b [8]byte
	err := c.read(a, b[:])
	return binary.LittleEndian.Uint64(b[:]), err
}
