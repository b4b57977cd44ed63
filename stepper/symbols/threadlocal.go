package symbols

import (
	"debug/elf"
	"path"
)

// ThreadLocal is the offset of a thread-local variable in the module's block of them, bytes, by
// the symbol table. Not every compiler has a way to say it in DWARF (GCC for arm64 has none). unit is the
// path of a unit's source file, if only a variable that this file alone sees is meant, else "".
// ok is false if there is none, or more than one.
func (m *Module) ThreadLocal(name, unit string) (off uint64, ok bool) {
	for _, t := range m.img.symtabs() {
		found, ambiguous := t.threadLocal(name, path.Base(unit), unit == "")
		if found != nil {
			return found.addr, !ambiguous
		}
	}
	return 0, false
}

// threadLocal finds a symbol of a thread-local variable. A local one is of the file that the last
// symbol of type STT_FILE before it names (System V ABI, chapter 4, "Symbol Table").
func (t *symtab) threadLocal(name, file string, global bool) (found *symbol, ambiguous bool) {
	names, files := t.offsetsOf(name, nil), t.offsetsOf(file, nil)
	in := false
	t.all(func(s symbol) {
		switch local := s.bind() == elf.STB_LOCAL; {
		case s.kind() == elf.STT_FILE:
			in = files[s.name] && t.nameOf(s.name) == file
		case s.kind() != elf.STT_TLS || s.section == 0 || !names[s.name] || unversioned(t.nameOf(s.name)) != name:
		case global && !local, !global && local && in:
			ambiguous = found != nil
			found = &s
		}
	})
	return found, ambiguous
}
