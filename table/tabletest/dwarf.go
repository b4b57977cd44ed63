package tabletest

import (
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
)

// DIE is a debugging information entry to be generated: of any tag, with
// attributes that may refer to any other entry, including itself and its
// parents.
type DIE struct {
	Tag      dwarf.Tag
	Attrs    []DIEAttr
	Children []*DIE
	at       uint32 // offset in .debug_info, once known
}

// DIEAttr is one attribute. Its form follows from its value: string, *DIE
// (DW_FORM_ref4), uint64 (DW_FORM_addr), uint8 (DW_FORM_data1), uint32
// (DW_FORM_sec_offset), []byte (DW_FORM_exprloc), nil (DW_FORM_flag_present).
type DIEAttr struct {
	At    dwarf.Attr
	Value any
}

// Forms; DWARF 5 section 7.5.6.
const (
	formAddr, formData1, formString, formRef4           = 0x01, 0x0b, 0x08, 0x13
	formSecOffset, formExprloc, formFlagPresent, unitV4 = 0x17, 0x18, 0x19, 4
)

func (a DIEAttr) form() byte {
	switch a.Value.(type) {
	case string:
		return formString
	case *DIE:
		return formRef4
	case uint64:
		return formAddr
	case uint8:
		return formData1
	case uint32:
		return formSecOffset
	case []byte:
		return formExprloc
	}
	return formFlagPresent
}

// DWARF assembles one unit of DWARF 4 from its root: the contents of
// .debug_abbrev and .debug_info.
func DWARF(root *DIE) (abbrev, info []byte) {
	a := &assembler{codes: map[string]uint64{}}
	a.unit(root) // computes the offsets
	a.info = nil
	a.unit(root)
	return append(a.abbrev, 0), a.info
}

type assembler struct {
	codes        map[string]uint64
	abbrev, info []byte
}

func (a *assembler) unit(root *DIE) {
	le := binary.LittleEndian
	a.info = append(le.AppendUint16(make([]byte, 4), unitV4), 0, 0, 0, 0, 8)
	a.die(root)
	le.PutUint32(a.info, uint32(len(a.info)-4))
}

// code is the abbreviation of an entry's shape.
func (a *assembler) code(d *DIE) uint64 {
	shape := binary.AppendUvarint(nil, uint64(d.Tag))
	if d.Children != nil {
		shape = append(shape, 1)
	} else {
		shape = append(shape, 0)
	}
	for _, x := range d.Attrs {
		shape = append(binary.AppendUvarint(shape, uint64(x.At)), x.form())
	}
	n, ok := a.codes[string(shape)]
	if !ok {
		n = uint64(len(a.codes) + 1)
		a.codes[string(shape)] = n
		a.abbrev = append(append(binary.AppendUvarint(a.abbrev, n), shape...), 0, 0)
	}
	return n
}

func (a *assembler) die(d *DIE) {
	le := binary.LittleEndian
	d.at = uint32(len(a.info))
	a.info = binary.AppendUvarint(a.info, a.code(d))
	for _, x := range d.Attrs {
		switch v := x.Value.(type) {
		case string:
			a.info = append(append(a.info, v...), 0)
		case *DIE:
			a.info = le.AppendUint32(a.info, v.at)
		case uint64:
			a.info = le.AppendUint64(a.info, v)
		case uint8:
			a.info = append(a.info, v)
		case uint32:
			a.info = le.AppendUint32(a.info, v)
		case []byte:
			a.info = append(binary.AppendUvarint(a.info, uint64(len(v))), v...)
		}
	}
	if d.Children == nil {
		return
	}
	for _, c := range d.Children {
		a.die(c)
	}
	a.info = append(a.info, 0)
}

// Program is an x86-64 executable with 4096 bytes of code at 0x1000 and these
// debug sections.
func Program(sections map[string][]byte) []byte {
	e := &ELF{Class: elf.ELFCLASS64, Data: elf.ELFDATA2LSB, Machine: elf.EM_X86_64, Type: elf.ET_EXEC}
	e.Add(ELFSection{Name: ".text", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, Addr: 0x1000, Data: make([]byte, 4096)})
	for name, data := range sections {
		e.Add(ELFSection{Name: name, Type: elf.SHT_PROGBITS, Data: data})
	}
	return e.Bytes()
}
