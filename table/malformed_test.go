package table_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"testing"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// sample is a valid file that contains everything the parser reads.
func sample() *tabletest.ELF {
	e := x86(
		data("__rseq_cs", csAddr, make([]byte, 32)),
		data("__rseq_cs_ptr_array", ptrAddr, bytesOf.Words(csAddr)),
		data("__rseq_exit_point_array", exitAddr, bytesOf.Words(0x4010, 0x4060)))
	e.Sections[1].Data = bytesOf.Descriptor(0, 0, 0, 0x24, 0x4080)
	e.Type = elf.ET_DYN
	rel := func(off, to uint64) tabletest.ELFReloc { return tabletest.ELFReloc{Offset: off, Type: 8, Addend: to} }
	e.AddRelocations(true, 0, rel(csAddr+8, 0x4010), rel(csAddr+24, 0x4080), rel(ptrAddr, csAddr), rel(exitAddr, 0x4010), rel(exitAddr+8, 0x4060))
	e.AddRELR(csAddr+8, 3)
	e.Symbols = []tabletest.ELFSymbol{{Name: "f", Value: 0x4000, Size: 0x100, Info: elf.ST_INFO(elf.STB_GLOBAL, elf.STT_FUNC), Section: 1}}
	return e
}

// TestTruncatedFilesAreErrors: a file truncated anywhere is rejected and never
// read past its end; it passes only if the missing part is not needed.
func TestTruncatedFilesAreErrors(t *testing.T) {
	whole := sample().Bytes()
	f, err := table.Parse(bytes.NewReader(whole))
	if err != nil || len(f.Sections) != 1 || len(f.Warnings) != 0 {
		t.Fatalf("the whole file: %+v, %v", f, err)
	}
	for n := range whole {
		f, err := table.Parse(bytes.NewReader(whole[:n]))
		if f != nil || err == nil {
			t.Fatalf("first %d of %d bytes: accepted", n, len(whole))
		}
		var fe *table.FormatError
		if !errors.As(err, &fe) || !errors.Is(err, table.ErrTruncated) && !errors.Is(err, table.ErrNotELF) {
			t.Fatalf("first %d bytes: %v, want ErrTruncated or ErrNotELF in a FormatError", n, err)
		}
	}
}

// TestHostileHeadersAreRefused: numbers that the file does not fulfil.
func TestHostileHeadersAreRefused(t *testing.T) {
	le := binary.LittleEndian
	// Offsets of fields in the 64-bit ELF header and section header: elf(5).
	const phoff, shoff, phnum, shnum, shstrndx = 0x20, 0x28, 0x38, 0x3c, 0x3e
	header := func(b []byte, n int) []byte { return b[le.Uint64(b[shoff:])+uint64(n)*64:] }
	for name, c := range map[string]struct {
		change func(b []byte)
		want   error
	}{
		"2^32 sections":         {func(b []byte) { le.PutUint16(b[shnum:], 0); le.PutUint64(header(b, 0)[0x20:], 1<<32) }, table.ErrTruncated},
		"2^63 sections":         {func(b []byte) { le.PutUint16(b[shnum:], 0); le.PutUint64(header(b, 0)[0x20:], 1<<63) }, table.ErrTruncated},
		"2^32 segments":         {func(b []byte) { le.PutUint16(b[phnum:], 0xffff); le.PutUint32(header(b, 0)[0x2c:], 1<<32-1) }, table.ErrTooLarge},
		"names in no section":   {func(b []byte) { le.PutUint16(b[shstrndx:], 0xfff0) }, table.ErrMalformed},
		"section headers away":  {func(b []byte) { le.PutUint64(b[shoff:], 1<<40) }, table.ErrTruncated},
		"program headers away":  {func(b []byte) { le.PutUint64(b[phoff:], 1<<63) }, table.ErrTruncated},
		"descriptors away":      {func(b []byte) { le.PutUint64(header(b, 2)[0x18:], 1<<50) }, table.ErrTruncated},
		"descriptors too many":  {func(b []byte) { le.PutUint64(header(b, 2)[0x20:], 1<<50) }, table.ErrTruncated},
		"relocations too many":  {func(b []byte) { le.PutUint64(header(b, 5)[0x20:], 24<<50) }, table.ErrTruncated},
		"compressed":            {func(b []byte) { le.PutUint64(header(b, 2)[8:], uint64(elf.SHF_ALLOC|elf.SHF_COMPRESSED)) }, table.ErrMalformed},
		"class 3":               {func(b []byte) { b[elf.EI_CLASS] = 3 }, table.ErrUnsupported},
		"byte order 9":          {func(b []byte) { b[elf.EI_DATA] = 9 }, table.ErrUnsupported},
		"a core dump":           {func(b []byte) { le.PutUint16(b[16:], uint16(elf.ET_CORE)) }, table.ErrUnsupported},
		"short section headers": {func(b []byte) { le.PutUint16(b[0x3a:], 8) }, table.ErrMalformed},
	} {
		b := sample().Bytes()
		c.change(b)
		if f, err := table.Parse(bytes.NewReader(b)); f != nil || !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// TestOverlappingSectionsDoNotMultiply: ten thousand section headers for the
// same bytes are rejected because of their total size.
func TestOverlappingSectionsDoNotMultiply(t *testing.T) {
	e := x86(data("__rseq_cs", csAddr, make([]byte, 1<<20)))
	for range 10000 {
		e.Sections = append(e.Sections, tabletest.ELFSection{Name: "__rseq_cs", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC, Addr: csAddr, Size: 1 << 20})
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := table.Parse(bytes.NewReader(e.Bytes()))
	runtime.ReadMemStats(&after)
	if !errors.Is(err, table.ErrTooLarge) && !errors.Is(err, table.ErrTruncated) {
		t.Errorf("error %v, want ErrTooLarge", err)
	}
	if spent := after.TotalAlloc - before.TotalAlloc; spent > 100<<20 {
		t.Errorf("%d bytes allocated for a file of %d", spent, len(e.Bytes()))
	}
}

// TestBrokenSymbolTableIsAWarning: the sections are found without it.
func TestBrokenSymbolTableIsAWarning(t *testing.T) {
	b := sample().Bytes()
	le := binary.LittleEndian
	symtab := b[le.Uint64(b[0x28:])+7*64:]
	le.PutUint64(symtab[0x20:], 24<<40)
	f, err := table.Parse(bytes.NewReader(b))
	if err != nil || len(f.Sections) != 1 || len(f.Warnings) != 1 || !errors.Is(f.Warnings[0], table.ErrTruncated) {
		t.Errorf("%+v, %v; want one section and one warning", f, err)
	}
}

// readerAt hides everything but ReadAt.
type readerAt struct{ io.ReaderAt }

// TestSizeIsFoundByReading: a reader that does not report its size.
func TestSizeIsFoundByReading(t *testing.T) {
	b := sample().Bytes()
	f, err := table.Parse(readerAt{bytes.NewReader(b)})
	if err != nil || len(f.Sections) != 1 {
		t.Errorf("%+v, %v; want one section", f, err)
	}
	if _, err := table.Parse(readerAt{bytes.NewReader(b[:len(b)-1])}); !errors.Is(err, table.ErrTruncated) {
		t.Errorf("a byte short: %v, want ErrTruncated", err)
	}
	if _, err := table.Parse(readerAt{bytes.NewReader(nil)}); !errors.Is(err, table.ErrNotELF) {
		t.Errorf("empty: %v, want ErrNotELF", err)
	}
}
