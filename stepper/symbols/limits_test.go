package symbols

import (
	"bytes"
	"compress/zlib"
	"debug/elf"
	"encoding/binary"
	"io"
	"os"
	"strings"
	"testing"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// of is a Set of one file given by its bytes, and the file's error.
func of(r io.ReaderAt) (*Set, error) {
	s := New(Options{DebugDirs: []string{}, Open: func(*table.Module) (io.ReaderAt, error) { return r, nil }})
	s.Reload([]*table.Module{{Path: "hostile", High: 1 << 40}})
	return s, s.Problem("hostile")
}

// ask makes every kind of query to a Set.
func ask(s *Set, pc table.Addr) {
	s.Symbol(pc)
	s.Function(pc)
	depth, _ := s.Inlines(pc)
	s.Line(pc, depth)
	s.LineRanges(pc, 0)
	s.BlockRanges(pc, depth)
	for _, name := range []string{"main", "hostile.c:3", "*main"} {
		_, _ = s.Lookup(name, pc)
	}
	s.Address("main")
	for _, m := range s.Modules() {
		m.Named("main")
	}
}

// What a file claims must not cost more than tabletest.LimitBytes, even if a
// sparse file seems to fulfil it.
func TestHostileClaimsCostLittle(t *testing.T) {
	const gigabyte = int64(1) << 30
	program, err := os.ReadFile(compile(t, "calls.c"))
	if err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	header := func(b []byte, n int) []byte { return b[le.Uint64(b[0x28:])+uint64(n)*64:] }
	number := func(name string) int {
		f, err := elf.NewFile(bytes.NewReader(program))
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range f.Sections {
			if s.Name == name {
				return i
			}
		}
		t.Fatalf("no section %s", name)
		return 0
	}
	claims := func(name string, size uint64) func(b []byte) {
		n := number(name)
		return func(b []byte) { le.PutUint64(header(b, n)[0x20:], size) }
	}
	for name, c := range map[string]struct {
		change func(b []byte)
		size   int64
		want   string
	}{
		"2^32 sections":        {func(b []byte) { le.PutUint16(b[0x3c:], 0); le.PutUint64(header(b, 0)[0x20:], 1<<32) }, 300 * gigabyte, "4294967296 sections"},
		"names of 4 GB":        {claims(".shstrtab", 4<<30), 5 * gigabyte, "section names claim 4294967296"},
		"symbols of 4 GB":      {claims(".symtab", 4<<30), 5 * gigabyte, ".symtab claims 4294967296"},
		"symbol names of 4 GB": {claims(".strtab", 4<<30), 5 * gigabyte, ".strtab claims 4294967296"},
		"DIEs of 4 GB":         {claims(".debug_info", 4<<30), 5 * gigabyte, ".debug_info claims 4294967296"},
		"lines of 4 GB":        {claims(".debug_line", 4<<30), 5 * gigabyte, ".debug_line claims 4294967296"},
		"rules of 4 GB":        {claims(".eh_frame", 4<<30), 5 * gigabyte, ".eh_frame claims 4294967296"},
		"cut off":              {claims(".debug_info", 1<<30), 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := bytes.Clone(program)
			c.change(b)
			tabletest.Within(t, func() {
				s, err := of(&tabletest.Sparse{Head: b, Len: max(c.size, int64(len(b)))})
				if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
					t.Errorf("error %v, want one about %q", err, c.want)
				}
				ask(s, 0x1100)
			})
		})
	}
}

// A string table without a NUL at its end.
func TestNamesWithoutEndCostLittle(t *testing.T) {
	e := &tabletest.ELF{Class: elf.ELFCLASS64, Data: elf.ELFDATA2LSB, Machine: elf.EM_X86_64, Type: elf.ET_EXEC}
	e.Add(tabletest.ELFSection{Name: ".text", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, Addr: 0x1000, Data: make([]byte, 256)})
	for range 1000 {
		e.Symbols = append(e.Symbols, tabletest.ELFSymbol{Name: strings.Repeat("x", 1000), Value: 0x1000, Size: 256, Info: elf.ST_INFO(elf.STB_GLOBAL, elf.STT_FUNC), Section: 1})
	}
	b := e.Bytes()
	f, err := elf.NewFile(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	strs := f.Section(".strtab")
	for i := range strs.Size {
		b[strs.Offset+i] = 'x'
	}
	tabletest.Within(t, func() {
		s, err := of(bytes.NewReader(b))
		if err != nil {
			t.Error(err)
		}
		ask(s, 0x1010)
		s.Complete("x")
	})
}

// A compressed section that claims to be large.
func TestCompressedBombsAreRefused(t *testing.T) {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	if _, err := w.Write(make([]byte, 256<<20)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	head := le.AppendUint64(le.AppendUint64(le.AppendUint64(nil, 1), 256<<20), 1) // Elf64_Chdr: ELFCOMPRESS_ZLIB, size, alignment
	gnu := binary.BigEndian.AppendUint64([]byte("ZLIB"), 256<<20)
	for name, s := range map[string]tabletest.ELFSection{
		"SHF_COMPRESSED": {Name: ".debug_info", Type: elf.SHT_PROGBITS, Flags: elf.SHF_COMPRESSED, Data: append(head, z.Bytes()...)},
		".zdebug":        {Name: ".zdebug_info", Type: elf.SHT_PROGBITS, Data: append(gnu, z.Bytes()...)},
	} {
		t.Run(name, func(t *testing.T) {
			e := &tabletest.ELF{Class: elf.ELFCLASS64, Data: elf.ELFDATA2LSB, Machine: elf.EM_X86_64, Type: elf.ET_EXEC}
			e.Add(s)
			e.Add(tabletest.ELFSection{Name: ".debug_abbrev", Type: elf.SHT_PROGBITS, Data: []byte{0}})
			b := e.Bytes()
			tabletest.Within(t, func() {
				s, err := of(bytes.NewReader(b))
				if err == nil {
					err = s.Modules()[0].DWARF()
				}
				if err == nil || !strings.Contains(err.Error(), "too many bytes") {
					t.Errorf("error %v", err)
				}
			})
		})
	}
}
