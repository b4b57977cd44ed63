package expr

import (
	"errors"

	"rseqstep/table"
)

// Watched is what a watchpoint on an expression monitors.
type Watched struct {
	Expr  *Expr
	Addr  table.Addr // address of the value
	Len   int64      // bytes
	Value Value      // the initial value, with its bytes if they are readable
	// Frame is the CFA of the frame in which the expression must be evaluated,
	// 0 if it names no local: then it means the same in every frame.
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
			return Watched{}, sentence("Cannot watch a value that is in a register: it has no address.")
		}
		return Watched{}, sentence("Cannot watch constant value `%s'.", e.text)
	}
	full, err := c.fetch(v)
	var unreadable *MemoryError
	if errors.As(err, &unreadable) {
		full = v
	} else if err != nil {
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

// usesLocals reports whether the expression names a variable on the stack or a
// register, so that its meaning depends on the frame.
func (c *Context) usesLocals(f *frame, n node) bool {
	return anyNode(n, func(n node) bool {
		switch n := n.(type) {
		case nameNode:
			if len(n.scopes) > 0 || n.global {
				return false
			}
			v, ok, _ := c.local(f, n.name)
			// A function's static variable is in a module.
			return ok && !(v.kind == placeMemory && c.infoAt(v.addr) != nil)
		case dollarNode:
			_, register := c.register(n.name[1:])
			return register
		}
		return false
	})
}

// UsesVariables reports whether the expression names a local variable of the selected frame.
func (c *Context) UsesVariables(e *Expr) bool {
	f, err := c.frame()
	return err == nil && c.usesVariables(f, e.root)
}

// usesVariables reports whether the expression names a local variable.
func (c *Context) usesVariables(f *frame, n node) bool {
	return anyNode(n, func(n node) bool {
		name, ok := n.(nameNode)
		if !ok || len(name.scopes) > 0 || name.global {
			return false
		}
		_, ok, _ = c.local(f, name.name)
		return ok
	})
}

// anyNode reports whether is holds for a part of the expression.
func anyNode(n node, is func(node) bool) bool {
	if is(n) {
		return true
	}
	any := func(parts ...node) bool {
		for _, p := range parts {
			if p != nil && anyNode(p, is) {
				return true
			}
		}
		return false
	}
	switch n := n.(type) {
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
	case sliceNode:
		return any(n.x, n.low, n.high)
	case memberNode:
		return any(n.x)
	case callNode:
		return any(n.function) || any(n.arguments...)
	case castNode:
		return any(n.x)
	case braceNode:
		return any(n.x)
	case sizeofNode:
		return any(n.x)
	}
	return false
}
