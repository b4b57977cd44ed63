package expr

import (
	"encoding/binary"
	"fmt"

	"rseqstep/stepper"
	"rseqstep/table"
)

// aapcs64 is the Procedure Call Standard for the Arm 64-bit Architecture: arguments by the stages
// of 6.8.2, results by 6.9. Variadic functions get their arguments as all others do.
type aapcs64 struct{}

// Registers for arguments: x0 to x7; v0 to v7.
const (
	aapcsIntegers = 8
	aapcsVectors  = 8
)

// homogeneous is a value that vector registers hold, an element in each: a floating-point number, a
// short vector, or an aggregate of up to four alike (5.9.5).
type homogeneous struct {
	size   int64 // of one, bytes
	vector bool  // they are short vectors
	count  int64
}

// maxElements is the most of such an aggregate.
const maxElements = 4

// elementsOf finds the elements of a type; ok is false if it is not such a value.
func elementsOf(t *Type, depth int) (e homogeneous, ok bool) {
	if t = strip(t); depth > maxMembers {
		return homogeneous{}, false
	}
	switch t.Kind {
	case Float:
		return homogeneous{t.Size, false, 1}, true
	case Complex:
		return homogeneous{t.Size / 2, false, 2}, true
	case Array:
		if t.Vector {
			return homogeneous{t.Size, true, 1}, t.Size == 8 || t.Size == 16
		}
		if t.Elem == nil || t.Count <= 0 || t.Count > maxElements {
			return homogeneous{}, false
		}
		e, ok = elementsOf(t.Elem, depth+1)
		e.count *= t.Count
	case Struct, Union:
		e, ok = membersElements(t, depth)
	}
	return e, ok && e.count <= maxElements && e.count*e.size == sizeOf(t)
}

// membersElements is elementsOf for a class. Members of no size do not count.
func membersElements(t *Type, depth int) (e homogeneous, ok bool) {
	for _, f := range t.Fields() {
		if f.Static || f.BitSize == 0 && f.locate == nil && !f.Virtual && sizeOf(f.Type) == 0 || f.Base && isEmpty(f.Type) {
			continue
		}
		in, alike := elementsOf(f.Type, depth+1)
		if f.BitSize > 0 || f.locate != nil || f.Virtual || !alike || e.count > 0 && (in.size != e.size || in.vector != e.vector) {
			return homogeneous{}, false
		}
		if t.Kind == Union {
			in.count = max(in.count, e.count)
		} else {
			in.count += e.count
		}
		e = in
	}
	return e, e.count > 0
}

// isEmpty reports whether a class of C++ has no data.
func isEmpty(t *Type) bool {
	for _, f := range strip(t).Fields() {
		if !f.Static && !(f.Base && isEmpty(f.Type)) {
			return false
		}
	}
	return true
}

// naturalAlign is the alignment of a type by its members, whatever its own definition states.
func naturalAlign(t *Type) int64 {
	s := strip(t)
	if s.Kind != Struct && s.Kind != Union {
		return alignOf(s)
	}
	most := int64(1)
	for _, f := range s.Fields() {
		if !f.Static {
			most = max(most, f.align, alignOf(f.Type))
		}
	}
	return most
}

func (aapcs64) result(t *Type) (returnPlace, error) {
	size := sizeOf(t)
	_, inVectors := elementsOf(t, 0)
	switch {
	case byReference(t):
		return returnMemory, nil
	case strip(t).Kind == Void || size <= 0:
		return returnNothing, nil
	case inVectors || size <= 16:
		return returnRegisters, nil
	}
	return returnMemory, nil
}

func (aapcs64) inMemory(*callLayout, table.Addr) {} // it has a register of its own (machine.Arch.ResultAddress)

// resultAt: the function need not keep the register with the address (6.9).
func (aapcs64) resultAt(c *Context, _ *stepper.CallResult) (table.Addr, bool) {
	return c.resultAddress()
}

func (aapcs64) pass(l *callLayout, data []byte, t *Type) error {
	size := sizeOf(t)
	if size <= 0 {
		return nil
	}
	data = data[:min(int64(len(data)), size)]
	align := int64(8)
	if naturalAlign(t) > 8 {
		align = 16
	}
	if e, ok := elementsOf(t, 0); ok {
		if len(l.vectors)+int(e.count) > aapcsVectors { // C.3
			for len(l.vectors) < aapcsVectors {
				l.vectors = append(l.vectors, [16]byte{})
			}
			l.push(data, align)
			return nil
		}
		for ; len(data) > 0; data = data[e.size:] { // C.1, C.2
			var v [16]byte
			copy(v[:], data[:e.size])
			l.vectors = append(l.vectors, v)
		}
		return nil
	}
	if size > 16 { // B.4; vectors that are not short ones too
		data, size, align = binary.LittleEndian.AppendUint64(nil, uint64(l.place(append([]byte(nil), data...)))), 8, 8
	}
	if align == 16 && len(l.ints)%2 != 0 && len(l.ints) < aapcsIntegers { // C.10
		l.ints = append(l.ints, 0)
	}
	if words := (size + 7) / 8; len(l.ints)+int(words) > aapcsIntegers { // C.13
		for len(l.ints) < aapcsIntegers {
			l.ints = append(l.ints, 0)
		}
		l.push(data, align)
		return nil
	}
	for ; len(data) > 0; data = data[min(len(data), 8):] { // C.9, C.11, C.12
		var word [8]byte
		copy(word[:], data)
		l.ints = append(l.ints, leaveRead(word))
	}
	return nil
}

func (aapcs64) collect(t *Type, back *stepper.CallResult, register func(name string) []byte) (b []byte) {
	if e, ok := elementsOf(t, 0); ok {
		for n := range e.count {
			b = append(b, register(fmt.Sprintf("v%d", n))[:e.size]...)
		}
		return b
	}
	for _, w := range back.Integers {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return b
}
