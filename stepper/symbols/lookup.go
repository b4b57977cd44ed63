package symbols

import (
	"errors"
	"sort"
	"strconv"
	"strings"

	"rseqstep/stepper"
	"rseqstep/table"
)

// Lookup implements stepper.Symbols. A location is one of
//
//	12          line 12 of near's file (0: main's file)
//	+3, -3      lines relative to near's
//	file.c:12   a line of every file of that name; the next line with code if it has none
//	file.c:f    a function defined in that file
//	f, ns::f, A::g(int), runtime.nanotime1
//
// Errors are *LookupError.
func (s *Set) Lookup(location string, near table.Addr) ([]stepper.Place, error) {
	loc, err := s.parse(location, near)
	if err != nil {
		return nil, err
	}
	if loc.function == "" {
		return s.linePlaces(loc)
	}
	var out []stepper.Place
	q := newQuery(loc.function)
	for _, m := range s.byOrder {
		out = append(out, s.functionPlaces(m, q, loc.file)...)
	}
	if len(out) == 0 {
		if loc.file != "" {
			return nil, lookupErr(ErrNoSymbol, location, "function %q not defined in %q", loc.function, loc.file)
		}
		return nil, lookupErr(ErrNoSymbol, location, "function %q not defined", loc.function)
	}
	return distinct(crateOnly(out, loc.function)), nil
}

// place is a parsed location.
type place struct {
	text     string
	file     string // "" for any
	line     int
	function string // "" for a line
}

func (s *Set) parse(location string, near table.Addr) (place, error) {
	text := strings.TrimSpace(location)
	bad := func(format string, args ...any) (place, error) {
		return place{}, lookupErr(ErrBadLocation, location, format, args...)
	}
	if text == "" {
		return bad("no location given")
	}
	if n, err := strconv.Atoi(text); err == nil {
		here, ok := s.current(near)
		if !ok {
			return place{}, lookupErr(ErrNoDebugInfo, location, "no current source file: give the line as FILE:LINE")
		}
		if text[0] == '+' || text[0] == '-' {
			n += here.Line
		}
		if n <= 0 {
			return bad("line %d is before the start of %q", n, here.File)
		}
		return place{text: text, file: here.File, line: n}, nil
	} else if errors.Is(err, strconv.ErrRange) {
		return bad("line number %s is too large", text)
	}
	i := singleColon(text)
	if i < 0 {
		return place{text: text, function: text}, nil
	}
	file, rest := strings.TrimSpace(text[:i]), strings.TrimSpace(text[i+1:])
	if file == "" || rest == "" {
		return bad("%q is not FILE:LINE, FILE:FUNCTION or a function", text)
	}
	if n, err := strconv.Atoi(rest); err == nil {
		if n <= 0 {
			return bad("there is no line %d", n)
		}
		return place{text: text, file: file, line: n}, nil
	}
	return place{text: text, file: file, function: rest}, nil
}

// singleColon finds the last ':' that is not half of "::" and not inside
// parentheses or template arguments, -1 if there is none.
func singleColon(s string) int {
	depth := 0
	for i := len(s) - 1; i >= 0; i-- {
		switch s[i] {
		case ')', '>':
			depth++
		case '(', '<':
			depth--
		case ':':
			if i > 0 && s[i-1] == ':' {
				i--
			} else if depth <= 0 {
				return i
			}
		}
	}
	return -1
}

// current is the line to which locations without a file are relative.
func (s *Set) current(near table.Addr) (stepper.Line, bool) {
	if near != 0 {
		depth, _ := s.Inlines(near)
		if l, ok := s.Line(near, depth); ok {
			return l, true
		}
	}
	for _, name := range [...]string{"main.main", "main"} {
		for _, m := range s.byOrder {
			if !m.HasDWARF() {
				continue
			}
			if sym, ok := m.img.symbolNamed(name); ok {
				if l, ok := s.Line(m.process(sym.addr), 0); ok {
					return l, true
				}
			}
		}
	}
	return stepper.Line{}, false
}

// distinct sorts places by address and removes duplicates.
func distinct(places []stepper.Place) []stepper.Place {
	sort.SliceStable(places, func(i, j int) bool { return places[i].Addr < places[j].Addr })
	n := 0
	for i, p := range places {
		if i == 0 || p.Addr != places[n-1].Addr {
			places[n] = p
			n++
		}
	}
	return places[:n]
}

// placeAt describes a file address as a place to stop at, seen from an inline
// depth. With function "" it is the function of that depth's frame.
func (m *Module) placeAt(a uint64, depth int, function string) stepper.Place {
	calls := inlinedCalls(m.img.scopesAt(a))
	if function == "" && depth < len(calls) {
		function = calls[depth].name.short
	}
	p := stepper.Place{Addr: m.process(a), Function: function, Module: m.Path}
	if file, line, ok := m.img.lineAt(a, depth); ok {
		p.Line = stepper.Line{File: file, Line: line}
	}
	return p
}

// ownPlace is placeAt for a function's own code, without the calls that begin there.
func (m *Module) ownPlace(a uint64, function string) stepper.Place {
	return m.placeAt(a, m.img.shownAt(a, func(int, *Scope) bool { return false }), function)
}

// shownAt is the inline depth at which a stop at a file address is shown: the
// innermost one that fits among those of the calls that begin there, or their
// caller's if none fits.
func (im *image) shownAt(a uint64, fits func(depth int, s *Scope) bool) int {
	calls := inlinedCalls(im.scopesAt(a))
	d := max(len(calls)-1, 0)
	for ; d > 0; d-- {
		if fits(d, calls[d]) || calls[d].entry != a {
			break
		}
	}
	return d
}
