package symbols

import (
	"debug/dwarf"
)

// fn is a concrete function of a unit.
type fn struct {
	unit  *cu
	die   dwarf.Offset
	spans []span // sorted
	entry uint64
	name  *funcName // nil until needed
	tree  *Scope    // nil until needed
	body  uint64    // 0 until needed

	calls  []call
	called bool // calls has been read
}

// inl is an inlined call, by the DIE it is an instance of.
type inl struct {
	origin dwarf.Offset
	entry  uint64
	in     int32 // index of the concrete function
}

// scopeName is a namespace, class or similar scope of a name.
type scopeName struct {
	name   string
	parent int32 // -1: none
}

// unitFuncs is what one pass over a unit's DIEs finds about its functions.
type unitFuncs struct {
	fns     []*fn
	index   spanIndex // owner: index into fns
	inlined []inl
	scopes  []scopeName
	scopeOf map[dwarf.Offset]int32 // of subprogram DIEs in a scope
	named   []dwarf.Offset         // subprogram DIEs with a name of their own
}

// maxDepth bounds the nesting of DIEs. gcc's own sources stay below 40.
const maxDepth = 1024

// functions scans the unit's DIEs, once.
func (u *cu) functions() *unitFuncs {
	u = u.full()
	if u.funcs == nil {
		u.funcs = &unitFuncs{scopeOf: map[dwarf.Offset]int32{}}
		// Ignore the error: functions before the damage are kept.
		_ = u.scan(u.funcs)
		u.funcs.index.sort()
	}
	return u.funcs
}

// level is the context of a DIE during the scan of a unit.
type level struct{ scope, fn int32 }

func (u *cu) scan(f *unitFuncs) (err error) {
	defer guard(&err, "functions")
	u.im.ranges = 0
	r := u.im.dies(u.die)
	stack := make([]level, 0, 32)
	here := level{-1, -1}
	for {
		e, err := r.Next()
		if err != nil || e == nil || e.Offset >= u.end {
			return err
		}
		if e.Tag == 0 {
			if len(stack) == 0 {
				return nil
			}
			here = stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			continue
		}
		inner := here
		switch e.Tag {
		case dwarf.TagNamespace, dwarf.TagClassType, dwarf.TagStructType, dwarf.TagUnionType, dwarf.TagInterfaceType, dwarf.TagModule:
			inner.scope = f.scope(e, here.scope)
		case dwarf.TagSubprogram:
			inner.fn = u.subprogram(f, e, here)
			inner.scope = -1
		case dwarf.TagInlinedSubroutine:
			u.inlinedCall(f, e, here.fn)
		}
		if e.Children {
			if len(stack) == maxDepth {
				return errTooDeep
			}
			stack = append(stack, here)
			here = inner
		}
	}
}

func (f *unitFuncs) scope(e *dwarf.Entry, parent int32) int32 {
	name, _ := e.Val(dwarf.AttrName).(string)
	if name == "" && e.Tag == dwarf.TagNamespace {
		name = "(anonymous namespace)"
	}
	if name == "" {
		return parent
	}
	f.scopes = append(f.scopes, scopeName{name, parent})
	return int32(len(f.scopes) - 1)
}

// subprogram records a DW_TAG_subprogram and returns the index of its concrete
// function; the enclosing one's if it has no code.
func (u *cu) subprogram(f *unitFuncs, e *dwarf.Entry, at level) int32 {
	if e.AttrField(dwarf.AttrName) != nil || linkageName(e) != "" {
		f.named = append(f.named, e.Offset)
		if at.scope >= 0 {
			f.scopeOf[e.Offset] = at.scope
		}
	}
	spans := u.rangesOf(e)
	if len(spans) == 0 {
		return at.fn
	}
	fun := &fn{unit: u, die: e.Offset, entry: entryOf(e, spans), spans: merge(spans)}
	i := int32(len(f.fns))
	f.fns = append(f.fns, fun)
	for _, s := range fun.spans {
		f.index = append(f.index, owned{s, i})
	}
	return i
}

func (u *cu) inlinedCall(f *unitFuncs, e *dwarf.Entry, in int32) {
	origin, ok := e.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset)
	if !ok || in < 0 {
		return
	}
	if spans := u.rangesOf(e); len(spans) > 0 {
		f.inlined = append(f.inlined, inl{origin, entryOf(e, spans), in})
	}
}

// entryOf is the entry address of a function or an inlined call:
// DW_AT_entry_pc, an address or (DWARF 5) an offset from the base, else its
// first range as listed, which is the hot part of a split function.
func entryOf(e *dwarf.Entry, spans []span) uint64 {
	first := spans[0].lo
	switch v := e.Val(dwarf.AttrEntrypc).(type) {
	case uint64:
		if contains(spans, v) {
			return v
		}
	case int64:
		base := first
		if low, ok := e.Val(dwarf.AttrLowpc).(uint64); ok {
			base = low
		}
		if contains(spans, base+uint64(v)) {
			return base + uint64(v)
		}
	}
	return first
}

func linkageName(e *dwarf.Entry) string {
	if s, ok := e.Val(dwarf.AttrLinkageName).(string); ok {
		return s
	}
	s, _ := e.Val(attrMIPSLinkageName).(string)
	return s
}

// fnAt is the concrete function that covers a file address, nil if the DWARF
// has none.
func (im *image) fnAt(pc uint64) *fn {
	u := im.unitAt(pc)
	if u == nil {
		return nil
	}
	f := u.functions()
	if i := f.index.find(pc); i >= 0 {
		return f.fns[i]
	}
	return nil
}
