package expr

import (
	"debug/dwarf"
	"fmt"

	"rseqstep/stepper"
	"rseqstep/stepper/dwexpr"
	"rseqstep/stepper/symbols"
	"rseqstep/table"
)

// frame is a selected frame with what is needed to find its variables.
type frame struct {
	stepper.Frame
	ctx    *Context
	index  int              // in ctx.Frames
	lookup table.Addr       // the address for looking up scopes and location lists
	info   *Info            // nil outside of any module
	scopes []*symbols.Scope // the scopes at lookup, the concrete function first
	inner  bool             // every register is this frame's own: no ordinary call is below
	fbase  *table.Addr      // DW_AT_frame_base, once computed
	rust   bool             // its unit's language is Rust
}

// frame is the selected frame.
func (c *Context) frame() (*frame, error) {
	if c.current != nil && c.current.index == c.Selected {
		return c.current, nil
	}
	f, err := c.frameOf(c.Selected)
	if err == nil {
		c.current = f
	}
	return f, err
}

func (c *Context) frameOf(index int) (*frame, error) {
	if index < 0 || index >= len(c.Frames) {
		return nil, errNoFrame
	}
	f := &frame{Frame: c.Frames[index], ctx: c, index: index, inner: true}
	f.lookup = f.PC
	// Look at the frames below: inlined ones share this one's registers, a
	// signal trampoline saved all of them, a call saved only some.
	for n := index - 1; n >= 0; n-- {
		below := c.Frames[n]
		if below.CFA == f.CFA && below.PC == f.PC && c.Frames[n].Inlined > 0 && n < index {
			continue
		}
		if below.Signal {
			break
		}
		if f.lookup == f.PC {
			f.lookup-- // a return address: the call is before it
		}
		f.inner = false
		break
	}
	f.info = c.infoAt(f.lookup)
	if f.info != nil {
		f.scopes = f.info.mod.Scopes(f.lookup)
		if die, ok := f.unitDIE(); ok {
			f.rust = f.info.language(die) == langRust
		}
	}
	return f, nil
}

// blocks are the selected frame's own scopes, innermost first: those that cover
// its address at its inline depth.
func (f *frame) blocks() (list []*symbols.Scope) {
	for n := len(f.scopes) - 1; n >= 0; n-- {
		if f.scopes[n].Inlined == f.Inlined {
			list = append(list, f.scopes[n])
		}
	}
	return list
}

// unitDIE is a DIE of the unit of the frame's function.
func (f *frame) unitDIE() (dwarf.Offset, bool) {
	if f == nil || len(f.scopes) == 0 {
		return 0, false
	}
	return f.scopes[0].Entry.Offset, true
}

// base is the frame base of the concrete function (DW_AT_frame_base).
func (f *frame) base() (table.Addr, error) {
	if f == nil || len(f.scopes) == 0 {
		return 0, errNoFrame
	}
	if f.fbase != nil {
		return *f.fbase, nil
	}
	fn := f.scopes[0].Entry
	at, ok, err := f.ctx.locate(f, f.info, fn, dwarf.AttrFrameBase)
	switch {
	case err != nil:
		return 0, err
	case !ok:
		return 0, fmt.Errorf("%s has no frame base", f.Function)
	case at.Kind == dwexpr.InRegister:
		v, err := f.dwarfRegister(at.Register)
		at.Addr = table.Addr(v)
		if err != nil {
			return 0, err
		}
	case at.Kind != dwexpr.InMemory:
		return 0, fmt.Errorf("%s has a frame base that is no address", f.Function)
	}
	f.fbase = &at.Addr
	return at.Addr, nil
}

// innermost reports whether the thread's registers are this frame's: only calls
// inlined into it are below.
func (f *frame) innermost() bool {
	first := f.ctx.Frames[0]
	return first.CFA == f.CFA && first.PC == f.PC
}

// stack is Frames with those beyond.
func (c *Context) stack() []stepper.Frame {
	if further := c.Further; further != nil {
		c.Further = nil
		if all := further(); len(all) > len(c.Frames) {
			c.Frames = all
		}
	}
	return c.Frames
}

// caller is the concrete frame that called this one, at its own depth.
func (f *frame) caller() (*frame, error) {
	for n := f.index + 1; n < len(f.ctx.stack()); n++ {
		if next := f.ctx.Frames[n]; next.CFA != f.CFA || next.PC != f.PC {
			return f.ctx.frameOf(n)
		}
	}
	return nil, errOptimizedOut
}
