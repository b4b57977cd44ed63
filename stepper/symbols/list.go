package symbols

import (
	"debug/elf"
	"regexp"
	"slices"
	"sort"
	"strings"

	"rseqstep/stepper"
	"rseqstep/table"
)

// Match is a function that Functions found.
type Match struct {
	Name   string
	Addr   table.Addr // its entry address
	Line   stepper.Line
	Module string
	Debug  bool // found in DWARF, not only in a symbol table
}

// Functions is every concrete function whose name the expression matches, those
// with debug information first, each kind by module, name and address. It reads
// the DIEs of every unit.
func (s *Set) Functions(re *regexp.Regexp) []Match {
	var out []Match
	for _, m := range s.byOrder {
		seen := map[uint64]bool{}
		for _, u := range m.img.unitsNaming("") {
			for _, f := range u.functions().fns {
				seen[f.entry] = true
				if re.MatchString(f.named().short) {
					p := m.ownPlace(f.entry, f.named().short)
					out = append(out, Match{Name: p.Function, Addr: p.Addr, Line: p.Line, Module: m.Path, Debug: true})
				}
			}
		}
		for _, t := range m.img.symtabs() {
			for _, sym := range t.byAddress() {
				if seen[sym.addr] || !m.img.isCode(sym) {
					continue
				}
				if name := plain(unversioned(t.nameOf(sym.name))); name != "" && re.MatchString(name) {
					seen[sym.addr] = true
					out = append(out, Match{Name: name, Addr: m.process(sym.addr), Module: m.Path})
				}
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if a.Debug != b.Debug {
			return a.Debug
		}
		return a.Module == b.Module && (a.Name < b.Name || a.Name == b.Name && a.Addr < b.Addr)
	})
	return out
}

// maxCompletions is the most names that Complete returns: more are of no use.
const maxCompletions = 200

// maxEager is the most bytes of .debug_info that Complete reads to find
// functions that exist only as inlined calls.
const maxEager = 16 << 20

// Complete is the function names that begin with prefix, at most maxCompletions: those of the
// first module, which is the program, and then those of the others, both sorted. A prefix without
// "::" also matches the beginning of a qualified name's last component.
func (s *Set) Complete(prefix string) []string {
	return s.names(func(m *Module) map[string]bool { return m.completeCode(prefix) })
}

// CompleteData is Complete for variables with a symbol.
func (s *Set) CompleteData(prefix string) []string {
	fits := func(name string) bool { return strings.HasPrefix(name, prefix) }
	return s.names(func(m *Module) map[string]bool {
		have := map[string]bool{}
		for _, t := range m.img.symtabs() {
			for name := range t.completions(prefix, fits, func(sym symbol) bool { return sym.kind() == elf.STT_OBJECT || sym.kind() == elf.STT_TLS }) {
				have[name] = true
			}
		}
		return have
	})
}

// names collects the names that of finds in each module, the program's before others.
func (s *Set) names(of func(*Module) map[string]bool) (out []string) {
	out = []string{}
	seen, own := map[string]bool{}, 0
	for i, m := range s.byOrder {
		for _, name := range sortedKeys(of(m)) {
			if !seen[name] {
				out = append(out, name)
			}
			seen[name] = true
		}
		if i == 0 {
			own = len(out)
		}
	}
	slices.Sort(out[own:])
	return out[:min(len(out), maxCompletions)]
}

func (m *Module) completeCode(prefix string) map[string]bool {
	have := map[string]bool{}
	fits := func(name string) bool {
		return strings.HasPrefix(name, prefix) || prefix != "" && !strings.Contains(prefix, "::") && strings.HasPrefix(lastComponent(stripTemplates(name)), prefix)
	}
	for _, t := range m.img.symtabs() {
		for name := range t.completions(prefix, fits, m.img.isCode) {
			have[name] = true
		}
	}
	if !m.HasDWARF() || len(m.img.section(".debug_info")) > maxEager {
		return have
	}
	for _, u := range m.img.unitsNaming("") {
		for _, off := range u.functions().named {
			if name := m.img.nameAt(off).short; fits(name) {
				have[name] = true
			}
		}
	}
	return have
}
