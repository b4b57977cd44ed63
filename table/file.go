package table

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// File is what one ELF file declares.
type File struct {
	Path      string
	Class     elf.Class
	ByteOrder binary.ByteOrder
	Machine   elf.Machine
	Type      elf.Type
	Flags     uint32 // e_flags, meaning per machine
	Entry     FileAddr
	BuildID   string    // hexadecimal; "" without one
	Segments  []Segment // the parts to be loaded, in the file's order; none in a relocatable object
	Sections  []Section // sorted by Start, then At
	Warnings  []error   // anomalies that did not stop the parse

	parts []part // ELF sections that occupy memory, sorted; nil if Sections is empty
}

// Option changes what Parse and Open read.
type Option func(*options)

type options struct{ source bool }

// WithSource fills in the sections' source lines from DWARF, as
// (*File).ReadSource does. On a large program that takes seconds. Broken DWARF
// is a warning, absent DWARF is not.
func WithSource() Option { return func(o *options) { o.source = true } }

// Parse reads r, an ELF file: an executable, a shared object or a relocatable
// object of any class, byte order and machine. A file that declares no section
// is not an error. Errors are *FormatError; the File is nil if and only if the
// error is not. Reading costs no more than a few times the size of r, whatever
// its headers claim.
func Parse(r io.ReaderAt, opts ...Option) (*File, error) {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	f, err := parse(r)
	if err != nil {
		return nil, err
	}
	if o.source && len(f.Sections) > 0 {
		if err := f.ReadSource(r); err != nil && !errors.Is(err, ErrNoSource) {
			f.Warnings = append(f.Warnings, err)
		}
	}
	return f, nil
}

// Open parses the file at path, which must be a regular file.
func Open(path string, opts ...Option) (*File, error) {
	return open(path, path, opts...)
}

// open parses the file found at path and names it name in errors.
func open(path, name string, opts ...Option) (*File, error) {
	fi, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !fi.Mode().IsRegular() {
		return nil, &FormatError{File: name, Err: because(ErrNotELF, "not a regular file")}
	}
	r, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	f, err := Parse(r, opts...)
	if err != nil {
		var fe *FormatError
		if errors.As(err, &fe) {
			fe.File = name
		}
		return nil, err
	}
	f.Path = name
	return f, nil
}
