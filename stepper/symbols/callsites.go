package symbols

import (
	"debug/dwarf"

	"rseqstep/table"
)

// Tags and attributes of GCC's DWARF 4 (include/dwarf2.def) for those of DWARF 5.
const (
	tagGNUCallSite  dwarf.Tag  = 0x4109
	attrGNUTailCall dwarf.Attr = 0x2115
)

// call is a call that a function's DWARF describes.
type call struct {
	ret    uint64 // the return address, for a tail call the address after the jump; 0 if unknown
	jump   uint64 // the address of a tail call's jump (clang), if ret is unknown
	tail   bool
	callee dwarf.Offset // the function's DIE; 0 for an indirect call
}

// callsOf are the calls in a function, read once.
func (f *fn) callsOf() []call {
	if !f.called {
		f.called = true
		// Ignore the error: calls before the damage are kept.
		_ = f.readCalls()
	}
	return f.calls
}

func (f *fn) readCalls() (err error) {
	defer guard(&err, "call sites")
	r := f.unit.im.dies(f.die)
	for depth := 0; ; {
		e, err := r.Next()
		if err != nil || e == nil || e.Offset >= f.unit.end {
			return err
		}
		switch e.Tag {
		case 0:
			depth--
		case dwarf.TagCallSite, tagGNUCallSite:
			f.calls = append(f.calls, newCall(e))
		}
		if e.Children {
			depth++
		}
		if depth <= 0 {
			return nil
		}
	}
}

func newCall(e *dwarf.Entry) (c call) {
	ret, callee, tail := dwarf.AttrCallReturnPC, dwarf.AttrCallOrigin, dwarf.AttrCallTailCall
	if e.Tag == tagGNUCallSite {
		ret, callee, tail = dwarf.AttrLowpc, dwarf.AttrAbstractOrigin, attrGNUTailCall
	}
	c.ret, _ = e.Val(ret).(uint64)
	c.jump, _ = e.Val(dwarf.AttrCallPC).(uint64)
	c.callee, _ = e.Val(callee).(dwarf.Offset)
	c.tail, _ = e.Val(tail).(bool)
	return c
}

// site is a call of a function of a module.
type site struct {
	call
	m *Module
}

// target is the entry of the function that a site calls; ok is false if it is not known.
func (s *Set) target(c site) (entry table.Addr, ok bool) {
	if c.callee == 0 {
		return 0, false
	}
	im := c.m.img
	e, err := im.entryAt(c.callee)
	u := im.unitOf(c.callee)
	if err != nil || u == nil {
		return 0, false
	}
	if declared, _ := e.Val(dwarf.AttrDeclaration).(bool); declared {
		name := linkageName(e)
		if name == "" {
			name, _ = e.Val(dwarf.AttrName).(string)
		}
		return s.Address(name)
	}
	spans := u.rangesOf(e)
	if len(spans) == 0 {
		return 0, false
	}
	return c.m.process(entryOf(e, spans)), true
}

// callTo is the call that returns to an address.
func (s *Set) callTo(ret table.Addr) (c site, ok bool) {
	m := s.Module(ret - 1)
	if m == nil {
		return site{}, false
	}
	a := m.file(ret)
	f := m.img.fnAt(a - 1)
	if f == nil {
		return site{}, false
	}
	for _, c := range f.callsOf() {
		if c.ret == a {
			return site{c, m}, true
		}
	}
	return site{}, false
}

// tails are the tail calls of the function at an entry; ok is false if they are not known.
func (s *Set) tails(entry table.Addr) (list []site, ok bool) {
	m := s.Module(entry)
	if m == nil {
		return nil, false
	}
	f := m.img.fnAt(m.file(entry))
	if f == nil || f.entry != m.file(entry) {
		return nil, false
	}
	for _, c := range f.callsOf() {
		if c.tail {
			list = append(list, site{c, m})
		}
	}
	return list, true
}

// CallTarget returns the entry of the function that the call which returns to an address calls;
// ok is false for an indirect call, and if the debug information does not say.
func (s *Set) CallTarget(ret table.Addr) (entry table.Addr, ok bool) {
	c, ok := s.callTo(ret)
	if !ok {
		return 0, false
	}
	return s.target(c)
}
