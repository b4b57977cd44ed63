package cfi_test

import (
	"debug/elf"
	"encoding/binary"
	"testing"

	"rseqstep/stepper/cfi"
	"rseqstep/table/tabletest"
)

// p0 is a section's first byte: it selects the architecture.
func p0(p []byte) byte { return append(p[:len(p):len(p)], 0)[0] }

// FuzzSection uses any bytes as a section: no panic, every listed entry is found again at
// its offset with the same content, and an entry has rules or is reported as malformed.
// (That the rules are right is tested against readelf, in stepper/symbols.)
func FuzzSection(f *testing.F) {
	program := tabletest.Build(f, tabletest.Fixture{Source: "calls.c", Flags: []string{"-lm"}})
	file, err := elf.Open(program)
	if err != nil {
		f.Fatal(err)
	}
	defer file.Close()
	data, err := file.Section(".eh_frame").Data()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data, true)
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0x80}, true)
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0x80}, false)
	f.Fuzz(func(t *testing.T, p []byte, eh bool) {
		tabletest.Hurry(t)
		s := cfi.Section{P: p, Base: 0x1000, EH: eh, Order: binary.LittleEndian, AddrSize: 8, Registers: cfi.Registers{Columns: 17 + 16*int(p0(p)&1), Signs: p0(p)&1 == 1}}
		n := 0
		s.FDEs(func(off uint64, e *cfi.FDE) {
			if n++; n > 200 {
				return
			}
			again, err := s.FDEAt(off)
			if err != nil || again.Low != e.Low || again.High != e.High {
				t.Fatalf("at %#x: %+v, and then %+v, %v", off, e, again, err)
			}
			for _, pc := range []uint64{e.Low, e.Low + (e.High-e.Low)/2, e.High - 1} {
				row, err := e.RowAt(pc)
				if (row == nil) == (err == nil) {
					t.Fatalf("row %v with error %v", row, err)
				}
			}
		})
	})
}
