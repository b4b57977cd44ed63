package table

import (
	"debug/elf"
	"encoding/binary"
	"errors"
)

func (j *jsonFile) decode() (*File, error) {
	f := &File{
		Path: j.Path, Class: elf.ELFCLASS64, ByteOrder: binary.LittleEndian, Machine: elf.Machine(j.Machine), Type: elf.Type(j.Type),
		Flags: j.Flags, Entry: FileAddr(j.Entry), BuildID: j.BuildID,
	}
	switch j.Class {
	case 32:
		f.Class = elf.ELFCLASS32
	case 64:
	default:
		return nil, because(ErrMalformed, "class %d", j.Class)
	}
	switch j.ByteOrder {
	case "big":
		f.ByteOrder = binary.BigEndian
	case "little":
	default:
		return nil, because(ErrMalformed, "byte order %q", j.ByteOrder)
	}
	for _, s := range j.Segments {
		f.Segments = append(f.Segments, Segment{uint64(s.Offset), uint64(s.FileSize), FileAddr(s.Addr), uint64(s.MemSize), elf.ProgFlag(s.Flags)})
	}
	for _, p := range j.Parts {
		f.parts = append(f.parts, part{p.Name, FileAddr(p.Addr), uint64(p.Size)})
	}
	for i := range j.Sections {
		f.Sections = append(f.Sections, j.Sections[i].decode())
	}
	for _, w := range j.Warnings {
		f.Warnings = append(f.Warnings, errors.New(w))
	}
	return f, nil
}

func (j *jsonSection) decode() Section {
	s := newSection(FileAddr(j.Descriptor), Descriptor{
		Version: j.Version, Flags: j.Flags,
		StartIP: FileAddr(j.Start), PostCommitOffset: uint64(j.Length), AbortIP: FileAddr(j.Abort),
	}, j.Declared...)
	s.Symbol, s.Offset = j.Symbol, uint64(j.Offset)
	for _, e := range j.Exits {
		s.Exits = append(s.Exits, FileAddr(e))
	}
	for _, e := range j.Decoded {
		s.Decoded = append(s.Decoded, FileAddr(e))
	}
	if j.Signature != nil {
		s.Signature = Signature{uint32(*j.Signature), true}
	}
	if j.Source != nil {
		s.Source = Source{j.Source.File, j.Source.First, j.Source.Last}
	}
	return s
}

func (j *jsonProcess) decode() (*Process, error) {
	p := &Process{PID: j.PID}
	for _, jm := range j.Modules {
		m := &Module{Path: jm.Path, Bias: Addr(jm.Bias), Low: Addr(jm.Low), High: Addr(jm.High)}
		if jm.File != nil {
			var err error
			if m.File, err = jm.File.decode(); err != nil {
				return nil, err
			}
		}
		if jm.Error != "" {
			m.Err = errors.New(jm.Error)
		}
		p.Modules = append(p.Modules, m)
	}
	for i := range j.Learnt {
		s := j.Learnt[i].decode()
		p.Learnt = append(p.Learnt, placedAsIs(&s))
	}
	return p, nil
}
