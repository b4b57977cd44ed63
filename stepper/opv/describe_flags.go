package opv

import "fmt"

// flagWords describes the current flags in words.
type flagWords struct {
	kind string // "cmp": a - b; "test": a & b; "bit": CF is bit b of a; "value": a is a result; "": not known
	a, b value
	size int
}

// condition describes a condition code in words.
func (f flagWords) condition(code byte) string {
	relations := [...]string{"", "", "<u", ">=u", "==", "!=", "<=u", ">u", "", "", "", "", "<", ">=", "<=", ">"}
	signs := map[byte]string{4: "==", 5: "!=", 8: "<", 9: ">="} // of a result and 0
	relation := relations[code]
	a, b := f.a, f.b
	if b.known() && f.kind == "cmp" && relation != "" && len(relation) > 1 && relation[len(relation)-1] == 'u' {
		b = b.narrow(max(f.size, 1))
	}
	switch {
	case f.kind == "cmp" && relation != "":
		return fmt.Sprintf("%v %s %v", a, relation, b)
	case f.kind == "cmp" && signs[code] != "":
		return fmt.Sprintf("%v %s 0", a.plus(b.scaled(-1)), signs[code])
	case f.kind == "test" && signs[code] != "":
		if a.equal(b) {
			return fmt.Sprintf("%v %s 0", a, signs[code])
		}
		return fmt.Sprintf("%s&%s %s 0", a.atom(), b.atom(), signs[code])
	case f.kind == "value" && signs[code] != "":
		return fmt.Sprintf("%v %s 0", a, signs[code])
	case f.kind == "bit" && code == 2:
		return fmt.Sprintf("bit %v of %v is set", b, a)
	case f.kind == "bit" && code == 3:
		return fmt.Sprintf("bit %v of %v is clear", b, a)
	}
	names := [...]string{"overflow", "no overflow", "carry", "no carry", "zero", "not zero", "carry or zero", "no carry, not zero",
		"negative", "not negative", "even parity", "odd parity", "less", "not less", "less or equal", "greater"}
	return names[code]
}

// branch describes a conditional jump: a jump out of the section is a compare
// that must hold for the section to continue.
func (w *words) branch(i *inst) {
	if w.body.Contains(i.target) {
		w.say("if %s goto %s", w.flags.condition(i.op&15), w.labels[i.target])
		return
	}
	w.say("compare %s else %s", w.flags.condition(i.op&15^1), w.exit(i.target))
}

func (w *words) destination(i *inst) string {
	if w.body.Contains(i.target) {
		return w.labels[i.target]
	}
	return w.exit(i.target)
}
