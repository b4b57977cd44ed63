package table

import "debug/elf"

// Segment is one loadable part of a file: a PT_LOAD program header.
type Segment struct {
	Offset   uint64   // bytes into the file
	FileSize uint64   // bytes in the file
	Addr     FileAddr // requested address
	MemSize  uint64   // bytes in memory; those beyond FileSize are zero
	Flags    elf.ProgFlag
}

// holds reports whether the segment's bytes in the file cover n bytes at a.
func (s *Segment) holds(a FileAddr, n uint64) bool {
	d := uint64(a - s.Addr)
	return d <= s.FileSize && n <= s.FileSize-d
}

// maxProgramHeaders is how many bytes of program headers Linux accepts. See
// load_elf_phdrs in fs/binfmt_elf.c.
const maxProgramHeaders = 65536

// readSegments reads the program headers and keeps the loadable ones.
func (im *image) readSegments(off, entsize, n uint64) error {
	want := uint64(programHeader32)
	if im.wide() {
		want = programHeader64
	}
	if off == 0 || n == 0 {
		return nil
	}
	if entsize < want {
		return &FormatError{Offset: off, Err: because(ErrMalformed, "program headers of %d bytes", entsize)}
	}
	if n > maxProgramHeaders/want {
		return &FormatError{Offset: off, Err: because(ErrTooLarge, "%d program headers", n)}
	}
	err := im.in.each(off, n*entsize, int(entsize), func(_ uint64, b []byte) error {
		c := im.cursor(b)
		typ := elf.ProgType(c.u32())
		var s Segment
		if im.wide() {
			s.Flags = elf.ProgFlag(c.u32())
		}
		s.Offset, s.Addr = c.word(), FileAddr(c.word())
		c.word() // p_paddr
		s.FileSize, s.MemSize = c.word(), c.word()
		if !im.wide() {
			s.Flags = elf.ProgFlag(c.u32())
		}
		switch typ {
		case elf.PT_LOAD:
			im.segments = append(im.segments, s)
		case elf.PT_NOTE:
			im.notes = append(im.notes, s)
		}
		return nil
	})
	if err != nil {
		return &FormatError{Offset: off, Err: because(err, "program header table")}
	}
	return nil
}

// FileAddr converts a file offset in bytes to the file address of that byte.
func (f *File) FileAddr(offset uint64) (FileAddr, bool) {
	for i := range f.Segments {
		if s := &f.Segments[i]; offset-s.Offset < s.FileSize {
			return s.Addr + FileAddr(offset-s.Offset), true
		}
	}
	return 0, false
}

// FileOffset converts a file address to an offset in the file, in bytes.
func (f *File) FileOffset(a FileAddr) (offset uint64, ok bool) {
	for i := range f.Segments {
		if s := &f.Segments[i]; s.holds(a, 1) {
			return s.Offset + uint64(a-s.Addr), true
		}
	}
	return 0, false
}

// Extent is the range of file addresses that the file occupies when loaded;
// zero if it has no segments.
func (f *File) Extent() (low, high FileAddr) {
	for i, s := range f.Segments {
		if i == 0 || s.Addr < low {
			low = s.Addr
		}
		high = max(high, s.Addr+FileAddr(s.MemSize))
	}
	return low, high
}
