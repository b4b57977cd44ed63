package table

import (
	"debug/elf"
	"encoding/binary"
)

func encodeFile(f *File, checked bool) *jsonFile {
	j := &jsonFile{
		Path: f.Path, Class: 32, ByteOrder: "little",
		Machine: uint16(f.Machine), Name: f.Machine.String(), Type: uint16(f.Type), Flags: f.Flags,
		Entry: hex(f.Entry), BuildID: f.BuildID, Sections: []jsonSection{},
	}
	if f.Class == elf.ELFCLASS64 {
		j.Class = 64
	}
	if f.ByteOrder == binary.BigEndian {
		j.ByteOrder = "big"
	}
	for _, s := range f.Segments {
		j.Segments = append(j.Segments, jsonSegment{hex(s.Offset), hex(s.FileSize), hex(s.Addr), hex(s.MemSize), uint32(s.Flags)})
	}
	for _, p := range f.parts {
		j.Parts = append(j.Parts, jsonPart{p.name, hex(p.addr), hex(p.size)})
	}
	rules := RulesFor(f.Machine, f.Class, f.ByteOrder)
	for i := range f.Sections {
		s := encodeSection(&f.Sections[i])
		if checked {
			s.check(&f.Sections[i], rules)
		}
		j.Sections = append(j.Sections, s)
	}
	for _, w := range f.Warnings {
		j.Warnings = append(j.Warnings, w.Error())
	}
	return j
}

func (j *jsonSection) check(s *Section, rules Rules) {
	for _, err := range Validate(s.Descriptor, s.Signature, rules) {
		j.Problems = append(j.Problems, err.Error())
	}
}

func encodeSection(s *Section) jsonSection {
	j := jsonSection{
		Descriptor: hex(s.At), Start: hex(s.Start), End: hex(s.End), Abort: hex(s.Abort), Length: hex(s.PostCommitOffset),
		Version: s.Version, Flags: s.Flags, Symbol: s.Symbol, Offset: hex(s.Offset), Declared: s.Declared,
	}
	for _, e := range s.Exits {
		j.Exits = append(j.Exits, hex(e))
	}
	for _, e := range s.Decoded {
		j.Decoded = append(j.Decoded, hex(e))
	}
	if s.Signature.Found {
		v := hex(s.Signature.Value)
		j.Signature = &v
	}
	if s.Source != (Source{}) {
		j.Source = &jsonSource{s.Source.File, s.Source.First, s.Source.Last}
	}
	return j
}

func encodeProcess(p *Process, checked bool) *jsonProcess {
	j := &jsonProcess{PID: p.PID, Modules: []jsonModule{}}
	for _, m := range p.Modules {
		jm := jsonModule{Path: m.Path, Bias: hex(m.Bias), Low: hex(m.Low), High: hex(m.High)}
		if m.File != nil {
			jm.File = encodeFile(m.File, checked)
		}
		if m.Err != nil {
			jm.Error = m.Err.Error()
		}
		j.Modules = append(j.Modules, jm)
	}
	for _, l := range p.Learnt {
		j.Learnt = append(j.Learnt, encodeSection(l.Section))
	}
	return j
}
