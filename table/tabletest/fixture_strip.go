package tabletest

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
)

// Offsets in the header of a 64-bit ELF file (elf(5), Elf64_Ehdr), in bytes.
const (
	ehdrShoff    = 0x28 // e_shoff, 8 bytes
	ehdrShnum    = 0x3c // e_shnum, 2 bytes
	ehdrShstrndx = 0x3e // e_shstrndx, 2 bytes
)

// dropSectionHeaders does to a program what sstrip does: it removes the section
// headers and everything after the last byte that a program header names.
func dropSectionHeaders(path string) error {
	f, err := elf.Open(path)
	if err != nil {
		return fmt.Errorf("drop section headers: %w", err)
	}
	defer f.Close()
	if f.Class != elf.ELFCLASS64 || f.Data != elf.ELFDATA2LSB {
		return fmt.Errorf("drop section headers: %s is %v %v", path, f.Class, f.Data)
	}
	var end uint64
	for _, p := range f.Progs {
		end = max(end, p.Off+p.Filesz)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("drop section headers: %w", err)
	}
	if end > uint64(len(text)) {
		return fmt.Errorf("drop section headers: %s ends before its last segment", path)
	}
	text = text[:end]
	binary.LittleEndian.PutUint64(text[ehdrShoff:], 0)
	binary.LittleEndian.PutUint16(text[ehdrShnum:], 0)
	binary.LittleEndian.PutUint16(text[ehdrShstrndx:], 0)
	return os.WriteFile(path, text, 0o755)
}
