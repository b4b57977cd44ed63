package symbols

import (
	"debug/dwarf"
	"debug/elf"
	"strings"

	"rseqstep/stepper"
)

// functionPlaces finds the addresses for a breakpoint on a function of the
// module: past the prologue of each concrete one, at the entry of each inlined
// one. With a file, only functions whose first line is in it.
func (s *Set) functionPlaces(m *Module, q *query, file string) []stepper.Place {
	var out []stepper.Place
	im := m.img
	seen := map[uint64]bool{} // entries found in DWARF
	for _, f := range im.functionsNamed(q) {
		seen[f.entry] = true
		if file != "" && !im.inFile(f.entry, file) {
			continue
		}
		out = append(out, m.ownPlace(im.body(f, f.entry), f.named().short))
	}
	for _, c := range im.callsNamed(q) {
		if file == "" || im.inFile(c.entry, file) {
			depth := im.shownAt(c.entry, func(_ int, s *Scope) bool { return s.name.short == c.name.short })
			out = append(out, m.placeAt(c.entry, depth, c.name.short))
		}
	}
	if file != "" {
		return out
	}
	for _, sym := range im.codeNamed(q) {
		if seen[sym.addr] {
			continue
		}
		seen[sym.addr] = true
		if sym.kind() == elf.STT_GNU_IFUNC {
			if places := s.chosenPlaces(m, sym.addr, sym.name); len(places) > 0 {
				out = append(out, places...)
				continue
			}
		}
		f := im.fnAt(sym.addr)
		if f != nil && f.entry != sym.addr {
			f = nil // a label inside a function
		}
		out = append(out, m.ownPlace(im.body(f, sym.addr), plain(sym.name)))
	}
	return out
}

// functionsNamed is the DWARF's concrete functions that match a query.
func (im *image) functionsNamed(q *query) []*fn {
	var out []*fn
	for _, u := range im.unitsNaming(q.ident) {
		for _, f := range u.functions().fns {
			if q.matches(f.named()) {
				out = append(out, f)
			}
		}
	}
	return out
}

// namedCall is an inlined call of a named function.
type namedCall struct {
	entry uint64
	name  *funcName
}

func (im *image) callsNamed(q *query) []namedCall {
	var out []namedCall
	names := map[dwarf.Offset]*funcName{} // nil for names that do not match
	for _, u := range im.unitsNaming(q.ident) {
		for _, c := range u.functions().inlined {
			n, known := names[c.origin]
			if !known {
				if n = im.nameAt(c.origin); !q.matches(n) {
					n = nil
				}
				names[c.origin] = n
			}
			if n != nil {
				out = append(out, namedCall{c.entry, n})
			}
		}
	}
	return out
}

func (im *image) inFile(a uint64, file string) bool {
	calls := inlinedCalls(im.scopesAt(a))
	name, _, ok := im.lineAt(a, max(len(calls)-1, 0))
	return ok && fileMatches(file, name)
}

// fileMatches reports whether a user's file name means the file of that path:
// the same path, or its last components.
func fileMatches(query, path string) bool {
	query = strings.TrimPrefix(query, "./")
	return path == query || query != "" && query[0] != '/' && strings.HasSuffix(path, "/"+query)
}
