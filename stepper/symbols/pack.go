package symbols

import (
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// pack is a package of split units: a .dwp file. Its indices locate a unit's
// parts in its sections; only these are read, and the strings, which all units
// share.
type pack struct {
	file   *elfFile
	units  *packIndex
	types  *packIndex
	opened map[uint64]bool // type units, by signature
	user   *cu             // a skeleton of a unit in the package; its address base serves for the type units
	str    []byte
}

// packIndex is a .debug_cu_index or .debug_tu_index (DWARF 5 section 7.3.5; its
// predecessor, the GNU extension to DWARF 4, differs in the version and the
// section numbers).
type packIndex struct {
	order          binary.ByteOrder
	version        int
	columns        []string // section of each column, by its name in a program; "" for unknown ones
	rows, slots    int
	hashes, number []byte // of each slot: signature, and row from 1 on (0: none)
	offsets, sizes []byte // of each row and column
}

// openPack reads the indices of f; nil if it has no valid ones.
func openPack(f *elfFile) *pack {
	p := &pack{file: f, opened: map[uint64]bool{}}
	for _, x := range []struct {
		section string
		index   **packIndex
	}{{".debug_cu_index", &p.units}, {".debug_tu_index", &p.types}} {
		b, err := f.data(x.section)
		if err == nil {
			*x.index = parsePackIndex(b, f.ByteOrder)
		}
	}
	if p.units == nil {
		return nil
	}
	return p
}

// parsePackIndex decodes an index; nil if it is malformed.
func parsePackIndex(b []byte, order binary.ByteOrder) *packIndex {
	if len(b) < 16 {
		return nil
	}
	x := &packIndex{order: order, version: int(order.Uint32(b))}
	if order.Uint16(b) == 5 { // two bytes of version and two of padding
		x.version = 5
	}
	columns, rows, slots := uint64(order.Uint32(b[4:])), uint64(order.Uint32(b[8:])), uint64(order.Uint32(b[12:]))
	if x.version != 2 && x.version != 5 || columns == 0 || columns > 16 || slots == 0 || slots&(slots-1) != 0 || rows >= slots {
		return nil
	}
	if 16+12*slots+4*columns+8*columns*rows > uint64(len(b)) {
		return nil
	}
	x.rows, x.slots = int(rows), int(slots)
	take := func(n uint64) (p []byte) { p, b = b[:n], b[n:]; return p }
	take(16)
	x.hashes, x.number = take(8*slots), take(4*slots)
	for names := take(4 * columns); len(names) > 0; names = names[4:] {
		x.columns = append(x.columns, x.column(order.Uint32(names)))
	}
	x.offsets, x.sizes = take(4*columns*rows), take(4*columns*rows)
	return x
}

// column is the section with a column's number (DW_SECT_*).
func (x *packIndex) column(n uint32) string {
	names := [...]string{1: ".debug_info", 3: ".debug_abbrev", 4: ".debug_line", 5: ".debug_loclists", 6: ".debug_str_offsets", 7: ".debug_macro", 8: ".debug_rnglists"}
	if x.version == 2 {
		names = [...]string{1: ".debug_info", 2: ".debug_types", 3: ".debug_abbrev", 4: ".debug_line", 5: ".debug_loc", 6: ".debug_str_offsets", 7: ".debug_macinfo", 8: ".debug_macro"}
	}
	if n < uint32(len(names)) {
		return names[n]
	}
	return ""
}

// row finds a signature; -1 if it is absent.
func (x *packIndex) row(sig uint64) int {
	if x == nil {
		return -1
	}
	mask := uint64(x.slots - 1)
	slot, step := sig&mask, sig>>32&mask|1
	for range x.slots {
		n := int(x.order.Uint32(x.number[4*slot:]))
		if n == 0 || n > x.rows {
			return -1
		}
		if x.order.Uint64(x.hashes[8*slot:]) == sig {
			return n - 1
		}
		slot = (slot + step) & mask
	}
	return -1
}

// read reads the parts of a unit.
func (p *pack) read(x *packIndex, row int) (map[string][]byte, error) {
	contents := map[string][]byte{}
	for i, name := range x.columns {
		at := 4 * (row*len(x.columns) + i)
		off, size := uint64(x.order.Uint32(x.offsets[at:])), uint64(x.order.Uint32(x.sizes[at:]))
		if name == "" || name == ".debug_line" || name == ".debug_macro" || name == ".debug_macinfo" || size == 0 {
			continue
		}
		b, err := p.part(name, off, size)
		if err != nil {
			return nil, err
		}
		contents[name] = b
	}
	if p.str == nil {
		p.str, _ = p.file.data(".debug_str.dwo") // without strings nothing has a name
	}
	contents[".debug_str"] = p.str
	return contents, nil
}

func (p *pack) part(name string, off, size uint64) ([]byte, error) {
	s := p.file.Section(name + ".dwo")
	if s == nil || s.Type == elf.SHT_NOBITS || off > s.Size || size > s.Size-off {
		return nil, fmt.Errorf("%s: %s.dwo has no bytes %#x to %#x", p.file.path, name, off, off+size)
	}
	if s.Flags&elf.SHF_COMPRESSED != 0 {
		all, err := p.file.data(name + ".dwo")
		if err != nil || off+size > uint64(len(all)) {
			return nil, fmt.Errorf("%s: section %s.dwo: %w", p.file.path, name, err)
		}
		return all[off : off+size], nil
	}
	b := make([]byte, size)
	if n, err := s.ReadAt(b, int64(off)); n < len(b) {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("%s: section %s.dwo: %w", p.file.path, name, err)
	}
	return b, nil
}

// open adds the unit whose skeleton is u; nil if the package lacks it.
func (p *pack) open(u *cu) (*cu, error) {
	row := p.units.row(u.id)
	if row < 0 {
		return nil, nil
	}
	contents, err := p.read(p.units, row)
	if err != nil {
		return nil, err
	}
	p.user = u
	return u.im.adoptSplit(contents, u)
}

// packagedType adds a package's type unit that one of its units refers to.
func (im *image) packagedType(sig uint64) (dwarf.Offset, bool) {
	for _, p := range im.split.packs {
		if row := p.types.row(sig); row >= 0 && !p.opened[sig] && p.user != nil {
			// An unreadable type is treated as absent.
			_ = p.openType(sig, row)
		}
		if off, ok := im.types[sig]; ok {
			return off, true
		}
	}
	return 0, false
}

func (p *pack) openType(sig uint64, row int) error {
	p.opened[sig] = true
	contents, err := p.read(p.types, row)
	if err != nil {
		return err
	}
	im := p.user.im
	if types := contents[".debug_types"]; len(types) > 0 {
		return im.addTypes(types, im.splitSections(contents, p.user), p.user)
	}
	_, err = im.adoptSplit(contents, p.user)
	if errors.Is(err, errNoUnit) {
		err = nil // a unit with types only
	}
	return err
}

// openPackagedTypes adds all type units of the packages, because no index
// contains the names of their types.
func (im *image) openPackagedTypes() {
	for _, p := range im.split.packs {
		if p.types == nil || p.user == nil {
			continue
		}
		for slot := range p.types.slots {
			sig := p.types.order.Uint64(p.types.hashes[8*slot:])
			if row := p.types.row(sig); row >= 0 && !p.opened[sig] {
				_ = p.openType(sig, row) // an unreadable type is treated as absent
			}
		}
	}
}
