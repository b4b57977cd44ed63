package code_test

import (
	"debug/elf"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"rseqstep/check/code"
	"rseqstep/table/tabletest"
)

// Bytes that could be a branch into a section are one only if the flow of their function reaches
// them: behind a return, inside another instruction or in no function they are not.
func TestOnlyReachedInstructionsAreBranches(t *testing.T) {
	const text, other = 0x10000, 0x10040
	jump := func(from uint64) []byte { // to the section's second instruction
		return binary.LittleEndian.AppendUint32([]byte{0xe9}, uint32(text+3-(from+5)))
	}
	nop, ret := []byte{0x90}, []byte{0xc3}
	join := func(parts ...[]byte) (all []byte) {
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	for name, c := range map[string]struct {
		code  []byte // of the other function
		named bool
		want  int
	}{
		"reached":                {join(nop, jump(other+1)), true, 1},
		"behind a return":        {join(ret, jump(other+1)), true, 0},
		"inside an instruction":  {join([]byte{0x48, 0xb8}, jump(other+2), []byte{0, 0, 0}, ret), true, 0}, // movabs
		"in no function":         {join(nop, jump(other+1)), false, 0},
		"to the section's start": {join(nop, binary.LittleEndian.AppendUint32([]byte{0xe9}, uint32(0x100000000+text-(other+1+5)))), true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			e := &tabletest.ELF{Class: elf.ELFCLASS64, Data: elf.ELFDATA2LSB, Machine: elf.EM_X86_64, Type: elf.ET_EXEC}
			body := join([]byte{0x48, 0x8b, 0x06}, []byte{0x48, 0xff, 0x06}, ret, []byte{0x0f, 0xb9, 0x3d, 0x53, 0x30, 0x05, 0x53}, ret) // mov; inc; ret; signature; ret
			all := make([]byte, 0x80)
			copy(all, body)
			copy(all[other-text:], c.code)
			section := e.Add(tabletest.ELFSection{Name: ".text", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, Addr: text, Data: all})
			e.Add(tabletest.ELFSection{Name: "__rseq_cs", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC, Addr: 0x30000, Align: 32, Data: e.Descriptor(0, 0, text, 6, text+14)})
			function := func(name string, at uint64, size int) {
				e.Symbols = append(e.Symbols, tabletest.ELFSymbol{Name: name, Value: at, Size: uint64(size), Info: elf.ST_INFO(elf.STB_GLOBAL, elf.STT_FUNC), Section: uint16(section)})
			}
			function("section", text, len(body))
			if c.named {
				function("other", other, len(c.code))
			}
			path := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(path, e.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			f, err := code.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if got := f.BranchesInside(); len(got) != c.want {
				t.Errorf("%d branches, want %d: %+v", len(got), c.want, got)
			} else if c.want == 1 && (got[0].From != other+1 || got[0].To != text+3) {
				t.Errorf("from %v to %v", got[0].From, got[0].To)
			}
		})
	}
}
