package symbols

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Limits for what a file may claim. The largest values seen in real programs
// are in brackets.
const (
	maxHeaders = 1 << 17   // section headers (a few thousand; only executables are opened here)
	maxNames   = 16 << 20  // bytes of section names (a few thousand)
	maxSymbols = 160 << 20 // bytes of a symbol table: 7 million symbols (workerd: 7 MB)
	maxStrings = 1 << 30   // bytes of a string table (workerd: 34 MB)
	maxSection = 2 << 30   // bytes of a section that is read as a whole, decompressed (Chromium's .debug_info: 1.6 GB)

	// A compressed section may grow by the factor maxGrowth, or to smallSection: DWARF
	// grows by 2 to 10, but one byte of crafted zlib data can stand for a thousand.
	maxGrowth    = 32
	smallSection = 32 << 20 // bytes
)

// maxLineRows is how many rows one unit's line program may make; the largest
// seen, for an amalgamated source, makes 200,000.
const maxLineRows = 1 << 20

// enoughRanges is how many address ranges one scan of entries may read from
// range lists: enough to read each list twice. Hostile entries share one list.
func (u *cu) enoughRanges() int {
	const smallest = 3 // bytes of an entry of .debug_rnglists
	return 1<<12 + 2*(len(u.space.section(".debug_ranges"))+len(u.space.section(".debug_rnglists")))/smallest
}

var errTooMany = errors.New("more than any program needs: not read further")

// checkHeader rejects section header counts and name table sizes that no
// executable has, because debug/elf reads both as a whole. debug/elf detects
// all other errors. Offsets are elf(5)'s.
func checkHeader(r io.ReaderAt) error {
	var b [64]byte
	if n, _ := r.ReadAt(b[:], 0); n < len(b) || string(b[:4]) != elf.ELFMAG {
		return nil
	}
	var order binary.ByteOrder = binary.LittleEndian
	if elf.Data(b[elf.EI_DATA]) == elf.ELFDATA2MSB {
		order = binary.BigEndian
	}
	word := func(p []byte) uint64 { return order.Uint64(p) }
	fields, sizeAt, linkAt := 0x3a, 0x20, 0x28 // e_shentsize; sh_size and sh_link
	off := order.Uint64(b[0x28:])
	if elf.Class(b[elf.EI_CLASS]) == elf.ELFCLASS32 {
		fields, sizeAt, linkAt = 0x2e, 0x14, 0x18
		word = func(p []byte) uint64 { return uint64(order.Uint32(p)) }
		off = uint64(order.Uint32(b[0x20:]))
	}
	entry, count, names := uint64(order.Uint16(b[fields:])), uint64(order.Uint16(b[fields+2:])), uint64(order.Uint16(b[fields+4:]))
	header := func(n uint64) (size, link uint64, ok bool) {
		var h [48]byte
		if got, _ := r.ReadAt(h[:], int64(off+n*entry)); got < linkAt+4 {
			return 0, 0, false
		}
		return word(h[sizeAt:]), uint64(order.Uint32(h[linkAt:])), true
	}
	// What does not fit into the ELF header is in the first section header.
	size, link, ok := header(0)
	if off == 0 || !ok {
		return nil
	}
	if count == 0 {
		count = size
	}
	if names == uint64(elf.SHN_XINDEX) {
		names = link
	}
	if count > maxHeaders {
		return fmt.Errorf("it claims %d sections, more than %d", count, maxHeaders)
	}
	if size, _, ok := header(names); ok && size > maxNames {
		return fmt.Errorf("its section names claim %d bytes, more than %d", size, maxNames)
	}
	return nil
}

// checkSizes rejects sections that are larger than any real one of their kind.
func checkSizes(f *elf.File) error {
	for _, s := range f.Sections {
		limit := uint64(maxSection)
		switch s.Type {
		case elf.SHT_NOBITS:
			continue
		case elf.SHT_SYMTAB, elf.SHT_DYNSYM:
			limit = maxSymbols
		case elf.SHT_STRTAB:
			limit = maxStrings
		}
		if s.Size > limit {
			return fmt.Errorf("section %s claims %d bytes, more than %d", s.Name, s.Size, limit)
		}
		if s.Flags&elf.SHF_COMPRESSED != 0 {
			if err := checkGrowth(s.FileSize, s.Size); err != nil {
				return fmt.Errorf("section %s: %w", s.Name, err)
			}
		}
	}
	return nil
}

var errBomb = errors.New("compressed section claims too many bytes")

// checkGrowth rejects compression ratios that no real section has.
func checkGrowth(from, to uint64) error {
	if to > smallSection && to/maxGrowth > from {
		return fmt.Errorf("%w: %d in %d", errBomb, to, from)
	}
	return nil
}
