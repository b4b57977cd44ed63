package expr

import (
	"debug/dwarf"
	"strings"
)

// byReference reports whether C++ passes and returns a class by the address of a copy:
// one with a nontrivial copy constructor or destructor (Itanium C++ ABI, 3.1.1 "Value
// Parameters"). Few compilers emit DW_AT_calling_convention for it.
func byReference(t *Type) bool { return nontrivial(t, 0) }

func nontrivial(t *Type, depth int) bool {
	s := strip(t)
	if s.Kind == Array && s.Elem != nil {
		return nontrivial(s.Elem, depth+1)
	}
	if s.Kind != Struct && s.Kind != Union || s.info == nil || depth > 20 {
		return false
	}
	if e := s.info.entry(s.die); e != nil {
		switch integer(e.Val(dwarf.AttrCalling), 0) { // DWARF 5, 5.7.1
		case 4: // DW_CC_pass_by_reference
			return true
		case 5: // DW_CC_pass_by_value
			return false
		}
	}
	for _, f := range s.Fields() { // reads the methods too
		switch {
		case f.Static:
		case f.Virtual, f.Artificial && strings.HasPrefix(f.Name, "_vptr"), nontrivial(f.Type, depth+1):
			return true
		}
	}
	for _, m := range s.methods {
		if s.info.copies(s, m) {
			return true
		}
	}
	return false
}

// copies reports whether a method is a destructor, or a constructor that copies
// or moves, that is user-provided.
func (i *Info) copies(class *Type, m method) bool {
	const defaultedInClass = 1 // DW_DEFAULTED_in_class: DWARF 5, table 7.23
	e := i.entry(m.die)
	if e == nil || integer(e.Val(dwarf.AttrDefaulted), 0) == defaultedInClass {
		return false
	}
	if strings.HasPrefix(m.name, "~") {
		return true
	}
	if plain, _, _ := strings.Cut(class.Name, "<"); m.name != plain {
		return false
	}
	params := i.Type(m.die).Params // "this" first
	if len(params) != 2 || strip(params[1]).Kind != Reference {
		return false
	}
	from := strip(strip(params[1]).Elem)
	return from == class || from.Name == class.Name
}
