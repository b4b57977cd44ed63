package tabletest

import "debug/elf"

// Bytes is the whole file.
func (e *ELF) Bytes() []byte {
	symbols, strings := e.symbolTable()
	sections := append([]ELFSection{{}}, e.Sections...)
	symtab := uint32(len(sections))
	sections = append(sections,
		ELFSection{Name: ".symtab", Type: elf.SHT_SYMTAB, Data: symbols, Link: symtab + 1, Info: 1, Entsize: uint64(len(symbols) / (len(e.Symbols) + 1))},
		ELFSection{Name: ".strtab", Type: elf.SHT_STRTAB, Data: strings},
		ELFSection{Name: ".shstrtab", Type: elf.SHT_STRTAB})
	names := []byte{0}
	nameAt := make([]uint32, len(sections))
	for i, s := range sections {
		if s.Name != "" {
			nameAt[i] = uint32(len(names))
			names = append(append(names, s.Name...), 0)
		}
	}
	sections[len(sections)-1].Data = names

	headerSize, segmentSize := 52, 32
	if e.wide() {
		headerSize, segmentSize = 64, 56
	}
	var loaded []int
	for i, s := range sections {
		if s.Flags&elf.SHF_ALLOC != 0 && e.Type != elf.ET_REL {
			loaded = append(loaded, i)
		}
	}
	offset := make([]int, len(sections))
	body := &writer{e: e}
	base := headerSize + segmentSize*len(loaded)
	for i, s := range sections {
		for (base+body.Len())%16 != 0 {
			body.WriteByte(0)
		}
		offset[i] = base + body.Len()
		if s.Type != elf.SHT_NOBITS {
			body.Write(s.Data)
		}
	}
	out := &writer{e: e}
	e.header(out, base+body.Len(), headerSize, segmentSize, len(loaded), len(sections))
	for _, i := range loaded {
		e.segment(out, &sections[i], uint64(offset[i]))
	}
	out.Write(body.Bytes())
	for i, s := range sections {
		if s.Link == LinkSymbols {
			s.Link = symtab
		}
		e.sectionHeader(out, nameAt[i], &s, uint64(offset[i]))
	}
	return out.Bytes()
}

func (e *ELF) header(w *writer, shoff, size, segmentSize, segments, sections int) {
	w.Write([]byte{0x7f, 'E', 'L', 'F', byte(e.Class), byte(e.Data), 1, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	w.put([]uint16{uint16(e.Type), uint16(e.Machine)})
	w.put(uint32(1))
	w.word(0) // e_entry
	w.word(uint64(size))
	w.word(uint64(shoff))
	w.put(e.Flags)
	sectionSize := 40
	if e.wide() {
		sectionSize = 64
	}
	w.put([]uint16{uint16(size), uint16(segmentSize), uint16(segments), uint16(sectionSize), uint16(sections), uint16(sections - 1)})
}

func (e *ELF) segment(w *writer, s *ELFSection, offset uint64) {
	flags := uint32(elf.PF_R)
	if s.Flags&elf.SHF_EXECINSTR != 0 {
		flags |= uint32(elf.PF_X)
	}
	w.put(uint32(elf.PT_LOAD))
	if e.wide() {
		w.put(flags)
	}
	for _, v := range []uint64{offset, s.Addr, s.Addr, uint64(len(s.Data)), uint64(len(s.Data))} {
		w.word(v)
	}
	if !e.wide() {
		w.put(flags)
	}
	w.word(s.Align)
}

func (e *ELF) sectionHeader(w *writer, name uint32, s *ELFSection, offset uint64) {
	size := uint64(len(s.Data))
	if s.Size != 0 {
		size = s.Size
	}
	w.put([]uint32{name, uint32(s.Type)})
	for _, v := range []uint64{uint64(s.Flags), s.Addr, offset, size} {
		w.word(v)
	}
	w.put([]uint32{s.Link, s.Info})
	w.word(s.Align)
	w.word(s.Entsize)
}

func (e *ELF) symbolTable() (symbols, strings []byte) {
	strings = []byte{0}
	w := &writer{e: e}
	for _, s := range append([]ELFSymbol{{}}, e.Symbols...) {
		name := uint32(0)
		if s.Name != "" {
			name = uint32(len(strings))
			strings = append(append(strings, s.Name...), 0)
		}
		w.put(name)
		if e.wide() {
			w.put([2]byte{s.Info, 0})
			w.put(s.Section)
			w.put([]uint64{s.Value, s.Size})
			continue
		}
		w.put([]uint32{uint32(s.Value), uint32(s.Size)})
		w.put([2]byte{s.Info, 0})
		w.put(s.Section)
	}
	return w.Bytes(), strings
}
