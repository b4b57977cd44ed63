package table

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
)

// image is an ELF file's headers with access to its bytes.
type image struct {
	in       *input
	class    elf.Class
	order    binary.ByteOrder
	machine  elf.Machine
	typ      elf.Type
	flags    uint32 // e_flags
	entry    uint64
	segments []Segment
	headers  []header    // section headers; empty for a file without them
	names    []byte      // the section name string table
	byAddr   []int       // indexes of headers with an address, sorted by it
	extended map[int]int // symbol table's index: its SHT_SYMTAB_SHNDX section's
	notes    []Segment   // PT_NOTE
}

// header is one section header. In a relocatable object addr is replaced by
// the section's place in the layout that layOut makes.
type header struct {
	name    uint32
	typ     elf.SectionType
	link    uint32
	info    uint32
	flags   elf.SectionFlag
	addr    uint64
	offset  uint64
	size    uint64
	align   uint64
	entsize uint64
}

// Sizes of the structures in bytes, 32 and 64 bit. See elf(5).
const (
	identSize       = 16
	fileHeader32    = 52
	fileHeader64    = 64
	sectionHeader32 = 40
	sectionHeader64 = 64
	programHeader32 = 32
	programHeader64 = 56

	extendedCount = 0xffff // PN_XNUM, SHN_XINDEX: the number is in section header 0
)

// readImage reads the ELF header, the program headers and section headers.
// It does not use debug/elf: doc.go says why.
func readImage(in *input) (*image, error) {
	var ident [identSize]byte
	if err := in.small(0, ident[:]); err != nil || !bytes.HasPrefix(ident[:], []byte(elf.ELFMAG)) {
		return nil, &FormatError{Err: ErrNotELF}
	}
	im := &image{in: in, class: elf.Class(ident[elf.EI_CLASS])}
	size := fileHeader32
	switch im.class {
	case elf.ELFCLASS32:
	case elf.ELFCLASS64:
		size = fileHeader64
	default:
		return nil, &FormatError{Offset: elf.EI_CLASS, Err: because(ErrUnsupported, "ELF class %d", im.class)}
	}
	switch elf.Data(ident[elf.EI_DATA]) {
	case elf.ELFDATA2LSB:
		im.order = binary.LittleEndian
	case elf.ELFDATA2MSB:
		im.order = binary.BigEndian
	default:
		return nil, &FormatError{Offset: elf.EI_DATA, Err: because(ErrUnsupported, "ELF byte order %d", ident[elf.EI_DATA])}
	}
	if ident[elf.EI_VERSION] != byte(elf.EV_CURRENT) {
		return nil, &FormatError{Offset: elf.EI_VERSION, Err: because(ErrUnsupported, "ELF version %d", ident[elf.EI_VERSION])}
	}
	b := make([]byte, size)
	if err := in.small(0, b); err != nil {
		return nil, &FormatError{Err: because(err, "ELF header")}
	}
	return im, im.readHeaders(im.cursor(b[identSize:]))
}

func (im *image) cursor(b []byte) *cursor {
	return &cursor{b: b, order: im.order, wide: im.wide()}
}

func (im *image) wide() bool { return im.class == elf.ELFCLASS64 }

// readHeaders reads the rest of the ELF header from c and the tables that it
// points to.
func (im *image) readHeaders(c *cursor) error {
	im.typ = elf.Type(c.u16())
	im.machine = elf.Machine(c.u16())
	if im.typ == elf.ET_CORE {
		return &FormatError{Err: because(ErrUnsupported, "a core dump")}
	}
	c.u32() // e_version
	im.entry = c.word()
	phoff, shoff := c.word(), c.word()
	im.flags = c.u32()
	c.u16() // e_ehsize
	phentsize, phnum := uint64(c.u16()), uint64(c.u16())
	shentsize, shnum := uint64(c.u16()), uint64(c.u16())
	shstrndx := uint64(c.u16())

	if shoff != 0 && (shnum == 0 || phnum == extendedCount || shstrndx == extendedCount) {
		first, err := im.sectionHeaders(shoff, shentsize, 1)
		if err != nil {
			return err
		}
		if shnum == 0 {
			shnum = first[0].size
		}
		if phnum == extendedCount {
			phnum = uint64(first[0].info)
		}
		if shstrndx == extendedCount {
			shstrndx = uint64(first[0].link)
		}
	}
	if err := im.readSegments(phoff, phentsize, phnum); err != nil {
		return err
	}
	if shoff == 0 {
		return nil
	}
	var err error
	if im.headers, err = im.sectionHeaders(shoff, shentsize, shnum); err != nil {
		return err
	}
	return im.readNames(shoff, shstrndx)
}

// maxHeaders is how many section headers are read. Relocatable objects with a
// section for each function come to some hundred thousand.
const maxHeaders = 1 << 20

// sectionHeaders reads n section headers of entsize bytes each.
func (im *image) sectionHeaders(off, entsize, n uint64) ([]header, error) {
	want := uint64(sectionHeader32)
	if im.wide() {
		want = sectionHeader64
	}
	if n == 0 {
		return nil, nil
	}
	if entsize < want {
		return nil, &FormatError{Offset: off, Err: because(ErrMalformed, "section headers of %d bytes", entsize)}
	}
	if n > im.in.size/entsize || !im.in.within(off, n*entsize) {
		return nil, &FormatError{Offset: off, Err: because(ErrTruncated, "section header table")}
	}
	if n > maxHeaders {
		return nil, &FormatError{Offset: off, Err: because(ErrTooLarge, "%d section headers", n)}
	}
	headers := make([]header, 0, n)
	err := im.in.each(off, n*entsize, int(entsize), func(_ uint64, b []byte) error {
		c := im.cursor(b)
		var h header
		h.name, h.typ = c.u32(), elf.SectionType(c.u32())
		h.flags = elf.SectionFlag(c.word())
		h.addr, h.offset, h.size = c.word(), c.word(), c.word()
		h.link, h.info = c.u32(), c.u32()
		h.align, h.entsize = c.word(), c.word()
		headers = append(headers, h)
		return nil
	})
	if err != nil {
		return nil, &FormatError{Offset: off, Err: because(err, "section header table")}
	}
	return headers, nil
}

// readNames loads the table of section names. In a file without one the
// sections have no names.
func (im *image) readNames(shoff, shstrndx uint64) error {
	if shstrndx == 0 {
		return nil
	}
	if shstrndx >= uint64(len(im.headers)) {
		return &FormatError{Offset: shoff, Err: because(ErrMalformed, "section names in section %d of %d", shstrndx, len(im.headers))}
	}
	var err error
	h := &im.headers[shstrndx]
	if im.names, err = im.in.bytes(h.offset, h.size); err != nil {
		return &FormatError{Offset: h.offset, Err: because(err, "section names")}
	}
	return nil
}

// maxSectionName is the longest section name that is read, in bytes.
const maxSectionName = 256

// name is the name of a section; "" when its name cannot be read.
func (im *image) name(h *header) string {
	if uint64(h.name) >= uint64(len(im.names)) {
		return ""
	}
	b := im.names[h.name:]
	b = b[:min(len(b), maxSectionName)]
	if n := bytes.IndexByte(b, 0); n >= 0 {
		return string(b[:n])
	}
	return ""
}

// named reports whether a section has this name.
func (im *image) named(h *header, name string) bool {
	if uint64(h.name) >= uint64(len(im.names)) {
		return false
	}
	b := im.names[h.name:]
	return len(b) > len(name) && string(b[:len(name)]) == name && b[len(name)] == 0
}
