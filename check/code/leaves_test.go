package code_test

import (
	"debug/elf"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/check/code"
	"rseqstep/table/tabletest"
)

// Where the section alone leads, whoever executes the instruction has just left it. Each other way
// there is seen.
func TestWhereASectionAloneLeads(t *testing.T) {
	const text, end = 0x10000, 0x10008
	// The section: mov (%rsi),%rax; jne side; inc (%rsi). At its end, the code of the case.
	for name, c := range map[string]struct {
		end, side string // the code there, hexadecimal; the side exit is 0x20 behind the section's end
		before    string // of the side exit, ending there
		why       string // of the end's, or of the side's if that begins with "side: "
		entry     bool   // a function begins at the side exit
	}{
		"nothing else":         {end: "c3", side: "c3"},
		"a branch back":        {end: "90 eb fd", side: "c3", why: "the branch at 0x10009 leads to 0x10008, too"},
		"a branch with prefix": {end: "90 2e 75 fc c3", side: "c3", why: "the branch at 0x1000a leads to 0x10008, too"},
		"a branch to the side": {end: "74 1e c3", side: "c3", why: "side: the branch at 0x10008 leads to 0x10028, too"},
		"a call of the side":   {end: "e8 1b 00 00 00 c3", side: "c3", why: "side: the branch at 0x10008 leads to 0x10028, too"},
		"the code before":      {end: "74 1d c3", before: "90", side: "c3", why: "side: the instruction at 0x10027 leads to 0x10028, too"},
		"data before":          {end: "c3", before: "90", side: "c3"},
		"an indirect jump":     {end: "ff e0", side: "c3", why: "the indirect jump at 0x10008 may lead to 0x10008, too"},
		"a jump of the PLT":    {end: "ff 25 00 00 00 00", side: "c3"},
		"no instruction":       {end: "06", side: "c3", why: "there is no instruction at 0x10008"},
		"it may arm":           {end: "48 89 42 08 c3", side: "c3", why: "the instruction at 0x10008 may arm a section"},
		"it stores 4 bytes":    {end: "89 42 08 c3", side: "c3"},
		"a function's entry":   {end: "c3", side: "c3", entry: true, why: "side: a function begins at 0x10028"},
		"a branch like data":   {end: "48 b8 eb fc 00 00 00 00 00 00 c3", side: "c3"}, // inside movabs
		"one nobody gets to":   {end: "c3 eb fd", side: "c3", why: "the branch at 0x10009 leads to 0x10008, too"},
	} {
		t.Run(name, func(t *testing.T) {
			e := &tabletest.ELF{Class: elf.ELFCLASS64, Data: elf.ELFDATA2LSB, Machine: elf.EM_X86_64, Type: elf.ET_EXEC}
			all := make([]byte, 0x80)
			copy(all, unhex(t, "48 8b 06 75 23 48 ff 06")) // jne 0x10028
			copy(all[end-text:], unhex(t, c.end))
			before := unhex(t, c.before)
			copy(all[0x28-len(before):], before)
			copy(all[0x28:], unhex(t, c.side))
			copy(all[0x50:], unhex(t, "0f b9 3d 53 30 05 53 c3"))
			section := e.Add(tabletest.ELFSection{Name: ".text", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, Addr: text, Data: all})
			e.Add(tabletest.ELFSection{Name: "__rseq_cs", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC, Addr: 0x30000, Align: 32, Data: e.Descriptor(0, 0, text, end-text, text+0x57)})
			function := func(name string, at, size uint64) {
				e.Symbols = append(e.Symbols, tabletest.ELFSymbol{Name: name, Value: at, Size: size, Info: elf.ST_INFO(elf.STB_GLOBAL, elf.STT_FUNC), Section: uint16(section)})
			}
			if c.entry {
				function("section", text, 0x28)
				function("other", text+0x28, 8)
			} else {
				function("section", text, 0x30)
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
			both := strings.Contains(c.why, "indirect jump")
			why, ofSide := strings.CutPrefix(c.why, "side: ")
			leaves := f.Leaves()[f.Sections[0]]
			if len(leaves) != 2 {
				t.Fatalf("%+v", leaves)
			}
			for _, l := range leaves {
				want := ""
				if l.End != ofSide {
					want = why
				} else if both {
					want = strings.Replace(why, "to 0x10008", "to 0x10028", 1)
				}
				if l.Why != want {
					t.Errorf("%v: %q, want %q", l.To, l.Why, want)
				}
			}
		})
	}
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
