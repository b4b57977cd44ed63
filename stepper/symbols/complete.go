package symbols

import (
	"bytes"
	"strconv"
	"strings"
)

// completions finds names in a symbol table that begin with the prefix, of the symbols that are
// wanted.
// It demangles only names whose leading components can match.
func (t *symtab) completions(prefix string, fits func(string) bool, wanted func(symbol) bool) map[string]bool {
	want := strings.Split(stripTemplates(prefix), "::")
	shown := map[uint32]string{}
	t.eachName(func(off uint32, name []byte) bool {
		switch {
		case len(name) == 0:
		case len(name) < 3 || name[0] != '_' || name[1] != 'Z' && name[1] != 'R':
			if bytes.HasPrefix(name, []byte(prefix)) {
				shown[off] = unversioned(string(name))
			}
		case mayComplete(name, want):
			if short := plain(unversioned(string(name))); fits(short) {
				shown[off] = short
			}
		}
		return len(shown) < 8*maxCompletions // many symbols name data, or the same template
	})
	offs := make(map[uint32]bool, len(shown))
	for off := range shown {
		offs[off] = true
	}
	out := map[string]bool{}
	for _, sym := range t.find(offs) {
		if wanted(sym) {
			out[shown[sym.name]] = true
		}
	}
	return out
}

// mayComplete reports whether a mangled name's leading components can begin
// with those of the prefix, the last of which may be incomplete. A prefix of
// one component may match any component.
func mayComplete(name []byte, want []string) bool {
	if name[1] == 'R' { // in Rust names crate hashes precede the components: search for the last word
		return bytes.Contains(name, []byte(want[len(want)-1]))
	}
	if len(name) > 2 && (name[2] == 'T' || name[2] == 'G') { // virtual tables, thunks, guards
		return false
	}
	have, more := components(name[2:])
	if len(want) == 1 {
		for _, c := range have {
			if strings.HasPrefix(c, want[0]) {
				return true
			}
		}
		return false
	}
	for i, w := range want {
		switch {
		case i >= len(have):
			return more
		case i == len(want)-1:
			return strings.HasPrefix(have[i], w) || w != "" && w[0] == '~'
		case have[i] != w:
			return false
		}
	}
	return true
}

// components reads the plain identifiers that an Itanium encoding begins with.
// more reports that something followed them in the nested name that requires a
// demangler: template arguments, operators, constructors, substitutions.
func components(p []byte) (out []string, more bool) {
	nested := len(p) > 0 && p[0] == 'N'
	if nested {
		p = bytes.TrimLeft(p[1:], "rVKRO") // qualifiers of a member function
	}
	for len(p) > 0 {
		p = bytes.TrimPrefix(p, []byte("L")) // internal linkage
		n := 0
		for n < len(p) && p[n] >= '0' && p[n] <= '9' {
			n++
		}
		if n == 0 {
			return out, nested && p[0] != 'E'
		}
		size, err := strconv.Atoi(string(p[:n]))
		if err != nil || size > len(p)-n {
			return out, false
		}
		id := string(p[n : n+size])
		if strings.HasPrefix(id, "_GLOBAL__N") {
			id = "(anonymous namespace)"
		}
		out = append(out, id)
		p = p[n+size:]
		if !nested {
			return out, false
		}
	}
	return out, false
}
