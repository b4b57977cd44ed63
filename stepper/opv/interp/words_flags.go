package interp

import "fmt"

// Flags describes the current flags in words.
type Flags struct {
	Kind string // "cmp": a - b; "test": a & b; "bit": CF is bit b of a; "value": a is a result; "": not known
	A, B Value
	Size int
}

// Condition is what a conditional instruction asks. They are numbered as amd64's codes.
type Condition byte

const (
	Overflow Condition = iota
	NoOverflow
	Below
	AboveOrEqual
	Equal
	NotEqual
	BelowOrEqual
	Above
	Negative
	NotNegative
	ParityEven
	ParityOdd
	Less
	GreaterOrEqual
	LessOrEqual
	Greater
)

// Says describes a condition in words; "" if the flags are not known well enough.
func (f Flags) Says(c Condition) string {
	relations := [...]string{"", "", "<u", ">=u", "==", "!=", "<=u", ">u", "", "", "", "", "<", ">=", "<=", ">"}
	signs := map[Condition]string{Equal: "==", NotEqual: "!=", Negative: "<", NotNegative: ">="} // of a result and 0
	relation := relations[c]
	a, b := f.A, f.B
	if b.Known() && f.Kind == "cmp" && relation != "" && len(relation) > 1 && relation[len(relation)-1] == 'u' {
		b = b.Narrow(max(f.Size, 1))
	}
	switch {
	case f.Kind == "cmp" && relation != "":
		return fmt.Sprintf("%v %s %v", a, relation, b)
	case f.Kind == "cmp" && signs[c] != "":
		return fmt.Sprintf("%v %s 0", a.Plus(b.Scaled(-1)), signs[c])
	case f.Kind == "test" && signs[c] != "":
		if a.Equal(b) {
			return fmt.Sprintf("%v %s 0", a, signs[c])
		}
		return fmt.Sprintf("%s&%s %s 0", a.Atom(), b.Atom(), signs[c])
	case f.Kind == "value" && signs[c] != "":
		return fmt.Sprintf("%v %s 0", a, signs[c])
	case f.Kind == "bit" && c == Below:
		return fmt.Sprintf("bit %v of %v is set", b, a)
	case f.Kind == "bit" && c == AboveOrEqual:
		return fmt.Sprintf("bit %v of %v is clear", b, a)
	}
	return ""
}
