package expr

import (
	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// convention is how arguments and results are passed (machine.Convention).
type convention interface {
	// result says where a result of type t is.
	result(t *Type) (returnPlace, error)
	// inMemory makes the function put its result at an address.
	inMemory(l *callLayout, at table.Addr)
	// resultAt is the address of a result in memory after the function has returned to the
	// innermost frame; ok is false if nothing tells.
	resultAt(c *Context, back *stepper.CallResult) (at table.Addr, ok bool)
	// pass adds the next argument to the layout. Its data has the size of its type, or more.
	pass(l *callLayout, data []byte, t *Type) error
	// collect joins the parts of a result in registers. vector is the content of a register.
	collect(t *Type, back *stepper.CallResult, register func(name string) []byte) []byte
}

// convention is that of the selected frame's architecture.
func (c *Context) convention() (convention, error) {
	if a := c.arch(); a != nil {
		switch a.Convention {
		case machine.SystemV:
			return systemV{}, nil
		case machine.AAPCS64:
			return aapcs64{}, nil
		}
	}
	return nil, sentence("How functions are called on this architecture is not known.")
}

// returnPlace is the place of a function's result.
type returnPlace int

const (
	returnNothing returnPlace = iota
	returnRegisters
	returnMemory
)

// callLayout lays out a call's arguments. Memory for pointed-to data is allocated from top
// downwards.
type callLayout struct {
	rules   convention
	top     table.Addr
	memory  []stepper.CallMemory
	ints    []uint64
	vectors [][16]byte
	stack   []byte     // arguments in memory, the first one lowest
	at      table.Addr // of the result, in memory
}

// place allocates stack memory for data.
func (l *callLayout) place(data []byte) table.Addr {
	l.top = (l.top - table.Addr(len(data))) &^ 15
	l.memory = append(l.memory, stepper.CallMemory{Addr: l.top, Data: data})
	return l.top
}

// result allocates memory for a result that is returned in memory.
func (l *callLayout) result(t *Type) (returnPlace, error) {
	how, err := l.rules.result(t)
	if err != nil || how != returnMemory {
		return how, err
	}
	if sizeOf(t) > maxValue {
		return 0, sentence("The function returns %d bytes, which is more than max-value-size.", sizeOf(t))
	}
	l.at = l.place(make([]byte, sizeOf(t)))
	l.rules.inMemory(l, l.at)
	return how, nil
}

// pass adds the next argument to the layout.
func (l *callLayout) pass(data []byte, t *Type) error {
	if byReference(t) {
		return sentence("The function takes a %s by value, which only its own constructor can copy.", t)
	}
	return l.rules.pass(l, data, t)
}

// push adds an argument in memory, aligned to 8 bytes, or 16 if necessary.
func (l *callLayout) push(data []byte, align int64) {
	for align > 8 && len(l.stack)%16 != 0 {
		l.stack = append(l.stack, 0)
	}
	l.stack = append(l.stack, data...)
	for len(l.stack)%8 != 0 {
		l.stack = append(l.stack, 0)
	}
}

// finish is the call, with its arguments on the stack below everything else.
func (l *callLayout) finish(function table.Addr, a *machine.Arch) stepper.Call {
	call := stepper.Call{Function: function, VectorsUsed: len(l.vectors), ResultAt: l.at}
	copy(call.Integers[:], l.ints)
	copy(call.Vectors[:], l.vectors)
	at := (l.top - table.Addr(len(l.stack))) &^ 15
	call.Memory = append(append(call.Memory, l.memory...), stepper.CallMemory{Addr: at, Data: l.stack})
	call.SP = at - a.ReturnSlot
	return call
}
