package tabletest

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
)

// ELF is a file to be made up byte by byte: of any class, byte order and
// machine, and as wrong as a test wants it.
type ELF struct {
	Class    elf.Class
	Data     elf.Data
	Machine  elf.Machine
	Type     elf.Type
	Flags    uint32
	Sections []ELFSection // number 1 is the first; .symtab, .strtab and .shstrtab follow
	Symbols  []ELFSymbol  // number 1 is the first
}

// ELFSection is one section. In a file that is not ET_REL each one with
// SHF_ALLOC gets a PT_LOAD segment of its own.
type ELFSection struct {
	Name    string
	Type    elf.SectionType
	Flags   elf.SectionFlag
	Addr    uint64
	Data    []byte
	Link    uint32 // LinkSymbols: the number of .symtab
	Info    uint32
	Align   uint64
	Entsize uint64
	Size    uint64 // in the header, when it is not len(Data)
}

// LinkSymbols stands for the section number of .symtab in ELFSection.Link.
const LinkSymbols = 1<<32 - 1

// ELFSymbol is one symbol.
type ELFSymbol struct {
	Name    string
	Value   uint64
	Size    uint64
	Info    uint8 // elf.ST_INFO
	Section uint16
}

// ELFReloc is one relocation.
type ELFReloc struct {
	Offset uint64
	Type   uint32
	Symbol uint32
	Addend uint64 // ignored in REL
}

// Order is the byte order of the file.
func (e *ELF) Order() binary.ByteOrder {
	if e.Data == elf.ELFDATA2MSB {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func (e *ELF) wide() bool { return e.Class == elf.ELFCLASS64 }

// writer appends fields in the byte order and class of a file.
type writer struct {
	bytes.Buffer
	e *ELF
}

func (w *writer) put(v any) { _ = binary.Write(&w.Buffer, w.e.Order(), v) } // a Buffer does not fail

// word is an address or offset of the file's class.
func (w *writer) word(v uint64) {
	if w.e.wide() {
		w.put(v)
		return
	}
	w.put(uint32(v))
}

// Add appends a section and returns its number.
func (e *ELF) Add(s ELFSection) int {
	e.Sections = append(e.Sections, s)
	return len(e.Sections)
}

// AddRelocations appends a REL or RELA section that applies to section
// target; 0 for a dynamic one, which is allocated.
func (e *ELF) AddRelocations(rela bool, target int, relocs ...ELFReloc) {
	w := &writer{e: e}
	for _, r := range relocs {
		w.word(r.Offset)
		switch {
		case e.Machine == elf.EM_MIPS && e.wide():
			w.put(r.Symbol)
			w.put([4]byte{0, 0, byte(r.Type >> 8), byte(r.Type)}) // r_ssym, r_type3, r_type2, r_type
		case e.wide():
			w.put(uint64(r.Symbol)<<32 | uint64(r.Type))
		default:
			w.put(r.Symbol<<8 | r.Type)
		}
		if rela {
			w.word(r.Addend)
		}
	}
	s := ELFSection{Name: ".rel", Type: elf.SHT_REL, Data: w.Bytes(), Link: LinkSymbols, Info: uint32(target)}
	if rela {
		s.Name, s.Type = ".rela", elf.SHT_RELA
	}
	if target == 0 {
		s.Flags = elf.SHF_ALLOC
	}
	e.Add(s)
}

// AddRELR appends a RELR section of these entries.
func (e *ELF) AddRELR(entries ...uint64) {
	w := &writer{e: e}
	for _, v := range entries {
		w.word(v)
	}
	e.Add(ELFSection{Name: ".relr.dyn", Type: 19, Flags: elf.SHF_ALLOC, Data: w.Bytes()})
}

// Words is 8-byte words in the file's byte order.
func (e *ELF) Words(words ...uint64) []byte {
	w := &writer{e: e}
	for _, v := range words {
		w.put(v)
	}
	return w.Bytes()
}

// Descriptor is a struct rseq_cs in the file's byte order.
func (e *ELF) Descriptor(version, flags uint32, start, postCommitOffset, abort uint64) []byte {
	w := &writer{e: e}
	w.put([]uint32{version, flags})
	return append(w.Bytes(), e.Words(start, postCommitOffset, abort)...)
}
