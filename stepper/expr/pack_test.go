package expr_test

import (
	"debug/elf"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// pack5 makes prog.dwp from the one .dwo file in dir and removes that: a package of DWARF 5
// (section 7.3.5), on which binutils' dwp 2.40 crashes and llvm-dwp 14 hangs.
func pack5(t *testing.T, dir string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.dwo"))
	if err != nil || len(paths) != 1 {
		t.Fatalf("%v, %v", paths, err)
	}
	f, err := elf.Open(paths[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const padding = 24 // before everything, so that no offset is 0 by chance
	contents := map[string][]byte{}
	for _, s := range f.Sections {
		p, err := s.Data()
		if err != nil || !strings.HasSuffix(s.Name, ".dwo") {
			continue
		}
		if contents[s.Name] == nil && s.Name != ".debug_str.dwo" {
			contents[s.Name] = make([]byte, padding)
		}
		contents[s.Name] = append(contents[s.Name], p...)
	}
	columns := []string{".debug_info.dwo", "", ".debug_abbrev.dwo", ".debug_line.dwo", ".debug_loclists.dwo", ".debug_str_offsets.dwo", "", ".debug_rnglists.dwo"} // by DW_SECT_ number
	le := binary.LittleEndian
	indices := map[byte]*packIndex{5: {}, 6: {}} // DW_UT_split_compile, DW_UT_split_type
	info := contents[".debug_info.dwo"]
	for at := padding; at < len(info); {
		size := int(le.Uint32(info[at:])) + 4
		x := indices[info[at+6]]
		x.units = append(x.units, le.Uint64(info[at+12:]))
		for i, name := range columns {
			if p := contents[name]; i == 0 {
				x.offsets, x.sizes = le.AppendUint32(x.offsets, uint32(at)), le.AppendUint32(x.sizes, uint32(size))
			} else if p != nil {
				x.offsets, x.sizes = le.AppendUint32(x.offsets, padding), le.AppendUint32(x.sizes, uint32(len(p)-padding))
			}
		}
		at += size
	}
	var present []uint32
	for i, name := range columns {
		if contents[name] != nil {
			present = append(present, uint32(i+1))
		}
	}
	e := &tabletest.ELF{Class: elf.ELFCLASS64, Data: elf.ELFDATA2LSB, Machine: elf.EM_X86_64, Type: elf.ET_REL}
	for name, p := range contents {
		e.Add(tabletest.ELFSection{Name: name, Type: elf.SHT_PROGBITS, Data: p})
	}
	for kind, name := range map[byte]string{5: ".debug_cu_index", 6: ".debug_tu_index"} {
		e.Add(tabletest.ELFSection{Name: name, Type: elf.SHT_PROGBITS, Data: indices[kind].bytes(present)})
	}
	if err := os.WriteFile(filepath.Join(dir, "prog.dwp"), e.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(paths[0]); err != nil {
		t.Fatal(err)
	}
}

// packIndex is a package index to be written.
type packIndex struct {
	units          []uint64 // signatures, by row
	offsets, sizes []byte
}

func (x *packIndex) bytes(columns []uint32) []byte {
	le := binary.LittleEndian
	slots := 2
	for slots < 2*len(x.units) {
		slots *= 2
	}
	hashes, rows := make([]byte, 8*slots), make([]byte, 4*slots)
	for i, sig := range x.units {
		mask := uint64(slots - 1)
		slot := sig & mask
		for le.Uint32(rows[4*slot:]) != 0 {
			slot = (slot + (sig>>32&mask | 1)) & mask
		}
		le.PutUint64(hashes[8*slot:], sig)
		le.PutUint32(rows[4*slot:], uint32(i+1))
	}
	var p []byte
	for _, n := range []int{5, len(columns), len(x.units), slots} {
		p = le.AppendUint32(p, uint32(n))
	}
	p = append(append(p, hashes...), rows...)
	for _, c := range columns {
		p = le.AppendUint32(p, c)
	}
	return append(append(p, x.offsets...), x.sizes...)
}
