package macro

import (
	"strings"
)

// Table is what one unit's preprocessor did.
type Table struct {
	events []event
	known  map[string]bool // every name that was defined anywhere
}

// Place is a line of a source file; line 0 stands for the command line and the compiler itself.
type Place struct {
	File string
	Line int
}

// Definition is a macro.
type Definition struct {
	Name     string
	Function bool     // NAME(...)
	Params   []string // of a Function; the last one is "..." or "name..." if it stands for the rest
	Body     string
	Place    Place
	Included []Place // where the file was included, the innermost first
}

// Parse makes a definition of "NAME body" or "NAME(a, b) body".
func Parse(text string) Definition {
	d := Definition{Name: nameOf(text)}
	rest := text[len(d.Name):]
	if args, ok := strings.CutPrefix(rest, "("); ok {
		list, body, _ := strings.Cut(args, ")")
		d.Function, rest = true, body
		for _, p := range strings.Split(list, ",") {
			if p = strings.TrimSpace(p); p != "" {
				d.Params = append(d.Params, p)
			}
		}
	}
	d.Body = strings.TrimSpace(rest)
	return d
}

func nameOf(text string) string {
	n := 0
	for n < len(text) && isWord(text[n]) {
		n++
	}
	return text[:n]
}

// String is the definition as after "#define ".
func (d Definition) String() string {
	s := d.Name
	if d.Function {
		s += "(" + strings.Join(d.Params, ", ") + ")"
	}
	if d.Body == "" {
		return s
	}
	return s + " " + d.Body
}

// Scope is what is defined at a line.
type Scope map[string]Definition

// Known reports whether a name was a macro anywhere in the unit.
func (t *Table) Known(name string) bool { return t.known[name] }

// At returns the macros at a line of a file. For a file that is not among those that the unit
// read, it returns those at the unit's end.
func (t *Table) At(p Place) Scope {
	in, depth := t.inclusion(p.File)
	scope, stack := Scope{}, []Place(nil)
	for i, e := range t.events {
		if in >= 0 && i > in && len(stack) == depth && (e.kind == end || e.line > p.Line) {
			break
		}
		switch e.kind {
		case start:
			if n := len(stack); n > 0 {
				stack[n-1].Line = e.line
			}
			stack = append(stack, Place{File: e.file})
		case end:
			stack = stack[:max(len(stack)-1, 0)]
		case define:
			d := Parse(e.text)
			d.Place, d.Included = t.place(e, stack)
			scope[d.Name] = d
		case undefine:
			delete(scope, nameOf(e.text))
		}
	}
	return scope
}

// place is where an event happened.
func (t *Table) place(e event, stack []Place) (p Place, included []Place) {
	if len(stack) == 0 { // before the first file
		for _, first := range t.events {
			if first.kind == start {
				return Place{File: first.file}, nil
			}
		}
		return Place{}, nil
	}
	for i := len(stack) - 2; i >= 0; i-- {
		included = append(included, stack[i])
	}
	return Place{File: stack[len(stack)-1].File, Line: e.line}, included
}

// inclusion is the event that begins a file where it is included least deep, and how many files
// are open after it; -1 if the unit did not read it.
func (t *Table) inclusion(file string) (found, least int) {
	found = -1
	depth := 0
	for i, e := range t.events {
		switch e.kind {
		case start:
			if depth++; e.file == file && (found < 0 || depth < least) {
				found, least = i, depth
			}
		case end:
			depth--
		}
	}
	return found, least
}
