package annotate

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rseqstep/page"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// Every section of the fixtures in every layout has a listing that contains the section's own
// instructions one after the other, each once, and names its parts.
func TestListingsContainTheWholeSection(t *testing.T) {
	for _, f := range tabletest.Pairs("percpu.c") {
		if f.Shape == tabletest.Object {
			continue // its branches are not relocated yet
		}
		t.Run(f.String(), func(t *testing.T) {
			path := tabletest.Build(t, f)
			files := NewFiles()
			defer files.Close()
			one := files.Open(path)
			if one == nil {
				t.Fatalf("%s has no sections", path)
			}
			if len(one.All()) != 3 {
				t.Errorf("%d sections", len(one.All()))
			}
			for _, p := range one.All() {
				if files.Find(path, table.FileAddr(p.Start), uint64(p.End-p.Start)) != p {
					t.Errorf("%v is not found by its code", p.Start)
				}
				checkListing(t, p, files.Section(p))
			}
		})
	}
}

func checkListing(t *testing.T, p *table.Placed, s page.Section) {
	t.Helper()
	at, last := p.Start, uint64(0)
	roles := map[string]int{}
	for n := range s.Listing {
		r := &s.Listing[n]
		if r.Kind != page.RowCode {
			continue
		}
		if r.Address <= last && last != 0 {
			t.Errorf("%s: %#x comes after %#x", s.Function, r.Address, last)
		}
		last = r.Address
		if r.Inside != p.Contains(table.Addr(r.Address)) {
			t.Errorf("%s: %#x is inside: %v", s.Function, r.Address, r.Inside)
		}
		if r.Inside {
			if table.Addr(r.Address) != at || r.Offset != int64(at-p.Start) {
				t.Errorf("%s: the instruction at %#x (%+d) follows %v", s.Function, r.Address, r.Offset, at)
			}
			at = table.Addr(r.Address) + table.Addr(len(strings.Fields(r.Bytes)))
		}
		for _, role := range r.Roles {
			roles[role]++
		}
	}
	if at != p.End {
		t.Errorf("%s: the listing of [%v, %v) ends at %v", s.Function, p.Start, p.End, at)
	}
	for _, role := range []string{"arm", "start", "commit", "post-commit", "abort handler", "to the abort handler"} {
		if roles[role] != 1 {
			t.Errorf("%s: %d instructions have the role %q", s.Function, roles[role], role)
		}
	}
	if len(s.Words) == 0 || !slices.ContainsFunc(s.Words, func(w string) bool { return strings.Contains(w, "cpu_id") }) {
		t.Errorf("%s: its words are %q", s.Function, s.Words)
	}
	if s.Unlisted != "" || filepath.Base(s.Module) == "" {
		t.Errorf("%+v", s)
	}
}

func TestAFileWithoutSectionsIsNone(t *testing.T) {
	files := NewFiles()
	defer files.Close()
	for _, path := range []string{"/no/such/file", "/dev/null", "/", tabletest.Build(t, tabletest.Fixture{Source: "loop.c"})} {
		if files.Open(path) != nil || files.Find(path, 0, 0) != nil {
			t.Errorf("%s has sections", path)
		}
	}
}
