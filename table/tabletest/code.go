package tabletest

import (
	"debug/elf"
	"testing"

	"rseqstep/table"
)

// CodeReader reads a file's code by file address. The file is placed with bias 0.
func CodeReader(t testing.TB, path string) func(low, high table.Addr) []byte {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return func(low, high table.Addr) []byte {
		for _, p := range f.Progs {
			if p.Type == elf.PT_LOAD && uint64(low)-p.Vaddr < p.Filesz {
				code := make([]byte, high-low)
				if _, err := p.ReadAt(code, int64(uint64(low)-p.Vaddr)); err != nil {
					t.Fatal(err)
				}
				return code
			}
		}
		t.Fatalf("%v is in no segment", low)
		return nil
	}
}
