package expr

import (
	"encoding/binary"
	"fmt"

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
		if size == 16 && !t.binary128 {
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

// systemV is the calling convention of the System V AMD64 psABI.
type systemV struct{}

func (systemV) result(t *Type) (returnPlace, error) {
	classes, memory := classify(t)
	switch {
	case memory || byReference(t):
		return returnMemory, nil
	case strip(t).Kind == Void || len(classes) == 0:
		return returnNothing, nil
	case len(classes) > 4 || len(classes) > 2 && classes[0] != classX87:
		return 0, sentence("A function that returns a vector of %d bytes cannot be called from here.", sizeOf(t))
	}
	return returnRegisters, nil
}

func (systemV) inMemory(l *callLayout, at table.Addr) { l.ints = append(l.ints, uint64(at)) }

func (systemV) resultAt(_ *Context, back *stepper.CallResult) (table.Addr, bool) {
	return table.Addr(back.Integers[0]), true
}

// Registers for arguments: RDI, RSI, RDX, RCX, R8, R9; XMM0 to XMM7.
const (
	integerRegisters = 6
	vectorRegisters  = 8
)

func (systemV) pass(l *callLayout, data []byte, t *Type) error {
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

func (systemV) collect(t *Type, back *stepper.CallResult, register func(name string) []byte) (b []byte) {
	classes, _ := classify(t)
	ints, vector := back.Integers[:], 0
	for i, class := range classes {
		switch class {
		case classInteger:
			b = binary.LittleEndian.AppendUint64(b, ints[0])
			ints = ints[1:]
		case classSSE:
			b = append(b, register(fmt.Sprintf("xmm%d", vector))[:8]...)
			vector++
		case classSSEUp:
			b = append(b, register(fmt.Sprintf("xmm%d", vector-1))[8:16]...)
		case classX87:
			b = append(b, register(fmt.Sprintf("st%d", i/2))[:16]...)
		case classNone:
			b = append(b, make([]byte, 8)...)
		}
	}
	return b
}
