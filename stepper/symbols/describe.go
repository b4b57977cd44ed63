package symbols

import (
	"debug/elf"

	"rseqstep/stepper/cfi"
	"rseqstep/table"
)

// SavedRegister is a register that a function has saved on the stack.
type SavedRegister struct {
	Number uint64 // DWARF's
	Addr   table.Addr
}

// Saved returns where the function at an address saves its caller's registers, given its CFA. For
// a return address, at is the byte before it. Without call frame information it is empty.
func (s *Set) Saved(at, cfa table.Addr) (list []SavedRegister) {
	m := s.Module(at)
	if m == nil {
		return nil
	}
	row := m.img.frames().row(m.file(at))
	if row == nil {
		return nil
	}
	for n, rule := range row.Regs {
		if rule.Kind == cfi.Offset {
			list = append(list, SavedRegister{uint64(n), table.Addr(int64(cfa) + rule.N)})
		}
	}
	return list
}

// Section is the name of the ELF section that contains an address; "" if none does.
func (s *Set) Section(a table.Addr) string {
	m := s.Module(a)
	if m == nil {
		return ""
	}
	file := m.file(a)
	for _, x := range m.img.main.Sections {
		if x.Flags&elf.SHF_ALLOC != 0 && x.Flags&elf.SHF_TLS == 0 && file-x.Addr < x.Size {
			return x.Name
		}
	}
	return ""
}

// LanguageName is a unit's language as gdb names it; "" for one without a language.
func (u *Unit) LanguageName() string {
	switch u.Language { // DWARF 5, table 7.17, and the languages added to it since
	case 0x01, 0x02, 0x0c, 0x1d, 0x2c:
		return "c"
	case 0x04, 0x1a, 0x19, 0x21, 0x2a, 0x2b, 0x3a:
		return "c++"
	case 0x16:
		return "go"
	case 0x1c:
		return "rust"
	case 0x07, 0x08, 0x0e, 0x22, 0x23:
		return "fortran"
	case 0x13:
		return "d"
	case 0x03, 0x0d:
		return "ada"
	case 0x8001, 0x31:
		return "asm"
	case 0:
		return ""
	}
	return "minimal"
}
