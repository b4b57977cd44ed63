package table

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
)

// maxWarnings is the most warnings for a file; more add no information.
const maxWarnings = 50

// parser is one run of Parse.
type parser struct {
	*image
	file *File
}

// parse reads an ELF file. On an error the file is nil.
func parse(r io.ReaderAt) (*File, error) {
	in, err := newInput(r)
	if err != nil {
		return nil, &FormatError{Err: err}
	}
	im, err := readImage(in)
	if err != nil {
		return nil, err
	}
	if err := im.layOut(); err != nil {
		return nil, err
	}
	p := &parser{image: im, file: &File{
		Class: im.class, ByteOrder: im.order, Machine: im.machine, Type: im.typ, Flags: im.flags,
		Entry: FileAddr(im.entry), BuildID: im.buildID(), Segments: im.segments,
	}}
	if err := p.collect(); err != nil {
		return nil, err
	}
	if len(p.file.Sections) == 0 {
		return p.file, nil
	}
	p.file.parts = im.parts()
	if err := p.nameSections(); err != nil {
		p.warning(err)
	}
	for i := range p.file.Sections {
		s := &p.file.Sections[i]
		s.Signature = p.readSignature(s.Abort)
	}
	return p.file, nil
}

// warn records an anomaly at an offset of an ELF section.
func (p *parser) warn(section string, offset uint64, err error) {
	p.warning(&FormatError{Section: section, Offset: offset, Err: err})
}

func (p *parser) warning(err error) {
	switch n := len(p.file.Warnings); {
	case n < maxWarnings:
		p.file.Warnings = append(p.file.Warnings, err)
	case n == maxWarnings:
		p.file.Warnings = append(p.file.Warnings, errors.New("and more of the kind"))
	}
}

// buildID is the file's build id in hexadecimal; "" if it has none.
func (im *image) buildID() string {
	notes := im.notes
	for i := range im.headers {
		if h := &im.headers[i]; len(im.notes) == 0 && h.typ == elf.SHT_NOTE && len(notes) < maxNotes {
			notes = append(notes, Segment{Offset: h.offset, FileSize: h.size})
		}
	}
	for _, n := range notes {
		b, err := im.in.bytes(n.Offset, min(n.FileSize, maxNoteSize))
		if err != nil {
			continue
		}
		if id := im.buildIDNote(b); id != nil {
			return fmt.Sprintf("%x", id)
		}
	}
	return ""
}

// How many notes are searched for a build id, and how much of each.
const (
	maxNotes    = 64
	maxNoteSize = 1 << 16 // bytes
)

// buildIDNote finds a build id (NT_GNU_BUILD_ID, 3) among notes. Names and
// descriptions are padded to 4 bytes. See elf(5).
func (im *image) buildIDNote(b []byte) []byte {
	const header, typeBuildID = 12, 3
	pad := func(n uint32) uint64 { return (uint64(n) + 3) &^ 3 }
	for len(b) >= header {
		c := im.cursor(b)
		namesz, descsz, typ := c.u32(), c.u32(), c.u32()
		b = b[header:]
		if pad(namesz) > uint64(len(b)) || uint64(descsz) > uint64(len(b))-pad(namesz) {
			return nil
		}
		name, desc := b[:namesz], b[pad(namesz):][:descsz]
		if typ == typeBuildID && string(name) == "GNU\x00" {
			return desc
		}
		b = b[min(pad(namesz)+pad(descsz), uint64(len(b))):]
	}
	return nil
}
