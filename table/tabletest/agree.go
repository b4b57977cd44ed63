package tabletest

import (
	"debug/elf"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rseqstep/table"
)

// Agree fails the test if table.Open's result for a little-endian 64-bit file
// differs from what Oracle reads from readelf. It returns table.Open's result.
func Agree(t testing.TB, path string) *table.File {
	t.Helper()
	f, err := table.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	place := func(a table.FileAddr) string {
		if f.Type != elf.ET_REL {
			return a.String()
		}
		name, off, ok := f.Where(a)
		if !ok {
			t.Errorf("%s: %v lies in no section", path, a)
		}
		return fmt.Sprintf("%s+%#x", name, off)
	}
	var got []OracleSection
	for i := range f.Sections {
		s := &f.Sections[i]
		o := OracleSection{At: place(s.At), Start: place(s.Start), End: place(s.End), Abort: place(s.Abort), Version: s.Version, Flags: s.Flags}
		for _, e := range s.Exits {
			o.Exits = append(o.Exits, place(e))
		}
		slices.Sort(o.Exits)
		if s.Symbol != "" {
			o.Symbols = []string{s.Symbol}
		}
		got = append(got, o)
	}
	slices.SortFunc(got, func(a, b OracleSection) int { return strings.Compare(a.Start+a.At, b.Start+b.At) })
	want := Oracle(t, path)
	for i := range want {
		// If a function has several names, table chooses one.
		if i < len(got) && len(got[i].Symbols) == 1 && slices.Contains(want[i].Symbols, got[i].Symbols[0]) {
			want[i].Symbols = got[i].Symbols
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: readelf (-) and table (+) disagree:\n%s", path, diff)
	}
	return f
}
