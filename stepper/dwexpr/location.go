package dwexpr

import "rseqstep/table"

// Location is the place or value of an object. The zero Location is returned only with an
// error.
type Location struct {
	Kind     Kind
	Addr     table.Addr // InMemory
	Register uint64     // InRegister: DWARF's number
	Value    uint64     // IsValue
	Type     *Type      // IsValue: of a typed entry of the stack, else nil
	Bytes    []byte     // IsBytes: a part of the expression
	DIE      uint64     // PointsTo: the variable's offset, relative to the base of Unit.References
	Offset   int64      // PointsTo: bytes into the object that DIE describes
	Pieces   []Location // InPieces
	Bits     int        // of a piece: its size
	BitOff   int        // of a piece: its first bit within its place
}

// Kind is the kind of a Location.
type Kind uint8

const (
	_          Kind = iota
	Nowhere         // optimized out
	InMemory        // at Addr
	InRegister      // in Register
	IsValue         // Value itself
	IsBytes         // Bytes themselves
	PointsTo        // an implicit pointer: the object has no address, but its target is known
	InPieces        // Pieces, in the order of the object's bits
)

// Type is the base type of a typed entry of the stack (DWARF 5, 2.5.1.6). A nil
// *Type is the generic type: an integer with the width of an address.
type Type struct {
	Size     int64 // bytes
	Unsigned bool
	Float    bool
}

func (t *Type) float() bool    { return t != nil && t.Float }
func (t *Type) unsigned() bool { return t != nil && t.Unsigned }

// fit truncates a value to its type's width and extends it again to 64 bits.
func (t *Type) fit(v uint64) uint64 {
	if t == nil || t.Float || t.Size <= 0 || t.Size >= 8 {
		return v
	}
	shift := uint(64 - 8*t.Size)
	if t.Unsigned {
		return v << shift >> shift
	}
	return uint64(int64(v<<shift) >> shift)
}
