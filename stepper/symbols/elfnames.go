package symbols

import (
	"debug/elf"
	"strings"
)

// codeSymbol is a symbol of the image that names code.
type codeSymbol struct {
	symbol
	name string // as in the table, without a version
}

// isCode reports whether a symbol can name a function or a label in code.
func (im *image) isCode(s symbol) bool {
	switch s.kind() {
	case elf.STT_FUNC, elf.STT_GNU_IFUNC, elf.STT_NOTYPE:
		return im.main.executable(s.addr)
	}
	return false
}

// maxAsked bounds the cached look-ups. They are cached because pending
// breakpoints repeat them for every loaded library.
const maxAsked = 256

// codeNamed finds the image's code symbols that a query names.
func (im *image) codeNamed(q *query) []codeSymbol {
	out, known := im.asked[q.given]
	if !known {
		if len(im.asked) >= maxAsked {
			clear(im.asked)
		}
		out = im.findCode(q)
		im.asked[q.given] = out
	}
	return out
}

func (im *image) findCode(q *query) []codeSymbol {
	var out []codeSymbol
	for _, t := range im.symtabs() {
		names := map[uint32]string{}
		offs := t.offsetsOf(q.exact(), q.likes())
		for _, s := range t.find(offs) {
			if !im.isCode(s) {
				continue
			}
			name, ok := names[s.name]
			if !ok {
				name = unversioned(t.nameOf(s.name))
				names[s.name] = name
			}
			if q.matchesSymbol(name) {
				out = append(out, codeSymbol{s, name})
			}
		}
		if len(out) > 0 {
			break // .dynsym has nothing that .symtab lacks
		}
	}
	return out
}

// definition is a symbol, or the result that there is none.
type definition struct {
	symbol
	found bool
}

// symbolNamed finds a defined symbol by its linkage name, global ones first.
func (im *image) symbolNamed(name string) (symbol, bool) {
	d, known := im.defined[name]
	if !known {
		if len(im.defined) >= maxAsked {
			clear(im.defined)
		}
		d.symbol, d.found = im.findSymbol(name)
		im.defined[name] = d
	}
	return d.symbol, d.found
}

func (im *image) findSymbol(name string) (symbol, bool) {
	best, found := symbol{}, false
	for _, t := range im.symtabs() {
		for _, s := range t.find(t.offsetsOf(name, nil)) {
			if s.section >= uint16(elf.SHN_LORESERVE) || unversioned(t.nameOf(s.name)) != name {
				continue
			}
			if !found || s.rank() > best.rank() {
				best, found = s, true
			}
		}
		if found {
			break
		}
	}
	return best, found
}

// symbolAt finds the symbol that covers a file address: what is past the end of a symbol with a
// size belongs to no symbol (gdb, minsyms.c).
func (im *image) symbolAt(a uint64) (name string, offset uint64, ok bool) {
	s, t, ok := im.nearestSymbol(a)
	if !ok || s.size > 0 && a-s.addr >= s.size {
		return "", 0, false
	}
	return unversioned(t.nameOf(s.name)), a - s.addr, true
}

func (im *image) nearestSymbol(a uint64) (best symbol, in *symtab, ok bool) {
	for _, t := range im.symtabs() {
		if s, found := t.nearest(a); found {
			return s, t, true
		}
	}
	return symbol{}, nil, false
}

// unversioned removes "@GLIBC_2.2.5" and "@@GLIBC_2.2.5" from a symbol.
func unversioned(name string) string {
	if i := strings.IndexByte(name, '@'); i > 0 {
		return name[:i]
	}
	return name
}
