package symbols

import (
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
)

// elfFile is one opened ELF file. openELF reads only its headers.
type elfFile struct {
	path string
	r    io.ReaderAt
	*elf.File
	exec []span // where code can be: sections with SHF_EXECINSTR, else PF_X segments
}

// openELF reads the headers of r. debug/elf is guarded because it panics on
// malformed input.
func openELF(path string, r io.ReaderAt) (f *elfFile, err error) {
	defer guard(&err, "reading ELF headers")
	if err := checkHeader(r); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	ef, err := elf.NewFile(r)
	if err == nil {
		err = checkSizes(ef)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f = &elfFile{path: path, r: r, File: ef}
	for _, s := range ef.Sections {
		if s.Flags&elf.SHF_EXECINSTR != 0 && s.Flags&elf.SHF_ALLOC != 0 {
			f.exec = append(f.exec, span{s.Addr, s.Addr + s.Size})
		}
	}
	if f.exec == nil {
		for _, p := range ef.Progs {
			if p.Type == elf.PT_LOAD && p.Flags&elf.PF_X != 0 {
				f.exec = append(f.exec, span{p.Vaddr, p.Vaddr + p.Memsz})
			}
		}
	}
	f.exec = merge(f.exec)
	return f, nil
}

// executable reports whether a can be the address of code. Addresses that
// linkers leave for dropped functions (0 or 1) cannot.
func (f *elfFile) executable(a uint64) bool {
	i := sort.Search(len(f.exec), func(i int) bool { return f.exec[i].hi > a })
	return i < len(f.exec) && f.exec[i].lo <= a
}

// data is a section's contents, decompressed; nil if the file has no such
// section or no bytes for it.
func (f *elfFile) data(name string) (p []byte, err error) {
	defer guard(&err, "reading section "+name)
	s := f.Section(name)
	if s == nil && strings.HasPrefix(name, ".debug_") {
		s = f.Section(".z" + name[1:])
	}
	if s == nil {
		return nil, nil
	}
	return f.bytes(s)
}

// bytes is a section's contents, decompressed; nil if the file has no bytes for
// it.
func (f *elfFile) bytes(s *elf.Section) (p []byte, err error) {
	defer guard(&err, "reading section "+s.Name)
	if s.Type == elf.SHT_NOBITS {
		return nil, nil
	}
	if strings.HasPrefix(s.Name, ".zdebug_") {
		// binutils compressed like this before SHF_COMPRESSED (ld
		// --compress-debug-sections=zlib-gnu). debug/elf knows the size only after
		// opening the section.
		s.Open()
		if err := errors.Join(checkGrowth(s.FileSize, s.Size), checkSizes(f.File)); err != nil {
			return nil, fmt.Errorf("%s: section %s: %w", f.path, s.Name, err)
		}
	}
	p, err = s.Data()
	if err != nil {
		return nil, fmt.Errorf("%s: section %s: %w", f.path, s.Name, err)
	}
	return p, nil
}

var errNotInFile = errors.New("address is not in the file")

// readAt reads the file's bytes of a file address, before relocation.
func (f *elfFile) readAt(a uint64, p []byte) error {
	for _, seg := range f.Progs {
		if seg.Type == elf.PT_LOAD && a-seg.Vaddr < seg.Filesz {
			if n := seg.Filesz - (a - seg.Vaddr); uint64(len(p)) > n {
				return errNotInFile
			}
			_, err := seg.ReadAt(p, int64(a-seg.Vaddr))
			return err
		}
	}
	return errNotInFile
}

// guard turns a panic of a parser on malformed input into an error.
func guard(err *error, doing string) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%s: malformed input: %v", doing, p)
	}
}
