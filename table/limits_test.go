package table_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"testing"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// A file's claims must not cost more than tabletest.LimitBytes, even if a
// sparse file seems to fulfil them.
func TestHostileClaimsCostLittle(t *testing.T) {
	le := binary.LittleEndian
	const shnum = 0x3c // of the 64-bit ELF header; elf(5)
	header := func(b []byte, n int) []byte { return b[le.Uint64(b[0x28:])+uint64(n)*64:] }
	const gigabytes = int64(1) << 30
	for name, c := range map[string]struct {
		change func(b []byte)
		size   int64
		want   error // nil: a warning or none
	}{
		"2^32 sections":       {func(b []byte) { le.PutUint16(b[shnum:], 0); le.PutUint64(header(b, 0)[0x20:], 1<<32) }, 300 * gigabytes, table.ErrTooLarge},
		"names of 4 GB":       {func(b []byte) { le.PutUint64(header(b, 9)[0x20:], 4<<30) }, 5 * gigabytes, table.ErrTooLarge},
		"descriptors of 4 GB": {func(b []byte) { le.PutUint64(header(b, 2)[0x20:], 4<<30) }, 5 * gigabytes, table.ErrTooLarge},
		"symbols of 4 GB":     {func(b []byte) { le.PutUint64(header(b, 7)[0x20:], 4<<30) }, 5 * gigabytes, nil},
		"relocations of 4 GB": {func(b []byte) { le.PutUint64(header(b, 5)[0x20:], 4<<30) }, 5 * gigabytes, table.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			b := sample().Bytes()
			c.change(b)
			tabletest.Within(t, func() {
				f, err := table.Parse(&tabletest.Sparse{Head: b, Len: c.size})
				if c.want != nil && (f != nil || !errors.Is(err, c.want)) {
					t.Errorf("%+v, %v; want %v", f, err, c.want)
				}
				if c.want == nil && (err != nil || len(f.Sections) != 1) {
					t.Errorf("%+v, %v; want one section", f, err)
				}
			})
		})
	}
}

// Each bitmap of a RELR section covers 63 words in 8 bytes.
func TestRELRBombsCostLittle(t *testing.T) {
	e := x86(data("__rseq_cs", csAddr, make([]byte, 1<<20)))
	entries := make([]uint64, 1<<20)
	for i := range entries {
		if entries[i] = ^uint64(0); i%2 == 0 {
			entries[i] = csAddr
		}
	}
	e.AddRELR(entries...)
	b := e.Bytes()
	tabletest.Within(t, func() {
		if _, err := table.Parse(bytes.NewReader(b)); err != nil {
			t.Logf("refused: %v", err)
		}
	})
}

// A string table without a NUL at its end, and names that begin beyond it.
func TestStringTablesWithoutEnd(t *testing.T) {
	for _, at := range []string{".shstrtab", ".strtab"} {
		b := sample().Bytes()
		f, err := elf.NewFile(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		s := f.Section(at)
		for i := range s.Size {
			b[s.Offset+i] = 'x'
		}
		tabletest.Within(t, func() {
			if f, err := table.Parse(bytes.NewReader(b)); (f == nil) != (err != nil) {
				t.Errorf("%s: %+v, %v", at, f, err)
			}
		})
	}
}
