package table_test

import (
	"bytes"
	"debug/elf"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// x86 is an executable with code and the given further sections.
func x86(sections ...tabletest.ELFSection) *tabletest.ELF {
	e := psABIs[0].file(elf.ET_EXEC)
	e.Add(tabletest.ELFSection{Name: ".text", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, Addr: textAddr, Data: psABIs[0].text(e), Align: 16})
	for _, s := range sections {
		e.Add(s)
	}
	return e
}

func data(name string, addr uint64, b []byte) tabletest.ELFSection {
	return tabletest.ELFSection{Name: name, Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_WRITE, Addr: addr, Data: b, Align: 32}
}

// bytesOf encodes data in the byte order of the files of x86.
var bytesOf = psABIs[0].file(elf.ET_EXEC)

func descriptor(start, length, abort uint64) []byte {
	return bytesOf.Descriptor(0, 0, start, length, abort)
}

func mustParse(t *testing.T, e *tabletest.ELF) *table.File {
	t.Helper()
	f, err := table.Parse(bytes.NewReader(e.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func starts(f *table.File) []table.FileAddr {
	var all []table.FileAddr
	for _, s := range f.Sections {
		all = append(all, s.Start)
	}
	return all
}

// TestPaddingIsNoSection: __rseq_table may be padded between descriptors.
func TestPaddingIsNoSection(t *testing.T) {
	b := bytes.Join([][]byte{make([]byte, 32), descriptor(0x4010, 4, 0x4080), make([]byte, 64), descriptor(0x4020, 4, 0x4080), make([]byte, 16)}, nil)
	f := mustParse(t, x86(data("__rseq_table", csAddr, b)))
	if len(f.Sections) != 2 || f.Sections[0].At != csAddr+32 || f.Sections[1].At != csAddr+128 {
		t.Errorf("sections at %+v, want two", f.Sections)
	}
	if len(f.Warnings) != 0 {
		t.Errorf("warnings: %v", f.Warnings)
	}
}

// TestAllSectionsOfANameCount: relocatable objects have one per COMDAT group.
func TestAllSectionsOfANameCount(t *testing.T) {
	f := mustParse(t, x86(
		data("__rseq_cs", csAddr+0x40, descriptor(0x4030, 4, 0x4080)),
		data("__rseq_table", csAddr+0x80, descriptor(0x4020, 4, 0x4080)),
		data("__rseq_cs", csAddr, descriptor(0x4010, 4, 0x4080))))
	if got := starts(f); len(got) != 3 || got[0] != 0x4010 || got[1] != 0x4020 || got[2] != 0x4030 {
		t.Errorf("starts %v, want three in order", got)
	}
}

// TestDescriptorsOfOneAddressAreOne: two section headers for the same bytes.
func TestDescriptorsOfOneAddressAreOne(t *testing.T) {
	f := mustParse(t, x86(data("__rseq_cs", csAddr, descriptor(0x4010, 4, 0x4080)), data("__rseq_table", csAddr, descriptor(0x4010, 4, 0x4080))))
	if len(f.Sections) != 1 || len(f.Sections[0].Declared) != 2 {
		t.Errorf("sections %+v, want one declared twice", f.Sections)
	}
}

// TestPointerArrayIsChecked: descriptors that it omits and pointers without a
// descriptor are warnings, and a descriptor that only it names counts.
func TestPointerArrayIsChecked(t *testing.T) {
	f := mustParse(t, x86(
		data("__rseq_cs", csAddr, append(descriptor(0x4010, 4, 0x4080), descriptor(0x4020, 4, 0x4080)...)),
		data(".data", 0xb000, descriptor(0x4030, 4, 0x4080)),
		data("__rseq_cs_ptr_array", ptrAddr, bytesOf.Words(csAddr, 0xb000, 0x66660000, csAddr))))
	if got := starts(f); len(got) != 3 || got[2] != 0x4030 {
		t.Errorf("starts %v, want the one in .data as well", got)
	}
	for _, want := range []string{"outside of __rseq_cs", "0x66660000, where there is no descriptor", "lacks 1 of 2 descriptors"} {
		if !strings.Contains(errors.Join(f.Warnings...).Error(), want) {
			t.Errorf("warnings %v do not say %q", f.Warnings, want)
		}
	}
	if len(f.Warnings) != 3 {
		t.Errorf("warnings %v, want 3", f.Warnings)
	}
}

// TestExitsAreMerged: into every section with that start, once each, without
// end and abort, sorted.
func TestExitsAreMerged(t *testing.T) {
	f := mustParse(t, x86(
		data("__rseq_cs", csAddr, append(descriptor(0x4010, 4, 0x4080), descriptor(0x4010, 8, 0x4088)...)),
		data("__rseq_exit_point_array", exitAddr, bytesOf.Words(0x4010, 0x4070, 0x4010, 0x4014, 0x4010, 0x4060, 0x4010, 0x4070)),
		data("__rseq_exit_point_array", exitAddr+0x100, bytesOf.Words(0x4010, 0x4080, 0x4999, 0x4000))))
	a, b := f.Sections[0], f.Sections[1]
	if len(a.Exits) != 2 || a.Exits[0] != 0x4060 || a.Exits[1] != 0x4070 {
		t.Errorf("exits of the first %v, want 0x4060 0x4070", a.Exits)
	}
	if len(b.Exits) != 4 {
		t.Errorf("exits of the second %v, want 4", b.Exits)
	}
	if len(f.Warnings) != 1 || !strings.Contains(f.Warnings[0].Error(), "none starts at 0x4999") {
		t.Errorf("warnings %v, want one about 0x4999", f.Warnings)
	}
}

// TestUnmovedAddressesAreWarnedOf: in a position-independent file.
func TestUnmovedAddressesAreWarnedOf(t *testing.T) {
	e := x86(data("__rseq_cs", csAddr, descriptor(0x4010, 4, 0x4080)))
	e.Type = elf.ET_DYN
	f := mustParse(t, e)
	if len(f.Warnings) != 1 || !strings.Contains(f.Warnings[0].Error(), "no relocation moves") {
		t.Errorf("warnings %v, want one", f.Warnings)
	}
}

// TestEnclosingSymbolIsTheBest: a function before a label, the nearest, the
// global one of two at one address.
func TestEnclosingSymbolIsTheBest(t *testing.T) {
	e := x86(data("__rseq_cs", csAddr, append(descriptor(0x4010, 4, 0x4080), descriptor(0x4040, 4, 0x4080)...)))
	fn := elf.ST_INFO(elf.STB_LOCAL, elf.STT_FUNC)
	e.Symbols = []tabletest.ELFSymbol{
		{Name: "$x", Value: 0x4010, Section: 1},
		{Name: "outer", Value: 0x4000, Size: 0x30, Info: fn, Section: 1},
		{Name: "inner", Value: 0x4008, Size: 0x10, Info: fn, Section: 1},
		{Name: "inner_global", Value: 0x4008, Size: 0x10, Info: elf.ST_INFO(elf.STB_GLOBAL, elf.STT_FUNC), Section: 1},
		{Name: "label", Value: 0x4010, Section: 1},
		{Name: "after", Value: 0x4018, Size: 0x8, Info: fn, Section: 1},
	}
	f := mustParse(t, e)
	if s := f.Sections[0]; s.Symbol != "inner_global" || s.Offset != 8 {
		t.Errorf("first section is in %s+%#x, want inner_global+8", s.Symbol, s.Offset)
	}
	if s := f.Sections[1]; s.Symbol != "label" || s.Offset != 0x30 {
		t.Errorf("second section is in %s+%#x, want label+0x30", s.Symbol, s.Offset)
	}
}

// TestFileWithoutSectionsIsNoError: most programs have none.
func TestFileWithoutSectionsIsNoError(t *testing.T) {
	f := mustParse(t, x86())
	if len(f.Sections) != 0 || len(f.Warnings) != 0 || len(f.Segments) != 1 {
		t.Errorf("%+v, want no sections, no warnings and one segment", f)
	}
}

// TestOpenNamesTheFileInErrors: a file that is not regular is a different kind
// of error.
func TestOpenNamesTheFileInErrors(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("#!/bin/sh\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{text: table.ErrNotELF, dir: table.ErrNotELF, filepath.Join(dir, "none"): os.ErrNotExist} {
		f, err := table.Open(path)
		if f != nil || !errors.Is(err, want) || !strings.Contains(err.Error(), path) {
			t.Errorf("Open(%s) = %v, %v; want an error that is %v", path, f, err, want)
		}
	}
}
