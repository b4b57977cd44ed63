package symbols

import (
	"debug/dwarf"
)

// callSite is the source position of an inlined call.
type callSite struct {
	file string
	line int
}

// scopeTree is the tree of blocks and inlined calls of a function, read once.
func (f *fn) scopeTree() *Scope {
	if f.tree == nil {
		f.tree = &Scope{ranges: f.spans, entry: f.entry, name: *f.named()}
		// Ignore the error: scopes before the damage are kept.
		_ = f.readTree()
	}
	return f.tree
}

func (f *fn) readTree() (err error) {
	defer guard(&err, "scopes")
	f.unit.im.ranges = 0
	r := f.unit.im.dies(f.die)
	e, err := r.Next()
	if err != nil || e == nil {
		return err
	}
	f.tree.Entry = e
	if !e.Children {
		return nil
	}
	stack := make([]*Scope, 0, 16)
	here := f.tree
	for {
		e, err := r.Next()
		if err != nil || e == nil || e.Offset >= f.unit.end {
			return err
		}
		if e.Tag == 0 {
			if len(stack) == 0 {
				return nil
			}
			here, stack = stack[len(stack)-1], stack[:len(stack)-1]
			continue
		}
		inner := here
		switch e.Tag {
		case dwarf.TagLexDwarfBlock, dwarf.TagInlinedSubroutine, dwarf.TagTryDwarfBlock, dwarf.TagCatchDwarfBlock:
			if s := f.scope(e, here); s != nil {
				here.children = append(here.children, s)
				inner = s
			}
		default:
			if e.Children {
				r.SkipChildren()
			}
			continue
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

// scope makes a Scope of a block or an inlined call; nil for one without code
// (then its children belong to its parent).
func (f *fn) scope(e *dwarf.Entry, parent *Scope) *Scope {
	spans := f.unit.rangesOf(e)
	if len(spans) == 0 {
		return nil
	}
	s := &Scope{Entry: e, Inlined: parent.Inlined, parent: parent, entry: entryOf(e, spans), ranges: merge(spans)}
	if e.Tag != dwarf.TagInlinedSubroutine {
		return s
	}
	s.Inlined++
	if origin, ok := e.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset); ok {
		s.name = *f.unit.im.nameAt(origin)
	}
	if line, ok := e.Val(dwarf.AttrCallLine).(int64); ok {
		s.call.line = int(line)
	}
	if file, ok := e.Val(dwarf.AttrCallFile).(int64); ok {
		if names := f.unit.lineTable().files; file >= 0 && int(file) < len(names) {
			s.call.file = names[file]
		}
	}
	return s
}

// isInlined reports whether the scope is an inlined call.
func (s *Scope) isInlined() bool { return s.Entry != nil && s.Entry.Tag == dwarf.TagInlinedSubroutine }

// scopesAt is the path of scopes that cover a file address, outermost first.
func (im *image) scopesAt(pc uint64) []*Scope {
	f := im.fnAt(pc)
	if f == nil {
		return nil
	}
	return f.scopeTree().path(pc)
}

func (s *Scope) path(pc uint64) []*Scope {
	path := []*Scope{s}
descend:
	for {
		for _, c := range s.children {
			if contains(c.ranges, pc) {
				s = c
				path = append(path, s)
				continue descend
			}
		}
		return path
	}
}

// inlinedCalls is the function and the inlined calls of a path: element d
// belongs to the frame of inline depth d.
func inlinedCalls(path []*Scope) []*Scope {
	var out []*Scope
	for i, s := range path {
		if i == 0 || s.isInlined() {
			out = append(out, s)
		}
	}
	return out
}
