package table_test

import (
	"bytes"
	"debug/elf"
	"testing"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// FuzzParse: no panic; the File is nil exactly on an error; the result is
// sorted and can be written as JSON.
func FuzzParse(f *testing.F) {
	f.Add(sample().Bytes())
	for _, p := range psABIs {
		e := p.file(elf.ET_REL)
		text := e.Add(tabletest.ELFSection{Name: ".text", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC, Data: p.text(e)})
		e.Symbols = []tabletest.ELFSymbol{{Name: "f", Section: uint16(text), Size: 0x100}}
		n := e.Add(tabletest.ELFSection{Name: "__rseq_cs", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC, Data: e.Descriptor(0, 0, 0x10, 0x24, 0x80), Align: 32})
		e.AddRelocations(p.rela, n, tabletest.ELFReloc{Offset: 8 + p.half(), Type: p.absolute, Symbol: 1, Addend: 0x10})
		f.Add(e.Bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		tabletest.Hurry(t)
		file, err := table.Parse(bytes.NewReader(b), table.WithSource())
		if (file == nil) != (err != nil) {
			t.Fatalf("file %v, error %v", file, err)
		}
		if file == nil {
			return
		}
		for i := range file.Sections {
			if i > 0 && file.Sections[i].Start < file.Sections[i-1].Start {
				t.Fatalf("section %d is out of order", i)
			}
		}
		file.Check()
		var out bytes.Buffer
		if err := table.WriteJSON(&out, table.Document{File: file, Checked: true}); err != nil {
			t.Fatal(err)
		}
		if _, err := table.ReadJSON(&out); err != nil {
			t.Fatal(err)
		}
		im := table.NewImage([]*table.Module{{File: file, Bias: 0x1000}})
		for _, p := range im.Sections() {
			if p.Start != p.End && im.At(p.Start) == nil {
				t.Fatalf("no section at %v", p.Start)
			}
		}
	})
}
