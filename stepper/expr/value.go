package expr

import (
	"fmt"

	"rseqstep/table"
)

// Value is the result of an expression. Its bytes are read when they are first needed, so
// the address of a huge array costs nothing. A Value is used with the Context it came
// from; those in a Session's history have their bytes.
type Value struct {
	Type *Type

	kind  placeKind
	addr  table.Addr // placeMemory; placeNone: where a returned object was; a function's entry
	reg   string     // placeRegister: a whole register; the value begins off bytes into it
	off   int64      // placeRegister, placePieces, placeConvenience: bytes
	parts *composite // placePieces
	name  string     // placeConvenience
	in    *frame     // placeRegister, placePieces: whose registers

	bitOff, bitSize int // a bitfield: from the lowest bit of the first byte

	part bool // placeConvenience: the bytes from off on, not the whole variable
	past bool // of the value history: it is not changed

	data []byte // contents, when have
	have bool
	lost bool // optimized out
	gone error
}

// placeKind is the kind of place of a value, which determines how to assign to
// it.
type placeKind int

const (
	placeNone        placeKind = iota // computed; not an lvalue
	placeMemory                       // addr
	placeRegister                     // reg, off
	placePieces                       // parts, off
	placeConvenience                  // $name
	placeType                         // no value: the name of a type
	placePointer                      // parts is the variable an implicit pointer points to
)

// maxValue bounds, in bytes, how much of the program is read for one value:
// gdb's default for max-value-size.
const maxValue = 65536

func newValue(t *Type, data []byte) Value { return Value{Type: t, data: data, have: true} }

func memoryValue(t *Type, addr table.Addr) Value {
	return Value{Type: t, kind: placeMemory, addr: addr}
}

// Addr is the value's address in the program's memory; ok is false if it has
// none, or is not at a byte boundary.
func (v Value) Addr() (addr table.Addr, ok bool) {
	return v.addr, v.kind == placeMemory && v.bitSize == 0
}

// OptimizedOut reports whether the debug information does not provide the
// value.
func (v Value) OptimizedOut() bool { return v.lost }

// Bytes are the value's contents in memory order, little-endian; a bitfield's
// are those of its value.
func (v Value) Bytes(c *Context) ([]byte, error) {
	v, err := c.fetch(v)
	return v.data, err
}

// fetch reads a value's contents unless it has them already.
func (c *Context) fetch(v Value) (Value, error) {
	if v.have {
		return v, nil
	}
	if v.lost {
		return v, errOptimizedOut
	}
	if v.gone != nil {
		return v, v.gone
	}
	v.Type = c.complete(v.Type)
	size := sizeOf(v.Type)
	if size > maxValue {
		return v, fmt.Errorf("value requires %d bytes, which is more than max-value-size", size)
	}
	if v.bitSize > 0 {
		return c.fetchBits(v)
	}
	var err error
	v.data, err = c.contents(v, size)
	v.have = err == nil
	return v, err
}

// contents reads n bytes from the start of v.
func (c *Context) contents(v Value, n int64) ([]byte, error) {
	switch v.kind {
	case placeMemory:
		b := make([]byte, n)
		return b, c.read(v.addr, b)
	case placeRegister:
		b, err := v.in.registerBytes(v.reg)
		if err != nil {
			return nil, err
		}
		if v.off < 0 || v.off+n > int64(len(b)) {
			return nil, fmt.Errorf("a value of %d bytes is said to be in register %s", n, v.reg)
		}
		return b[v.off : v.off+n], nil
	case placePieces:
		return c.readPieces(v, n)
	case placeConvenience:
		if whole := c.Session.vars[v.name].data; v.off >= 0 && v.off+n <= int64(len(whole)) {
			return whole[v.off : v.off+n], nil
		}
		return nil, sentence("no such vector element")
	case placeType:
		return nil, sentence("Attempt to use a type name as an expression")
	}
	return nil, errOptimizedOut
}

// fetchBits reads a bitfield and widens it to its type.
func (c *Context) fetchBits(v Value) (Value, error) {
	n := int64(v.bitOff+v.bitSize+7) / 8
	raw, err := c.contents(v, n)
	if err != nil {
		return v, err
	}
	v.data, v.have = widenBits(raw, v.bitOff, v.bitSize, v.Type), true
	return v, nil
}

// slice is the part of v at offset off, of type t, with the known part of its
// contents.
func (v Value) slice(t *Type, off int64) Value {
	w := v
	w.Type, w.bitOff, w.bitSize = t, 0, 0
	w = w.at(off)
	if n := sizeOf(t); v.have {
		if off >= 0 && n >= 0 && off+n <= int64(len(v.data)) {
			w.data, w.have = v.data[off:off+n], true
		} else if v.kind != placeMemory {
			w.gone = sentence("no such index in vector.")
		}
	}
	return w
}

// at is the place off bytes into v's, without contents.
func (v Value) at(off int64) Value {
	switch v.kind {
	case placeMemory:
		v.addr += table.Addr(off)
	case placeRegister, placePieces:
		v.off += off
	case placeConvenience:
		v.off += off
		v.part = true
	case placeNone:
		if v.addr != 0 {
			v.addr += table.Addr(off)
		}
	}
	v.data, v.have, v.past = nil, false, false
	return v
}
