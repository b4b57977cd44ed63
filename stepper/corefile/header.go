package corefile

import (
	"bytes"
	"cmp"
	"debug/elf"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arches"
	"rseqstep/table"
)

// Sizes of the ELF structures in bytes, and offsets in them. See elf(5).
const (
	headerSize        = 64
	programHeaderSize = 56
	sectionHeaderSize = 64
	manyHeaders       = 0xffff // PN_XNUM: the count is sh_info of section header 0

	// maxHeaders is the most mappings that are read: vm.max_map_count may be
	// 2^31-1, and each has a program header of 56 bytes.
	maxHeaders = 1 << 24
)

// segment is a part of memory in a core file: a PT_LOAD program header.
type segment struct {
	low, high  table.Addr // mapped range
	dumped     uint64     // bytes from low on that are in the file
	offset     uint64     // file offset of the first
	executable bool
}

// Is reports whether a file is an ELF core file, of any machine.
func Is(path string) bool {
	fi, err := os.Stat(path) // a FIFO would block
	if err != nil || !fi.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var h [headerSize]byte
	n, _ := f.ReadAt(h[:], 0)
	return n >= 18 && bytes.HasPrefix(h[:], []byte(elf.ELFMAG)) && fileType(h[:]) == elf.ET_CORE
}

func byteOrder(h []byte) binary.ByteOrder {
	if elf.Data(h[elf.EI_DATA]) == elf.ELFDATA2MSB {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func fileType(h []byte) elf.Type { return elf.Type(byteOrder(h).Uint16(h[16:])) }

// input is a file of known size.
type input struct {
	r    io.ReaderAt
	size uint64
}

func (in input) has(offset, n uint64) bool { return offset <= in.size && n <= in.size-offset }

// bytes reads n bytes at an offset. Precondition: the caller has bounded n.
func (in input) bytes(offset, n uint64, what string) ([]byte, error) {
	if !in.has(offset, n) {
		return nil, because(ErrTruncated, "%s", what)
	}
	p := make([]byte, n)
	if got, err := in.r.ReadAt(p, int64(offset)); got < len(p) {
		if err == nil || errors.Is(err, io.EOF) {
			return nil, because(ErrTruncated, "%s", what)
		}
		return nil, err
	}
	return p, nil
}

// checkHeader reads the ELF header. Its error describes a file that is not a supported core.
func checkHeader(in input) ([]byte, *machine.Arch, error) {
	h := make([]byte, headerSize)
	n, err := in.r.ReadAt(h, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	switch h = h[:n]; {
	case n < 20 && bytes.HasPrefix(h, []byte(elf.ELFMAG)):
		return nil, nil, because(ErrTruncated, "the ELF header")
	case !bytes.HasPrefix(h, []byte(elf.ELFMAG)):
		return nil, nil, because(ErrNotCore, "not an ELF file")
	case fileType(h) != elf.ET_CORE:
		return nil, nil, because(ErrNotCore, "an ELF file of type %v", fileType(h))
	}
	class, machine := elf.Class(h[elf.EI_CLASS]), elf.Machine(byteOrder(h).Uint16(h[18:]))
	arch, err := arches.Of(machine, class)
	if err != nil || elf.Data(h[elf.EI_DATA]) != elf.ELFDATA2LSB {
		return nil, nil, because(ErrUnsupported, "the core of a program for %v (%v); only core files of 64-bit x86 and arm64 programs can be read", machine, class)
	}
	if n < headerSize {
		return nil, nil, because(ErrTruncated, "the ELF header")
	}
	return h, arch, nil
}

// readHeaders reads the program headers: memory, by address, and the positions of the
// notes.
func (c *Core) readHeaders() error {
	h, arch, err := checkHeader(c.in)
	if err != nil {
		return err
	}
	c.arch = arch
	le := binary.LittleEndian
	offset, entry, count := le.Uint64(h[32:]), uint64(le.Uint16(h[54:])), uint64(le.Uint16(h[56:]))
	if count == manyHeaders {
		s, err := c.in.bytes(le.Uint64(h[40:]), sectionHeaderSize, "section header 0, which counts the program headers")
		if err != nil {
			return err
		}
		count = uint64(le.Uint32(s[44:])) // sh_info
	}
	switch {
	case count == 0:
		return because(ErrMalformed, "no program headers")
	case entry < programHeaderSize:
		return because(ErrMalformed, "program headers of %d bytes", entry)
	case count > maxHeaders || !c.in.has(offset, count*entry):
		return because(ErrTruncated, "%d program headers", count)
	}
	for i := range count {
		b, err := c.in.bytes(offset+i*entry, programHeaderSize, "a program header")
		if err != nil {
			return err
		}
		c.programHeader(b)
	}
	slices.SortStableFunc(c.segments, func(a, b segment) int { return cmp.Compare(a.low, b.low) })
	return nil
}

// programHeader adds one program header. It records data beyond the end of the
// file as missing.
func (c *Core) programHeader(b []byte) {
	le := binary.LittleEndian
	offset, addr, inFile, inMemory := le.Uint64(b[8:]), le.Uint64(b[16:]), le.Uint64(b[32:]), le.Uint64(b[40:])
	switch elf.ProgType(le.Uint32(b)) {
	case elf.PT_NOTE:
		c.notes = append(c.notes, note{offset: offset, size: inFile})
	case elf.PT_LOAD:
		size := min(max(inMemory, inFile), -addr-1) // -addr-1: up to the end of the address space
		s := segment{low: table.Addr(addr), high: table.Addr(addr + size), dumped: min(inFile, size), offset: offset,
			executable: elf.ProgFlag(le.Uint32(b[4:]))&elf.PF_X != 0}
		if !c.in.has(offset, s.dumped) {
			c.expected = max(c.expected, offset+s.dumped)
			s.dumped = 0
			if offset < c.in.size {
				s.dumped = c.in.size - offset
			}
		}
		if size > 0 {
			c.segments = append(c.segments, s)
		}
	}
}
