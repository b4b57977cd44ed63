package ops

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ianlancetaylor/demangle"

	"rseqstep/table"
)

// Choose describes the sections that text selects: an index (1 is the first), an
// address inside a section or of its descriptor, or the function that contains a
// section. "" selects all. all is every section, sorted; name returns symbol+offset of
// each.
func (s Source) Choose(all []*table.Placed, name func(*table.Placed) string, text string) ([]Section, error) {
	var chosen []Section
	match, err := matcher(len(all), text)
	if err != nil {
		return nil, err
	}
	for n, p := range all {
		if shown := name(p); match(n, p, shown) {
			d := s.Describe(p, shown)
			d.Index = n + 1
			chosen = append(chosen, d)
		}
	}
	if len(chosen) == 0 && text != "" {
		return nil, fmt.Errorf("no section matches %q: give a number (1 to %d), an address inside a section, or its function", text, len(all))
	}
	return chosen, nil
}

func matcher(count int, text string) (func(n int, p *table.Placed, name string) bool, error) {
	if text == "" {
		return func(int, *table.Placed, string) bool { return true }, nil
	}
	if strings.HasPrefix(text, "0x") || strings.HasPrefix(text, "0X") {
		v, err := strconv.ParseUint(text, 0, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is not an address", text)
		}
		a := table.Addr(v)
		return func(_ int, p *table.Placed, _ string) bool { return p.Contains(a) || p.Descriptor == a }, nil
	}
	if index, err := strconv.Atoi(text); err == nil {
		if index < 1 || index > count {
			return nil, fmt.Errorf("no section %d: there are only %d", index, count)
		}
		return func(n int, _ *table.Placed, _ string) bool { return n == index-1 }, nil
	}
	return func(_ int, p *table.Placed, name string) bool { return named(p, name, text) }, nil
}

// named reports whether text is the name of the function around a section: the symbol;
// or the C++ name with any number of its scopes, with or without template arguments; or
// the name that is shown ("f+0x12").
func named(p *table.Placed, shown, text string) bool {
	if shown == text || p.Section != nil && p.Section.Symbol == text {
		return true
	}
	function, _, _ := strings.Cut(shown, "+0x")
	for _, f := range []string{function, plain(p), Bare(plain(p))} {
		if f != "" && (f == text || strings.HasSuffix(f, "::"+text)) {
			return true
		}
	}
	return false
}

// plain returns the enclosing function demangled, without parameters.
func plain(p *table.Placed) string {
	if p.Section == nil {
		return ""
	}
	return demangle.Filter(p.Section.Symbol, demangle.NoParams)
}

// Bare returns a C++ name without template arguments: "ns::c::f" for "ns::c<int>::f".
func Bare(name string) string {
	var b strings.Builder
	depth := 0
	for n := 0; n < len(name); n++ {
		c := name[n]
		op := strings.HasSuffix(strings.TrimRight(name[:n], "<>-="), "operator")
		switch {
		case c == '<' && !op:
			depth++
		case c == '>' && !op && depth > 0:
			depth--
		case depth == 0:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// SymbolName returns symbol+offset of a section in a file that is not running.
func SymbolName(p *table.Placed) string {
	name := plain(p)
	switch {
	case name == "":
		return p.Start.String()
	case p.Section.Offset == 0:
		return name
	}
	return fmt.Sprintf("%s+%#x", name, p.Section.Offset)
}
