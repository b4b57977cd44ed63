package expr

import (
	"fmt"

	"rseqstep/stepper"
	"rseqstep/table"
)

// Caller runs functions of the program in the selected thread.
type Caller interface {
	// Room is the address below which the thread's stack is free, a multiple of
	// 16. Its error is the reason why no function can be called now.
	Room() (table.Addr, error)
	// Run makes a call. name is the function's, for the message about a call
	// that does not return; then Run's error ends the evaluation.
	Run(call stepper.Call, name string) (*stepper.CallResult, error)
}

// evalCall is f(a, b). declared is the return type given by a cast around the
// call, nil without one: it is used if no other type is known (gdb's rule).
func (c *Context) evalCall(n callNode, declared *Type) (Value, error) {
	if name, ok := n.function.(dollarNode); ok {
		if v, ok, err := c.builtin(name.name, n.arguments); ok {
			return v, err
		}
	}
	if c.Source == nil {
		return Value{}, sentence("No symbol table is loaded.  Use the \"file\" command.")
	}
	if v, ok, err := c.libraryCall(n); ok {
		return v, err
	}
	list, err := c.callees(n.function)
	if err != nil {
		return Value{}, err
	}
	if !c.typesOnly && c.isGo() {
		return Value{}, sentence("Functions of a Go program cannot be called from here: a goroutine's stack may have to be moved meanwhile, which only Go's own debugger arranges. Use \"rseqstep dlv\" and its \"call\".")
	}
	var arguments []Value
	for _, a := range n.arguments {
		v, err := c.operand(a)
		if err != nil {
			return v, err
		}
		arguments = append(arguments, v)
	}
	f, err := c.choose(list, arguments)
	if err != nil {
		return Value{}, err
	}
	if f.this != nil {
		arguments = append([]Value{*f.this}, arguments...)
	}
	returns := declared
	if f.typ != nil {
		returns = f.typ.Elem
		if len(arguments) < len(f.typ.Params) {
			return Value{}, sentence("Too few arguments in function call.")
		}
	}
	if returns == nil {
		return Value{}, sentence("'%s' has unknown return type; cast the call to its declared return type", f.name)
	}
	returns = c.complete(returns)
	if c.typesOnly {
		return newValue(returns, make([]byte, max(sizeOf(returns), 0))), nil
	}
	if f.typ != nil && f.typ.rust {
		for _, t := range append([]*Type{returns}, f.typ.Params...) {
			if t = c.complete(t); !passedAsInC(t) || sizeOf(t) > 8 && t != returns {
				return Value{}, unknownInRust(t)
			}
		}
	}
	if c.Caller == nil {
		return Value{}, sentence("The program's functions cannot be called from an expression.")
	}
	return c.call(f, arguments, returns)
}

// call lays out the arguments, makes the call and reads the result.
func (c *Context) call(f callee, arguments []Value, returns *Type) (Value, error) {
	if !f.resolving && c.Source.Indirect(f.at) {
		// The symbol's code is a resolver, which returns the implementation for
		// this processor.
		chosen, err := c.call(callee{at: f.at, name: f.name, resolving: true}, nil, c.basics().ulong)
		if err != nil {
			return chosen, err
		}
		f.at = table.Addr(decodeInt(chosen.data, true).Uint64())
	}
	room, err := c.Caller.Room()
	if err != nil {
		return Value{}, err
	}
	if c.scratch != 0 {
		room = min(room, c.scratch) // pointers to earlier calls' arguments may still be in use
	}
	rules, err := c.convention()
	if err != nil {
		return Value{}, err
	}
	l := &callLayout{rules: rules, top: room}
	result, err := l.result(returns)
	if err != nil {
		return Value{}, err
	}
	for i, v := range arguments {
		var param *Type
		prototyped := false
		if f.typ != nil && i < len(f.typ.Params) {
			param, prototyped = f.typ.Params[i], f.typ.Prototyped
		}
		if v, err = c.argument(l, v, param, prototyped); err != nil {
			return v, err
		}
		if err := l.pass(v.data, v.Type); err != nil {
			return v, err
		}
	}
	call := l.finish(f.at, c.arch())
	c.scratch = l.top
	back, err := c.Caller.Run(call, f.name)
	c.current = nil // the frame's registers must be read again
	if err != nil {
		return Value{}, err
	}
	return c.returned(rules, returns, result, l.at, back)
}

// Returned is what the function at entry has just returned, from the registers and the memory
// in which the psABI returns a value of its type. The function is known by its address: several
// functions may have its name. ok is false if the function returns nothing, has no debug
// information, or returns its value in no place that is known.
func (c *Context) Returned(entry table.Addr, back *stepper.CallResult) (v Value, ok bool) {
	if c.Source == nil {
		return Value{}, false
	}
	fn := strip(c.symbolValue("", entry).Type)
	if fn.Kind != Func || fn.Elem == nil || c.misleading(fn, entry) {
		return Value{}, false
	}
	t := c.complete(fn.Elem)
	if fn.rust && !passedAsInC(t) {
		return Value{Type: t, gone: unknownInRust(t)}, true
	}
	rules, err := c.convention()
	if err != nil {
		return Value{}, false
	}
	how, err := rules.result(t)
	if err != nil || how == returnNothing || sizeOf(t) > maxValue {
		return Value{}, false
	}
	var at table.Addr
	if how == returnMemory {
		if at, ok = rules.resultAt(c, back); !ok {
			return Value{Type: t, gone: sentence("Cannot determine contents: the function need not keep the address of its result, and its caller's code does not show it")}, true
		}
	}
	if v, err = c.returned(rules, t, how, at, back); err != nil {
		return Value{Type: t, gone: err}, true
	}
	return v, true
}

// returned is the result of a call as a Value. at is where it is if it is in memory.
func (c *Context) returned(rules convention, t *Type, how returnPlace, at table.Addr, back *stepper.CallResult) (Value, error) {
	size := sizeOf(t)
	switch how {
	case returnNothing:
		return Value{Type: t, have: true, data: make([]byte, max(size, 0))}, nil
	case returnMemory:
		b := make([]byte, size)
		v := newValue(t, b)
		v.addr = at // it is no place any more, but parts of it may point to it
		return v, c.read(v.addr, b)
	}
	b := rules.collect(t, back, func(name string) []byte {
		r, _ := c.arch().Others.Register(back.XState, name)
		return append(r, make([]byte, 16)...)
	})
	if int64(len(b)) < size {
		return Value{}, fmt.Errorf("a value of %d bytes was returned in %d", size, len(b))
	}
	return newValue(t, b[:size]), nil
}

// isGo reports whether the program is a Go program, cgo's included: it has the
// symbol of the goroutine that the scheduler runs on (runtime/proc.go).
func (c *Context) isGo() bool {
	_, ok := c.Source.Address("runtime.g0")
	return ok
}
