package table_test

import (
	"bytes"
	"debug/elf"
	"fmt"
	"testing"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// psABI is a machine and the numbers its ELF supplement gives to the
// relocations that put an address into data.
type psABI struct {
	machine   elf.Machine
	class     elf.Class
	data      elf.Data
	rela      bool   // .o files use RELA
	dynRela   bool   // executables use RELA
	absolute  uint32 // fills an address of the class
	relative  uint32
	signature uint32
}

// Numbers are written out, not taken from debug/elf, so that they check it.
var psABIs = []psABI{
	{elf.EM_X86_64, elf.ELFCLASS64, elf.ELFDATA2LSB, true, true, 1, 8, 0x53053053},
	{elf.EM_X86_64, elf.ELFCLASS32, elf.ELFDATA2LSB, true, true, 10, 8, 0x53053053}, // x32
	{elf.EM_386, elf.ELFCLASS32, elf.ELFDATA2LSB, false, false, 1, 8, 0x53053053},
	{elf.EM_AARCH64, elf.ELFCLASS64, elf.ELFDATA2LSB, true, true, 257, 1027, 0xd428bc00},
	{elf.EM_AARCH64, elf.ELFCLASS64, elf.ELFDATA2MSB, true, true, 257, 1027, 0x00bc28d4},
	{elf.EM_AARCH64, elf.ELFCLASS32, elf.ELFDATA2LSB, true, true, 1, 183, 0xd428bc00}, // ILP32
	{elf.EM_ARM, elf.ELFCLASS32, elf.ELFDATA2LSB, false, false, 2, 23, 0xe7f5def3},
	{elf.EM_ARM, elf.ELFCLASS32, elf.ELFDATA2MSB, false, false, 2, 23, 0xf3def5e7},
	{elf.EM_PPC, elf.ELFCLASS32, elf.ELFDATA2MSB, true, true, 1, 22, 0x0fe5000b},
	{elf.EM_PPC64, elf.ELFCLASS64, elf.ELFDATA2MSB, true, true, 38, 22, 0x0fe5000b},
	{elf.EM_PPC64, elf.ELFCLASS64, elf.ELFDATA2LSB, true, true, 38, 22, 0x0fe5000b},
	{elf.EM_S390, elf.ELFCLASS64, elf.ELFDATA2MSB, true, true, 22, 12, 0xb2ff0fff},
	{elf.EM_S390, elf.ELFCLASS32, elf.ELFDATA2MSB, true, true, 4, 12, 0xb2ff0fff},
	{elf.EM_MIPS, elf.ELFCLASS32, elf.ELFDATA2MSB, false, false, 2, 3, 0x0350000d},
	{elf.EM_MIPS, elf.ELFCLASS32, elf.ELFDATA2LSB, false, false, 2, 3, 0xd4070000}, // microMIPS
	{elf.EM_MIPS, elf.ELFCLASS64, elf.ELFDATA2MSB, true, false, 18, 18<<8 | 3, 0x0350000d},
	{elf.EM_MIPS, elf.ELFCLASS64, elf.ELFDATA2LSB, true, false, 18, 18<<8 | 3, 0x0350000d},
	{elf.EM_RISCV, elf.ELFCLASS64, elf.ELFDATA2LSB, true, true, 2, 3, 0xf1401073},
	{elf.EM_RISCV, elf.ELFCLASS32, elf.ELFDATA2LSB, true, true, 1, 3, 0xf1401073},
	{elf.EM_LOONGARCH, elf.ELFCLASS64, elf.ELFDATA2LSB, true, true, 2, 3, 0x002a0010},
}

func (p psABI) String() string { return fmt.Sprintf("%v-%v-%v", p.machine, p.class, p.data) }

func (p psABI) file(typ elf.Type) *tabletest.ELF {
	return &tabletest.ELF{Class: p.class, Data: p.data, Machine: p.machine, Type: typ}
}

// half is the offset of a 32-bit address in an 8-byte field: that of the low 4
// bytes. 0 for a 64-bit class.
func (p psABI) half() uint64 {
	if p.class == elf.ELFCLASS32 && p.data == elf.ELFDATA2MSB {
		return 4
	}
	return 0
}

// text is 0x100 bytes of code with the signature before offset 0x80.
func (p psABI) text(e *tabletest.ELF) []byte {
	b := make([]byte, 0x100)
	e.Order().PutUint32(b[0x7c:], p.signature)
	return b
}

const (
	textAddr = 0x4000
	csAddr   = 0x8000
	ptrAddr  = 0x9000
	exitAddr = 0xa000
)

// checkOne checks the one section that every file of these tests declares.
func checkOne(t *testing.T, f *table.File, text table.FileAddr, signature uint32) {
	t.Helper()
	if len(f.Warnings) != 0 {
		t.Errorf("warnings: %v", f.Warnings)
	}
	if len(f.Sections) != 1 {
		t.Fatalf("%d sections, want 1", len(f.Sections))
	}
	s := f.Sections[0]
	if s.Start != text+0x10 || s.End != text+0x34 || s.Abort != text+0x80 || s.PostCommitOffset != 0x24 {
		t.Errorf("section %v to %v, abort %v; want text at %v +0x10 to +0x34, abort +0x80", s.Start, s.End, s.Abort, text)
	}
	if len(s.Exits) != 1 || s.Exits[0] != text+0x60 {
		t.Errorf("exits %v, want text+0x60", s.Exits)
	}
	if !s.Signature.Found || s.Signature.Value != signature {
		t.Errorf("signature %v, want %#x", s.Signature, signature)
	}
	if len(s.Declared) != 3 {
		t.Errorf("declared by %v, want descriptors, pointers and exits", s.Declared)
	}
	if p := f.Check(); len(p) != 0 {
		t.Errorf("the kernel would refuse it: %v", p[0].Err)
	}
}

// TestObjectFilesAreRelocated: words filled in from R_*_64 or R_*_32 against
// the symbol of a code section.
func TestObjectFilesAreRelocated(t *testing.T) {
	for _, p := range psABIs {
		t.Run(p.String(), func(t *testing.T) {
			e := p.file(elf.ET_REL)
			text := e.Add(tabletest.ELFSection{Name: ".text", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, Data: p.text(e), Align: 16})
			e.Symbols = []tabletest.ELFSymbol{{Section: uint16(text), Info: elf.ST_INFO(elf.STB_LOCAL, elf.STT_SECTION)}}
			h := p.half()
			// place writes a REL addend in place.
			place := func(b []byte, relocs ...tabletest.ELFReloc) []byte {
				for _, r := range relocs {
					switch {
					case p.rela:
					case p.class == elf.ELFCLASS64:
						e.Order().PutUint64(b[r.Offset:], r.Addend)
					default:
						e.Order().PutUint32(b[r.Offset:], uint32(r.Addend))
					}
				}
				return b
			}
			add := func(name string, b []byte, relocs ...tabletest.ELFReloc) int {
				n := e.Add(tabletest.ELFSection{Name: name, Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_WRITE, Data: place(b, relocs...), Align: 32})
				e.AddRelocations(p.rela, n, relocs...)
				return n
			}
			r := func(off, addend uint64) tabletest.ELFReloc {
				return tabletest.ELFReloc{Offset: off + h, Type: p.absolute, Symbol: 1, Addend: addend}
			}
			cs := add("__rseq_cs", e.Descriptor(0, 0, 0, 0x24, 0), r(8, 0x10), r(24, 0x80))
			e.Symbols = append(e.Symbols, tabletest.ELFSymbol{Section: uint16(cs), Info: elf.ST_INFO(elf.STB_LOCAL, elf.STT_SECTION)})
			add("__rseq_cs_ptr_array", e.Words(0), tabletest.ELFReloc{Offset: h, Type: p.absolute, Symbol: 2})
			add("__rseq_exit_point_array", e.Words(0, 0), r(0, 0x10), r(8, 0x60))
			f, err := table.Parse(bytes.NewReader(e.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			checkOne(t, f, 0x1000, p.signature)
			if name, off, ok := f.Where(f.Sections[0].Start); !ok || name != ".text" || off != 0x10 {
				t.Errorf("start is %s+%#x, want .text+0x10", name, off)
			}
		})
	}
}

// TestSharedObjectsAreRelocated: words with relative relocations that are zero
// or already correct.
func TestSharedObjectsAreRelocated(t *testing.T) {
	for _, p := range psABIs {
		for _, how := range []string{"dynamic", "relr"} {
			t.Run(fmt.Sprintf("%v/%s", p, how), func(t *testing.T) {
				e := p.file(elf.ET_DYN)
				h, width := p.half(), 8
				if p.class == elf.ELFCLASS32 {
					width = 4
				}
				var relocs []tabletest.ELFReloc
				var relr []uint64
				add := func(name string, flags elf.SectionFlag, addr uint64, b []byte, fields ...int) {
					for _, off := range fields {
						word := b[off+int(h):][:width]
						r := tabletest.ELFReloc{Offset: addr + uint64(off) + h, Type: p.relative}
						relr = append(relr, r.Offset)
						if width == 8 {
							r.Addend = e.Order().Uint64(word)
						} else {
							r.Addend = uint64(e.Order().Uint32(word))
						}
						if how == "dynamic" && p.dynRela {
							clear(word) // as lld writes it
						}
						relocs = append(relocs, r)
					}
					e.Add(tabletest.ELFSection{Name: name, Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | flags, Addr: addr, Data: b, Align: 32})
				}
				add(".text", elf.SHF_EXECINSTR, textAddr, p.text(e))
				add("__rseq_cs", elf.SHF_WRITE, csAddr, e.Descriptor(0, 0, textAddr+0x10, 0x24, textAddr+0x80), 8, 24)
				add("__rseq_cs_ptr_array", elf.SHF_WRITE, ptrAddr, e.Words(csAddr), 0)
				add("__rseq_exit_point_array", elf.SHF_WRITE, exitAddr, e.Words(textAddr+0x10, textAddr+0x60), 0, 8)
				if how == "relr" {
					e.AddRELR(relr...)
				} else {
					e.AddRelocations(p.dynRela, 0, relocs...)
				}
				f, err := table.Parse(bytes.NewReader(e.Bytes()))
				if err != nil {
					t.Fatal(err)
				}
				checkOne(t, f, textAddr, p.signature)
			})
		}
	}
}

// TestLabelDifferencesAreRelocated: RISC-V and LoongArch objects hold
// post_commit_offset as a pair of ADD and SUB.
func TestLabelDifferencesAreRelocated(t *testing.T) {
	for _, c := range []struct {
		machine  elf.Machine
		add, sub uint32
	}{{elf.EM_RISCV, 36, 40}, {elf.EM_LOONGARCH, 51, 56}} {
		e := &tabletest.ELF{Class: elf.ELFCLASS64, Data: elf.ELFDATA2LSB, Machine: c.machine, Type: elf.ET_REL}
		text := e.Add(tabletest.ELFSection{Name: ".text", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, Data: make([]byte, 0x100)})
		e.Symbols = []tabletest.ELFSymbol{{Name: "start", Value: 0x10, Section: uint16(text)}, {Name: "end", Value: 0x34, Section: uint16(text)}}
		cs := e.Add(tabletest.ELFSection{Name: "__rseq_cs", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC, Data: e.Descriptor(0, 0, 0, 0, 0), Align: 32})
		e.AddRelocations(true, cs, tabletest.ELFReloc{Offset: 8, Type: 2, Symbol: 1},
			tabletest.ELFReloc{Offset: 16, Type: c.add, Symbol: 2}, tabletest.ELFReloc{Offset: 16, Type: c.sub, Symbol: 1})
		f, err := table.Parse(bytes.NewReader(e.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if s := f.Sections[0]; s.PostCommitOffset != 0x24 || s.End != s.Start+0x24 {
			t.Errorf("%v: post_commit_offset %#x, want 0x24", c.machine, s.PostCommitOffset)
		}
	}
}
