package session

import (
	"fmt"
	"os"

	"rseqstep/table"
)

// elfHeader is sizeof(Elf64_Ehdr) (elf.h).
const elfHeader = 64

// ReadMemory reads what the file will place at an address when it is loaded.
func (p *program) ReadMemory(a table.Addr, b []byte) (int, error) {
	a = p.arch.Untagged(a)
	f, err := os.Open(p.path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for _, seg := range p.file.Segments {
		off := uint64(a) - uint64(seg.Addr)
		if off >= seg.MemSize {
			continue
		}
		if seg.Offset+off < elfHeader { // no section: a null pointer in a program of any address
			break
		}
		n := 0
		if off < seg.FileSize {
			want := min(uint64(len(b)), seg.FileSize-off)
			if n, err = f.ReadAt(b[:want], int64(seg.Offset+off)); err != nil {
				return n, err
			}
		}
		for n < len(b) && off+uint64(n) < seg.MemSize { // .bss
			b[n] = 0
			n++
		}
		if n == len(b) {
			return n, nil
		}
		return n, fmt.Errorf("cannot access memory at address %#x", uint64(a)+uint64(n))
	}
	return 0, fmt.Errorf("cannot access memory at address %#x", uint64(a))
}
