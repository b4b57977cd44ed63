package expr

import (
	"strings"

	"rseqstep/stepper"
	"rseqstep/table"
)

// class is the class of eight bytes of an argument or a result (System V AMD64
// psABI 1.0, 3.2.3 "Parameter Passing").
type class int

const (
	classNone class = iota // padding
	classInteger
	classSSE
	classSSEUp // the upper half of the vector register before it
	classX87   // an x87 register: ten bytes, with classX87Up after it
	classX87Up
	classMemory
)

// merge is the class of eight bytes that contain members of two classes (psABI
// 3.2.3, "Classification", rule 4).
func merge(a, b class) class {
	switch {
	case a == b || b == classNone:
		return a
	case a == classNone:
		return b
	case a == classMemory || b == classMemory:
		return classMemory
	case a == classInteger || b == classInteger:
		return classInteger
	case a == classX87 || a == classX87Up || b == classX87 || b == classX87Up:
		return classMemory
	}
	return classSSE
}

// classify gives a class for each eight bytes of a type; memory: it is passed
// in memory. The result is empty for a type without data (C's empty struct).
func classify(t *Type) (classes []class, memory bool) {
	s := strip(t)
	size := sizeOf(s)
	switch {
	case s.Kind == Void || size <= 0:
		return nil, false
	case s.Kind == Complex && size == 32: // long double: st0 and st1, never an argument
		return []class{classX87, classX87Up, classX87, classX87Up}, false
	case size > 16 && !(s.Kind == Array && s.Vector):
		return nil, true
	}
	classes = make([]class, (size+7)/8)
	if !spread(classes, s, 0, 0) {
		return nil, true
	}
	for i, k := range classes {
		switch {
		case k == classMemory, k == classX87Up && (i == 0 || classes[i-1] != classX87):
			return nil, true
		case k == classSSEUp && (i == 0 || classes[i-1] != classSSE && classes[i-1] != classSSEUp):
			classes[i] = classSSE
		}
	}
	return classes, false
}

// maxMembers bounds the nesting of a type's members: in hostile debug
// information structs contain themselves.
const maxMembers = 50

// spread merges a type at offset off into classes. It returns false if a member
// is not aligned, or is outside.
func spread(classes []class, t *Type, off int64, depth int) bool {
	if t = strip(t); depth > maxMembers {
		return false
	}
	size := sizeOf(t)
	put := func(first class, up class) bool {
		if off < 0 || off+size > int64(8*len(classes)) || off%min(alignOf(t), 8) != 0 {
			return false
		}
		for i := off / 8; i <= (off+size-1)/8; i++ {
			k := first
			if i > off/8 {
				k = up
			}
			classes[i] = merge(classes[i], k)
		}
		return true
	}
	switch t.Kind {
	case Float:
		if size == 16 && !strings.Contains(t.Name, "128") {
			return put(classX87, classX87Up)
		}
		return put(classSSE, classSSEUp) // _Float128 too
	case Complex:
		return put(classSSE, classSSE)
	case Array:
		if t.Vector {
			return put(classSSE, classSSEUp)
		}
		elem := sizeOf(t.Elem)
		for i := int64(0); i < t.Count && elem > 0; i++ {
			if !spread(classes, t.Elem, off+i*elem, depth+1) {
				return false
			}
		}
		return true
	case Struct, Union:
		for _, f := range t.Fields() {
			switch {
			case f.Static:
			case f.locate != nil || f.Virtual:
				return false
			case f.BitSize > 0:
				if f.Name == "" {
					continue // padding
				}
				for i := (off*8 + f.Offset*8 + int64(f.BitOffset)) / 64; i <= (off*8+f.Offset*8+int64(f.BitOffset+f.BitSize)-1)/64; i++ {
					if i < 0 || i >= int64(len(classes)) {
						return false
					}
					classes[i] = merge(classes[i], classInteger)
				}
			case !spread(classes, f.Type, off+f.Offset, depth+1):
				return false
			}
		}
		return true
	}
	return put(classInteger, classInteger)
}

// callLayout lays out a call's arguments according to the psABI. Memory for
// pointed-to data is allocated from top downwards.
type callLayout struct {
	top     table.Addr
	memory  []stepper.CallMemory
	ints    []uint64
	vectors [][16]byte
	stack   []byte // arguments in memory, the first one lowest
}

// place allocates stack memory for data.
func (l *callLayout) place(data []byte) table.Addr {
	l.top = (l.top - table.Addr(len(data))) &^ 15
	l.memory = append(l.memory, stepper.CallMemory{Addr: l.top, Data: data})
	return l.top
}

// returnPlace is the place of a function's result.
type returnPlace int

const (
	returnNothing returnPlace = iota
	returnRegisters
	returnMemory
)

// result allocates memory for a result that is returned in memory.
func (l *callLayout) result(t *Type) (returnPlace, error) {
	classes, memory := classify(t)
	switch {
	case memory || byReference(t):
		if sizeOf(t) > maxValue {
			return 0, sentence("The function returns %d bytes, which is more than max-value-size.", sizeOf(t))
		}
		l.ints = append(l.ints, uint64(l.place(make([]byte, sizeOf(t)))))
		return returnMemory, nil
	case strip(t).Kind == Void || len(classes) == 0:
		return returnNothing, nil
	case len(classes) > 4 || len(classes) > 2 && classes[0] != classX87:
		return 0, sentence("A function that returns a vector of %d bytes cannot be called from here.", sizeOf(t))
	}
	return returnRegisters, nil
}

// Registers for arguments: RDI, RSI, RDX, RCX, R8, R9; XMM0 to XMM7.
const (
	integerRegisters = 6
	vectorRegisters  = 8
)

// pass adds the next argument to the layout.
func (l *callLayout) pass(data []byte, t *Type) error {
	if byReference(t) {
		return sentence("The function takes a %s by value, which only its own constructor can copy.", t)
	}
	classes, memory := classify(t)
	ints, vectors := 0, 0
	for _, k := range classes {
		switch k {
		case classInteger:
			ints++
		case classSSE:
			vectors++
		case classX87:
			memory = true
		}
	}
	if !memory && len(classes) > 2 {
		return sentence("A vector of %d bytes cannot be passed to a function from here.", len(data))
	}
	if memory || len(l.ints)+ints > integerRegisters || len(l.vectors)+vectors > vectorRegisters {
		l.push(data, alignOf(t))
		return nil
	}
	words := append(append([]byte(nil), data...), make([]byte, 8)...)
	for i, k := range classes {
		var word [8]byte
		copy(word[:], words[8*i:])
		switch k {
		case classInteger:
			l.ints = append(l.ints, leaveRead(word))
		case classSSE:
			l.vectors = append(l.vectors, [16]byte{})
			copy(l.vectors[len(l.vectors)-1][:], word[:])
		case classSSEUp:
			copy(l.vectors[len(l.vectors)-1][8:], word[:])
		}
	}
	return nil
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
func (l *callLayout) finish(function table.Addr) stepper.Call {
	call := stepper.Call{Function: function, VectorsUsed: len(l.vectors)}
	copy(call.Integers[:], l.ints)
	copy(call.Vectors[:], l.vectors)
	at := (l.top - table.Addr(len(l.stack))) &^ 15
	call.Memory = append(append(call.Memory, l.memory...), stepper.CallMemory{Addr: at, Data: l.stack})
	call.SP = at - 8
	return call
}
