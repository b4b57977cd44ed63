package symbols

import (
	"debug/dwarf"
	"errors"
	"strings"

	"github.com/ianlancetaylor/demangle"
)

// funcName is a function's name in its display and search forms.
type funcName struct {
	short   string // qualified, without parameters: "ns::f<int>"
	linkage string // the symbol's name
	goLang  bool
	rust    bool // short is DWARF's name, which has the arguments that a symbol of before v0 lacks
}

// full is the name with its parameters, if its linkage name contains them.
func (n *funcName) full() string {
	if mangled(n.linkage) && !n.rust {
		if s, err := demangle.ToString(n.linkage); err == nil {
			return s
		}
	}
	return n.short
}

var errTooDeep = errors.New("DIEs nested too deeply")

// mangled reports whether a symbol can be a C++ (Itanium ABI) or Rust name.
func mangled(s string) bool {
	return strings.HasPrefix(s, "_Z") || strings.HasPrefix(s, "_R") || strings.HasPrefix(s, "___Z") || strings.HasPrefix(s, "_GLOBAL_")
}

// plain is the display form of a symbol: demangled, without parameters.
func plain(symbol string) string {
	if mangled(symbol) {
		if s, err := demangle.ToString(symbol, demangle.NoParams); err == nil {
			return s
		}
	}
	return symbol
}

// maxOrigins bounds the chain of specifications and abstract origins along
// which a name is searched; gcc makes chains of three.
const maxOrigins = 8

// nameAt is the name of the subprogram DIE at off, or of the one it refers to.
func (im *image) nameAt(off dwarf.Offset) *funcName {
	n := &funcName{}
	for i := 0; i < maxOrigins; i++ {
		u := im.unitOf(off)
		if u == nil {
			break
		}
		e, err := im.entryAt(off)
		if err != nil {
			break
		}
		n.goLang, n.rust = u.language() == langGo, u.language() == langRust
		if n.linkage == "" {
			n.linkage = linkageName(e)
		}
		if n.short == "" {
			if name, ok := e.Val(dwarf.AttrName).(string); ok {
				n.short = u.qualify(off, name)
			}
		}
		if n.linkage != "" && (n.short != "" || !n.rust) {
			break
		}
		next, ok := e.Val(dwarf.AttrSpecification).(dwarf.Offset)
		if !ok {
			next, ok = e.Val(dwarf.AttrAbstractOrigin).(dwarf.Offset)
		}
		if !ok {
			break
		}
		off = next
	}
	if mangled(n.linkage) && !(n.rust && n.short != "") {
		n.short = plain(n.linkage)
	}
	if n.short == "" {
		n.short = n.linkage
	}
	if n.linkage == "" {
		n.linkage = n.short
	}
	return n
}

// qualify prefixes a DIE's name with the names of its scopes.
func (u *cu) qualify(off dwarf.Offset, name string) string {
	f := u.functions()
	scope, ok := f.scopeOf[off]
	if !ok {
		return name
	}
	parts := []string{name}
	for ; scope >= 0; scope = f.scopes[scope].parent {
		parts = append(parts, f.scopes[scope].name)
	}
	for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
		parts[i], parts[j] = parts[j], parts[i]
	}
	return strings.Join(parts, "::")
}

// named is the function's name, resolved once.
func (f *fn) named() *funcName {
	if f.name == nil {
		f.name = f.unit.im.nameAt(f.die)
	}
	return f.name
}
