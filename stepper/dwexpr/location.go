package dwexpr

import "rseqstep/table"

// Location is where an expression says that an object is, or what it is. The zero
// Location is no answer: it comes with an error.
type Location struct {
	Kind     Kind
	Addr     table.Addr // InMemory
	Register uint64     // InRegister: DWARF's number
	Value    uint64     // IsValue
	Type     *Type      // IsValue: of a typed entry of the stack, else nil
	Bytes    []byte     // IsBytes: a part of the expression
	DIE      uint64     // PointsTo: the variable's offset, as Unit.References counts them
	Offset   int64      // PointsTo: bytes into the object that DIE describes
	Pieces   []Location // InPieces
	Bits     int        // of a piece: its size
	BitOff   int        // of a piece: where in its place it begins
}

// Kind tells what a Location is.
type Kind uint8

const (
	_          Kind = iota
	Nowhere         // optimized out
	InMemory        // at Addr
	InRegister      // in Register
	IsValue         // Value itself
	IsBytes         // Bytes themselves
	PointsTo        // an implicit pointer: the object has no address, what it points to is known
	InPieces        // Pieces, in the order of the object's bits
)

// Type is the base type of a typed entry of the stack (DWARF 5, 2.5.1.6). A nil
// *Type is the generic type: an integer as wide as an address.
type Type struct {
	Size     int64 // bytes
	Unsigned bool
	Float    bool
}

func (t *Type) float() bool    { return t != nil && t.Float }
func (t *Type) unsigned() bool { return t != nil && t.Unsigned }

// fit cuts a value to its type's width and extends it again to 64 bits.
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
