package symbols

import (
	"testing"

	"rseqstep/table/tabletest"
)

// BenchmarkFirstLookup is a new Set and `break malloc` on a 162 MB program.
func BenchmarkFirstLookup(b *testing.B) {
	program := tabletest.NeedWorkerd(b)
	b.ReportAllocs()
	for b.Loop() {
		s := alone(b, program)
		if p, err := s.Lookup("malloc", 0); err != nil || len(p) == 0 {
			b.Fatal(err)
		}
		s.modules[0].img.close()
	}
}
