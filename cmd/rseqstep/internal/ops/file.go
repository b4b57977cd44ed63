package ops

import (
	"fmt"
	"io"
	"os"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arches"
	"rseqstep/stepper/symbols"
	"rseqstep/table"
)

// File is a program or a library that is read without running it. Addresses are the file's own.
type File struct {
	Table   *table.File
	Module  *table.Module // the file at its own addresses
	Symbols *symbols.Set
	Arch    *machine.Arch
	memory  *os.File
}

// OpenFile opens the code and the symbols of a file. It fails if the file cannot be read, or is
// for an unknown machine. The caller calls Close.
func OpenFile(f *table.File) (*File, error) {
	arch, err := arches.Of(f.Machine, f.Class)
	if err != nil {
		return nil, err
	}
	r, err := os.Open(f.Path)
	if err != nil {
		return nil, err
	}
	low, high := f.Extent()
	m := &table.Module{File: f, Path: f.Path, Low: table.Addr(low), High: table.Addr(high)}
	set := symbols.New(symbols.Options{})
	set.Reload([]*table.Module{m})
	return &File{Table: f, Module: m, Symbols: set, Arch: arch, memory: r}, nil
}

// Close closes the file and forgets its symbols.
func (f *File) Close() error {
	f.Symbols.Close()
	return f.memory.Close()
}

// Sections are the file's sections, by address.
func (f *File) Sections() []*table.Placed {
	return table.NewImage([]*table.Module{f.Module}).Sections()
}

// Source is what its sections are read from.
func (f *File) Source() Source {
	return Source{Arch: f.Arch, Memory: FileMemory{f.Table, f.memory}, Name: func(a table.Addr) (string, table.Addr) {
		name, off, ok := f.Symbols.Symbol(a)
		if !ok {
			return "", 0
		}
		return name, a - table.Addr(off)
	}}
}

// FileMemory reads what a file contains for an address.
type FileMemory struct {
	Table *table.File
	From  io.ReaderAt
}

// ReadMemory implements machine.Memory.
func (m FileMemory) ReadMemory(a table.Addr, p []byte) (int, error) {
	at, ok := m.Table.FileOffset(table.FileAddr(a))
	if !ok {
		return 0, fmt.Errorf("the file has no segment at %v", a)
	}
	return m.From.ReadAt(p, int64(at))
}
