package corefile

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"rseqstep/table"
)

// parseFiles reads NT_FILE: the number of mappings, the unit of the offsets, start, end
// and offset of each, then the paths, each with a zero byte (fill_files_note,
// fs/binfmt_elf.c). All numbers have 8 bytes.
func parseFiles(b []byte) ([]Mapping, error) {
	const head, entry = 16, 24
	le := binary.LittleEndian
	if len(b) < head {
		return nil, because(ErrMalformed, "NT_FILE of %d bytes", len(b))
	}
	count, page := le.Uint64(b), le.Uint64(b[8:])
	if count > uint64(len(b)-head)/entry {
		return nil, because(ErrMalformed, "NT_FILE of %d bytes for %d mappings", len(b), count)
	}
	names := b[head+count*entry:]
	list := make([]Mapping, 0, count)
	for i := range count {
		e := b[head+i*entry:]
		name, rest, ok := bytes.Cut(names, []byte{0})
		if !ok {
			return nil, because(ErrMalformed, "NT_FILE with %d paths for %d mappings", i, count)
		}
		names = rest
		m := Mapping{Low: table.Addr(le.Uint64(e)), High: table.Addr(le.Uint64(e[8:])), Path: string(name)}
		pages := le.Uint64(e[16:])
		if m.High <= m.Low || page == 0 || pages > math.MaxInt64/page || uint64(m.High-m.Low) > math.MaxInt64-pages*page {
			return nil, because(ErrMalformed, "NT_FILE with the mapping [%v,%v) at %d times %d", m.Low, m.High, pages, page)
		}
		m.Offset = pages * page
		list = append(list, m)
	}
	slices.SortStableFunc(list, func(a, b Mapping) int { return cmp.Compare(a.Low, b.Low) })
	return list, nil
}

// mappingAt is the file mapped at an address, nil for none.
func (c *Core) mappingAt(a table.Addr) *Mapping {
	i, found := slices.BinarySearchFunc(c.files, a, func(m Mapping, a table.Addr) int { return cmp.Compare(m.Low, a) })
	if !found {
		i--
	}
	if i < 0 || a >= c.files[i].High {
		return nil
	}
	return &c.files[i]
}

// Kinds of the auxiliary vector, include/uapi/linux/auxvec.h. See getauxval(3).
const (
	auxHeaders = 3  // AT_PHDR
	auxEntry   = 9  // AT_ENTRY
	auxVDSO    = 33 // AT_SYSINFO_EHDR
)

// auxiliary is a value of the auxiliary vector; 0 if there is none.
func (c *Core) auxiliary(kind uint64) uint64 {
	for b := c.auxv; len(b) >= 16; b = b[16:] {
		if binary.LittleEndian.Uint64(b) == kind {
			return binary.LittleEndian.Uint64(b[8:])
		}
	}
	return 0
}
