package expr

import (
	"debug/dwarf"

	"rseqstep/stepper/machine"
)

// Kind is the kind of a Type, which determines the valid fields.
type Kind int

const (
	Void        Kind = iota
	Int              // Size, Unsigned
	Char             // an integer that is shown with its character: Size, Unsigned
	Bool             // Size
	Float            // Size: 2, 4, 8, or 16: binary128, or the x87's format of 10 bytes
	Complex          // Size: two floats of half that size
	Enum             // Size, Unsigned, Enumerators
	Pointer          // Elem: what it points to
	Reference        // Elem, RValue
	MemberPtr        // a C++ pointer to member: Elem
	Struct           // Name is the tag; Fields
	Union            // as Struct
	Array            // Elem, Count
	Func             // Elem: what it returns; Params, Variadic, Prototyped
	Typedef          // Name, Elem
	Qualified        // Elem with Const, Volatile, Restrict or Atomic
	NoDebug          // a symbol without debug information; Unsigned unused, Name says which
	Unsupported      // DWARF that this package does not support; Name describes it
)

// Type is a type of the program's language. Types are made once, shared and
// never changed afterwards, except that members are read on first use. A Type
// is not safe for concurrent use.
type Type struct {
	Kind      Kind
	Name      string // as in the source; a tag without "struct"
	Size      int64  // bytes; 0 if unknown
	Elem      *Type
	Count     int64 // Array: elements, -1 if unknown (int a[])
	Unsigned  bool
	Class     bool           // Struct: declared with "class"
	bare      bool           // Struct, Union, Enum: named without its keyword (C++, Go)
	RValue    bool           // Reference: &&
	flags     []machine.Flag // Int: shown as the flags of EFLAGS
	binary128 bool           // Float, Complex: its numbers are IEEE 754's binary128
	Vector    bool           // Array: a vector of the machine (GCC's vector_size)
	rust      bool           // has Rust's names and is shown in Rust's form

	Const, Volatile, Restrict, Atomic bool

	Params     []*Type
	Variadic   bool
	Prototyped bool

	Incomplete bool         // Struct, Union, Enum: only declared
	info       *Info        // the Info it was read from; nil for types made here
	die        dwarf.Offset // its offset in info
	enumClass  bool         // Enum: its names need the enum's as a prefix

	load      func(*Type) // fills the following fields, once
	fields    []Field
	enums     []Enumerator
	methods   []method
	templates []Field       // a class template's type arguments: Name, Type
	pack      []*Type       // those in its parameter pack
	align     int64         // the alignment that the program states, bytes; 0 for none
	under     *Type         // Enum: the type its values have, if it is stated
	class     *Type         // MemberPtr: the class of the object
	dynamic   *dynamicCount // Array: the length is known only at run time
	variants  *variantPart  // Struct: an enum of Rust whose variants have data
}

// Field is a member of a struct or union, a base class, or a static member.
type Field struct {
	Name       string // "" for an anonymous struct or union
	Type       *Type
	Offset     int64 // bytes from the start of the whole
	BitOffset  int   // Bitfield: from the lowest bit of the byte at Offset
	BitSize    int   // 0: not a bitfield
	Base       bool  // a base class
	Virtual    bool  // Base: a virtual one
	Static     bool
	Artificial bool   // made by the compiler (_vptr)
	align      int64  // the alignment that the program states, bytes; 0 for none
	Access     int    // DW_ACCESS_public 1, protected 2, private 3; 0 the default
	locate     []byte // a DWARF expression from the object's address to the member's (virtual bases)
	linkage    string // Static: the symbol's name
	constant   []byte // Static: its value, if it has no storage
	hasConst   bool
}

// Enumerator is one name of an enum. Value is sign-extended to 64 bits.
type Enumerator struct {
	Name  string
	Value int64
}

// Fields are the members of a struct or union in the order of the source.
func (t *Type) Fields() []Field { t.fill(); return t.fields }

// Enumerators are the names of an enum in the order of the source.
func (t *Type) Enumerators() []Enumerator { t.fill(); return t.enums }

func (t *Type) fill() {
	if load := t.load; load != nil {
		t.load = nil
		load(t)
	}
}

// PointerTo makes the type "pointer to t" for a 64-bit program.
func PointerTo(t *Type) *Type {
	return &Type{Kind: Pointer, Size: 8, Elem: t, Unsigned: true, info: t.info, rust: t.rust}
}

// ArrayOf makes the type "array of n t".
func ArrayOf(t *Type, n int64) *Type {
	return &Type{Kind: Array, Size: n * t.Size, Elem: t, Count: n, info: t.info, rust: t.rust}
}

// strip removes typedefs and qualifiers.
func strip(t *Type) *Type {
	for t.Kind == Typedef || t.Kind == Qualified {
		t = t.Elem
	}
	return t
}

// untyped removes typedefs: the qualifiers stay (gdb's check_typedef).
func untyped(t *Type) *Type {
	s := strip(t)
	q := &Type{Kind: Qualified, Elem: s, Size: s.Size, info: s.info}
	for ; t != s; t = t.Elem {
		q.Const, q.Volatile, q.Restrict, q.Atomic = q.Const || t.Const, q.Volatile || t.Volatile, q.Restrict || t.Restrict, q.Atomic || t.Atomic
	}
	if q.qualifiers() == "" {
		return s
	}
	return q
}

// unqualified removes qualifiers only: a typedef keeps its name.
func unqualified(t *Type) *Type {
	for t.Kind == Qualified {
		t = t.Elem
	}
	return t
}

func (t *Type) isInteger() bool {
	switch strip(t).Kind {
	case Int, Char, Bool, Enum:
		return true
	}
	return false
}

func (t *Type) isAggregate() bool {
	switch strip(t).Kind {
	case Struct, Union, Array:
		return true
	}
	return false
}

// flagEnum reports whether an enum's values form a set of flags: each is one
// bit or zero, and no two are the same bit.
func (t *Type) flagEnum() bool {
	var seen int64
	for _, e := range t.Enumerators() {
		v := e.Value
		if v < 0 || v&(v-1) != 0 || v&seen != 0 {
			return false
		}
		seen |= v
	}
	return true
}
