package expr

import (
	"errors"

	"rseqstep/table"
)

// Watched is what a watchpoint on an expression has to look at.
type Watched struct {
	Expr  *Expr
	Addr  table.Addr // where the value lies
	Len   int64      // bytes
	Value Value      // as it was, with its bytes
	// Frame is the CFA of the frame the expression has to be evaluated in, 0
	// when it names no local: then it means the same everywhere.
	Frame table.Addr
}

// Watch prepares a watchpoint on an lvalue in memory.
func (c *Context) Watch(e *Expr) (Watched, error) {
	v, err := c.Eval(e)
	if err != nil {
		return Watched{}, err
	}
	if v, err = c.follow(v); err != nil {
		return Watched{}, err
	}
	if v.kind != placeMemory {
		if v.kind == placeRegister || v.kind == placePieces {
			return Watched{}, errors.New("Cannot watch a value that is in a register: it has no address.")
		}
		return Watched{}, errors.New("Cannot watch constant value `" + e.text + "'.")
	}
	full, err := c.fetch(v)
	if err != nil {
		return Watched{}, err
	}
	w := Watched{Expr: e, Addr: v.addr, Len: sizeOf(v.Type), Value: full}
	if v.bitSize > 0 {
		w.Len = int64(v.bitOff+v.bitSize+7) / 8
	}
	if f, err := c.frame(); err == nil && c.usesLocals(f, e.root) {
		w.Frame = f.CFA
	}
	return w, nil
}

// usesLocals reports whether a part of the expression is a variable of the
// frame, a register, or relative to one.
func (c *Context) usesLocals(f *frame, n node) bool {
	any := func(parts ...node) bool {
		for _, p := range parts {
			if p != nil && c.usesLocals(f, p) {
				return true
			}
		}
		return false
	}
	switch n := n.(type) {
	case nameNode:
		if len(n.scopes) > 0 || n.global {
			return false
		}
		v, ok, _ := c.local(f, n.name)
		_, global := c.staticAddr(v)
		return ok && !global
	case dollarNode:
		_, register := c.Session.regs[n.name[1:]]
		return register
	case unaryNode:
		return any(n.x)
	case postfixNode:
		return any(n.x)
	case binaryNode:
		return any(n.x, n.y)
	case assignNode:
		return any(n.x, n.y)
	case condNode:
		return any(n.cond, n.yes, n.no)
	case indexNode:
		return any(n.x, n.index)
	case memberNode:
		return any(n.x)
	case callNode:
		return any(append([]node{n.function}, n.arguments...)...)
	case castNode:
		return any(n.x)
	case braceNode:
		return any(n.x)
	}
	return false
}

// staticAddr tells a function's static variable from one on the stack: it
// lies in a module.
func (c *Context) staticAddr(v Value) (table.Addr, bool) {
	return v.addr, v.kind == placeMemory && c.infoAt(v.addr) != nil
}
