package expr

// passedAsInC reports whether Rust passes and returns values of its type as C does. Its own calling
// convention is not stable, and differs from C's for two numbers in one eight bytes: it puts each
// into a register of its own. What is the same: one number or pointer, two that C puts into
// registers of their own too, and what is too large for registers.
func passedAsInC(t *Type) bool {
	var list []scalarAt
	known := scalars(&list, t, 0, 0)
	wide := false
	for _, s := range list {
		wide = wide || s.size > 8
	}
	switch {
	case sizeOf(t) > 16: // several numbers of 16 bytes may be returned in registers
		return len(list) <= maxScalars && !wide
	case !known || len(list) > 2:
		return false
	}
	return len(list) < 2 || (list[0].at < 8) != (list[1].at < 8)
}

// scalarAt is a number or pointer in a value.
type scalarAt struct{ at, size int64 }

const maxScalars = 1000

// scalars lists what a type consists of. It returns false if the value alone does not say what of
// it there is: for a union or an enum; an array is passed as one number.
func scalars(list *[]scalarAt, t *Type, at int64, depth int) (known bool) {
	t = strip(t)
	switch {
	case sizeOf(t) == 0 || len(*list) > maxScalars:
		return true
	case depth > maxMembers:
		return false
	case t.Kind == Array:
		scalars(list, t.Elem, at, depth+1)
		return false
	case t.Kind != Struct && t.Kind != Union:
		*list = append(*list, scalarAt{at, t.Size})
		return true
	}
	fields := t.Fields()
	if known = t.Kind == Struct && t.variants == nil; t.variants != nil {
		for _, x := range t.variants.list {
			fields = append(fields[:len(fields):len(fields)], x.data)
		}
		if d := t.variants.discriminant; d != nil {
			fields = append(fields, *d)
		}
	}
	for _, f := range fields {
		if f.Type != nil && !scalars(list, f.Type, at+f.Offset, depth+1) {
			known = false
		}
	}
	return known
}

// unknownInRust is the error for a value that Rust passes in a way of its own.
func unknownInRust(t *Type) error {
	return sentence("Rust passes a value of type %s in a way of its own", t)
}
