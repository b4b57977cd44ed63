package code

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arches"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/symbols"
	"rseqstep/table"
)

// File is a file, opened to be judged. Close it.
type File struct {
	Path     string
	Table    *table.File
	Arch     *machine.Arch // nil: the code is not read; Reason says why
	Reason   string
	Sections []*Section // as in Table

	r     *os.File
	set   *symbols.Set
	rseq  *rseq.Sections
	image *table.Image

	layouts   map[table.Addr]*machine.Layout // of functions, by entry; nil: too long
	indirects map[table.Addr]table.Addr      // an indirect jump of a function, by entry; 0: it has none
}

// Open reads a file's declarations. Errors are those of table.Open; the File is nil if and only if
// there is one.
func Open(path string) (*File, error) {
	t, err := table.Open(path)
	if err != nil {
		return nil, err
	}
	f := &File{Path: path, Table: t, layouts: map[table.Addr]*machine.Layout{}, indirects: map[table.Addr]table.Addr{}}
	if f.r, err = os.Open(path); err != nil {
		return nil, err
	}
	low, high := t.Extent()
	m := &table.Module{File: t, Path: path, Low: table.Addr(low), High: table.Addr(high)}
	f.set = symbols.New(symbols.Options{})
	if t.Type != elf.ET_REL {
		f.set.Reload([]*table.Module{m})
	}
	arch, err := arches.Of(t.Machine, t.Class)
	switch {
	case err != nil:
		f.Reason = fmt.Sprintf("the instructions of %s are not known", machineName(t))
	case t.Type == elf.ET_REL:
		f.Reason = "an object file's branches are not relocated yet; check what it is linked into"
	default:
		f.Arch = arch
		f.rseq = rseq.New(arch, f, rseq.OfSource(f.set))
		f.rseq.Reload([]*table.Module{m})
	}
	f.image = table.NewImage([]*table.Module{m})
	for _, p := range f.image.Sections() {
		f.Sections = append(f.Sections, &Section{Section: p.Section, Placed: p, File: f})
	}
	if f.Arch != nil {
		for _, p := range f.rseq.Image().Sections() { // its own, by which it caches
			for _, s := range f.Sections {
				if s.Section == p.Section {
					s.read(p)
				}
			}
		}
	}
	return f, nil
}

// Headers reports whether the file has section headers. Without them (sstrip removes them) no
// section can be found by its name, so that nothing is declared.
func (f *File) Headers() bool {
	at, size := int64(0x28), 8 // e_shoff; see elf(5)
	if f.Table.Class == elf.ELFCLASS32 {
		at, size = 0x20, 4
	}
	b := make([]byte, size)
	_, err := f.r.ReadAt(b, at)
	return err == nil && !bytes.Equal(b, make([]byte, size))
}

// Close closes the file.
func (f *File) Close() error {
	f.set.Close()
	return f.r.Close()
}

// machineName is the machine in words: "EM_AARCH64, 64 bits".
func machineName(t *table.File) string {
	bits := 64
	if t.Class == elf.ELFCLASS32 {
		bits = 32
	}
	return fmt.Sprintf("%v, %d bits,", t.Machine, bits)
}

// errNoBytes says that the file has no bytes for an address.
var errNoBytes = errors.New("the file has no bytes for this address")

// ReadMemory reads what the file contains for an address; it implements machine.Memory.
func (f *File) ReadMemory(a table.Addr, p []byte) (int, error) {
	for i := range f.Table.Segments {
		s := &f.Table.Segments[i]
		if off := uint64(a) - uint64(s.Addr); off < s.FileSize {
			n := min(uint64(len(p)), s.FileSize-off)
			read, err := f.r.ReadAt(p[:n], int64(s.Offset+off))
			if err == nil && read < len(p) {
				err = io.ErrUnexpectedEOF
			}
			return read, err
		}
	}
	return 0, errNoBytes
}

// Segment finds the segment that covers n bytes at an address; nil if none does.
func (f *File) Segment(a table.FileAddr, n uint64) *table.Segment {
	for i := range f.Table.Segments {
		s := &f.Table.Segments[i]
		if off := uint64(a) - uint64(s.Addr); off < s.MemSize && n <= s.MemSize-off {
			return s
		}
	}
	return nil
}

// Executable reports whether n bytes at an address are in a segment with code.
func (f *File) Executable(a table.FileAddr, n uint64) bool {
	s := f.Segment(a, n)
	return s != nil && s.Flags&elf.PF_X != 0
}

// Within lists the sections that contain an address.
func (f *File) Within(a table.Addr) []*Section {
	var list []*Section
	for _, p := range f.image.AllAt(a) {
		for _, s := range f.Sections {
			if s.Placed == p {
				list = append(list, s)
			}
		}
	}
	return list
}

// Insn decodes the instruction at an address; nil if there is none.
func (f *File) Insn(a table.Addr) *machine.Insn {
	if f.Arch == nil {
		return nil
	}
	i, err := f.rseq.Decode(a)
	if err != nil {
		return nil
	}
	return i
}

// IsSignature reports whether an address is in the signature before an abort handler.
func (f *File) IsSignature(a table.Addr) bool { return f.image.SignatureAt(a) != nil }
