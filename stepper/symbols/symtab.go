package symbols

import (
	"bytes"
	"cmp"
	"debug/elf"
	"io"
	"maps"
	"slices"
	"sort"
)

// symtab is one ELF symbol table. A look-up by name streams through it and
// keeps nothing; the table by address is made at the first look-up by address
// and refers to names by their offset in the string table, which is not kept in
// memory.
type symtab struct {
	file   *elfFile
	syms   *elf.Section
	strs   *elf.Section
	marks  []string // machine.Arch.Marks
	sorted bool
	table  []symbol // by address, functions and data alike; made by byAddress
}

// symbol is a defined symbol. 24 bytes; a 162 MB program has 280,000.
type symbol struct {
	addr, size uint64
	name       uint32 // offset in the string table
	section    uint16
	info       uint8 // elf.ST_INFO: binding and type
}

func (s symbol) kind() elf.SymType { return elf.ST_TYPE(s.info) }

func (s symbol) bind() elf.SymBind { return elf.ST_BIND(s.info) }

// symEntry64 and symEntry32 are sizeof(Elf64_Sym) and sizeof(Elf32_Sym) (elf.h).
const (
	symEntry64 = 24
	symEntry32 = 16
	chunk      = symEntry64 * symEntry32 << 10 // bytes read at a time: a multiple of both
)

// openSymtab opens the symbol table of a section type, nil if the file has none.
func (im *image) openSymtab(f *elfFile, typ elf.SectionType) *symtab {
	for _, s := range f.Sections {
		if s.Type != typ || s.Flags&elf.SHF_COMPRESSED != 0 || int(s.Link) >= len(f.Sections) {
			continue
		}
		strs := f.Sections[s.Link]
		if strs.Type != elf.SHT_STRTAB || strs.Flags&elf.SHF_COMPRESSED != 0 {
			continue
		}
		t := &symtab{file: f, syms: s, strs: strs}
		if im.arch != nil {
			t.marks = im.arch.Marks
		}
		return t
	}
	return nil
}

// symtabs are the tables with the image's symbols.
func (im *image) symtabs() []*symtab {
	if im.symsTried {
		return im.syms
	}
	im.symsTried = true
	im.dynsym = im.openSymtab(im.main, elf.SHT_DYNSYM)
	full := im.openSymtab(im.main, elf.SHT_SYMTAB)
	if d := im.debugFile(); full == nil && d != nil {
		full = im.openSymtab(d, elf.SHT_SYMTAB)
	}
	if full != nil {
		im.syms = append(im.syms, full)
	}
	if im.dynsym != nil {
		im.syms = append(im.syms, im.dynsym)
	}
	return im.syms
}

// each streams through the defined symbols of code and data.
func (t *symtab) each(do func(symbol)) {
	t.all(func(s symbol) {
		if s.section != 0 && (s.kind() <= elf.STT_FUNC || s.kind() == elf.STT_GNU_IFUNC) {
			do(s)
		}
	})
}

// all streams through all symbols, in the order of the table.
func (t *symtab) all(do func(symbol)) {
	size := symEntry64
	if t.file.Class == elf.ELFCLASS32 {
		size = symEntry32
	}
	buf := make([]byte, chunk)
	for off := int64(0); ; off += chunk {
		n, err := t.syms.ReadAt(buf, off)
		for p := buf[:n]; len(p) >= size; p = p[size:] {
			do(t.decode(p))
		}
		if err != nil || n < chunk {
			return
		}
	}
}

func (t *symtab) decode(p []byte) symbol {
	o := t.file.ByteOrder
	if t.file.Class == elf.ELFCLASS32 {
		return symbol{name: o.Uint32(p), addr: uint64(o.Uint32(p[4:])), size: uint64(o.Uint32(p[8:])), info: p[12], section: o.Uint16(p[14:])}
	}
	return symbol{name: o.Uint32(p), info: p[4], section: o.Uint16(p[6:]), addr: o.Uint64(p[8:]), size: o.Uint64(p[16:])}
}

// maxName bounds a symbol's length in bytes; the longest in workerd has 12,000.
const maxName = 1 << 16

// nameOf reads a name from the string table in the file.
func (t *symtab) nameOf(off uint32) string {
	buf := make([]byte, 128)
	for {
		n, err := t.strs.ReadAt(buf, int64(off))
		if i := bytes.IndexByte(buf[:n], 0); i >= 0 {
			return string(buf[:i])
		}
		if err != nil || len(buf) >= maxName {
			return ""
		}
		buf = make([]byte, 8*len(buf))
	}
}

// eachName streams through the string table until do returns false. The name is
// only valid during the call. Names longer than chunk bytes are passed in
// pieces.
func (t *symtab) eachName(do func(off uint32, name []byte) bool) {
	r := io.NewSectionReader(t.strs, 0, int64(t.strs.Size))
	buf := make([]byte, chunk)
	var at int64 // string table offset of buf[0]
	have := 0
	for {
		n, err := io.ReadFull(r, buf[have:])
		p := buf[:have+n]
		used := 0
		for {
			i := bytes.IndexByte(p[used:], 0)
			if i < 0 {
				break
			}
			if !do(uint32(at)+uint32(used), p[used:used+i]) {
				return
			}
			used += i + 1
		}
		if err != nil {
			return
		}
		if used == 0 {
			used = len(p)
		}
		have = copy(buf, p[used:])
		at += int64(used)
	}
}

// offsetsOf finds the offsets of the names in the string table that accept
// likes. Linkers share tails, so that "malloc" may point into "__libc_malloc":
// exact names are found as tails too.
func (t *symtab) offsetsOf(exact string, likes func(name []byte) bool) map[uint32]bool {
	offs := map[uint32]bool{}
	tail := []byte(exact)
	t.eachName(func(off uint32, name []byte) bool {
		if exact != "" && bytes.HasSuffix(name, tail) {
			offs[off+uint32(len(name)-len(tail))] = true
		} else if i := bytes.IndexByte(name, '@'); exact != "" && i > 0 && string(name[:i]) == exact {
			offs[off] = true // "malloc@@GLIBC_2.2.5", GNU ld's form of versions in .symtab
		}
		if likes != nil && likes(name) {
			offs[off] = true
		}
		return true
	})
	return offs
}

// offsetsOfMarks finds the offsets of the names of symbols that name nothing.
func (t *symtab) offsetsOfMarks() map[uint32]bool {
	all := map[uint32]bool{}
	for _, mark := range t.marks {
		dotted := []byte(mark + ".")
		maps.Copy(all, t.offsetsOf(mark, func(name []byte) bool { return bytes.HasPrefix(name, dotted) }))
	}
	return all
}

// find returns the symbols whose names are at the given offsets.
func (t *symtab) find(offs map[uint32]bool) []symbol {
	if len(offs) == 0 {
		return nil
	}
	var out []symbol
	t.each(func(s symbol) {
		if offs[s.name] {
			out = append(out, s)
		}
	})
	return out
}

// byAddress is the table of all symbols that an address can belong to.
func (t *symtab) byAddress() []symbol {
	if t.sorted {
		return t.table
	}
	t.sorted = true
	n := int(min(t.syms.Size/symEntry64, 1<<22))
	t.table = make([]symbol, 0, n)
	marks := t.offsetsOfMarks()
	t.each(func(s symbol) {
		if s.section < uint16(elf.SHN_LORESERVE) && !marks[s.name] {
			t.table = append(t.table, s)
		}
	})
	slices.SortStableFunc(t.table, func(a, b symbol) int {
		return cmp.Or(cmp.Compare(a.addr, b.addr), cmp.Compare(a.rank(), b.rank())) // the best one last
	})
	return t.table
}

// rank orders symbols of one address by preference: sized before unsized, functions and
// objects before labels, global before weak before local.
func (s symbol) rank() int {
	n := 0
	if s.size != 0 {
		n += 8
	}
	if s.kind() != elf.STT_NOTYPE {
		n += 4
	}
	switch s.bind() {
	case elf.STB_GLOBAL:
		n += 2
	case elf.STB_WEAK:
		n++
	}
	return n
}

// nearest is the symbol that a belongs to: the one that contains it, else the
// last before it in the same section.
func (t *symtab) nearest(a uint64) (symbol, bool) {
	table := t.byAddress()
	i := sort.Search(len(table), func(i int) bool { return table[i].addr > a }) - 1
	if i < 0 {
		return symbol{}, false
	}
	// A label inside a function does not hide the function.
	for k := i; k >= 0 && k > i-overlapReach; k-- {
		if s := table[k]; a-s.addr < s.size {
			return s, true
		}
	}
	s := table[i]
	if int(s.section) >= len(t.file.Sections) {
		return symbol{}, false
	}
	if sec := t.file.Sections[s.section]; a-sec.Addr >= sec.Size {
		return symbol{}, false
	}
	return s, true
}

// next is the first symbol's address after a, or its section's end.
func (t *symtab) next(s symbol) uint64 {
	table := t.byAddress()
	end := s.addr
	if int(s.section) < len(t.file.Sections) {
		sec := t.file.Sections[s.section]
		end = sec.Addr + sec.Size
	}
	i := sort.Search(len(table), func(i int) bool { return table[i].addr > s.addr })
	if i < len(table) && table[i].addr < end {
		end = table[i].addr
	}
	return end
}
