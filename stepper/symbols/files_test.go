package symbols

import (
	"debug/dwarf"
	"errors"
	"os"
	"strings"
	"testing"
)

func mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}

// copyFile replaces a file by a new one with another's contents.
func copyFile(t *testing.T, from, to string) {
	t.Helper()
	p, err := os.ReadFile(from)
	if err == nil {
		err = errors.Join(os.WriteFile(to+".new", p, 0o755), os.Rename(to+".new", to))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestSourceIsTheFilesText(t *testing.T) {
	s := alone(t, compile(t, "calls.c", "-O0"))
	want, err := os.ReadFile("testdata/calls.c")
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Split(strings.TrimSuffix(string(want), "\n"), "\n")
	for _, name := range []string{"calls.c", source(t, "calls.c")} {
		got, err := s.Source(name, 1, 10000)
		if err != nil || strings.Join(got, "\n") != strings.Join(all, "\n") {
			t.Errorf("Source(%q) = %d lines, %v; want %d", name, len(got), err, len(all))
		}
	}
	if got, err := s.Source("calls.c", 7, 9); err != nil || len(got) != 3 || got[0] != all[6] {
		t.Errorf("Source = %q, %v", got, err)
	}
	if _, err := s.Source("calls.c", 1000, 1001); !errors.Is(err, ErrNoLine) {
		t.Errorf("a line after the end: %v", err)
	}
	if _, err := s.Source("nosuch.c", 1, 2); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no such file: %v", err)
	}
}

// TestModuleGivesDWARFToExpressions covers what stepper/expr relies on.
func TestModuleGivesDWARFToExpressions(t *testing.T) {
	for _, flags := range builds(t) {
		s := alone(t, compile(t, "calls.c", append(flags, "-gz")...))
		pc := place1(t, s, "calls.c:33")
		m := s.Module(pc)
		if err := m.DWARF(); err != nil {
			t.Fatal(err)
		}
		u, ok := m.UnitAt(pc)
		if name, _ := u.Entry.Val(dwarf.AttrName).(string); !ok || !strings.HasSuffix(name, "calls.c") || u.AddrSize != 8 || !strings.Contains(u.Producer, "GNU C") {
			t.Errorf("UnitAt = %+v, %v", u, ok)
		}
		if again, ok := m.UnitOf(u.Entry.Offset + 40); !ok || again.Entry.Offset != u.Entry.Offset {
			t.Error("UnitOf finds another unit")
		}
		scopes := m.Scopes(pc)
		depth, _ := s.Inlines(pc)
		if len(scopes) < 2 || scopes[0].Entry.Tag != dwarf.TagSubprogram || scopes[len(scopes)-1].Inlined != depth {
			t.Errorf("Scopes = %+v", scopes)
		}
		for _, sc := range scopes {
			if !sc.Contains(m.FileAddr(pc)) {
				t.Errorf("scope %+v does not cover the address", sc)
			}
		}
		found := m.Named("sink")
		if len(found) == 0 || found[0].Tag != dwarf.TagVariable {
			t.Errorf("Named(sink) = %v", found)
		}
		if e, err := m.Reader(found[0].Offset).Next(); err != nil || e.Offset != found[0].Offset {
			t.Errorf("the entry is not at its offset: %v", err)
		}
		if loc := m.SectionData(".debug_abbrev"); len(loc) == 0 || m.SectionData(".nosuch") != nil {
			t.Error("SectionData")
		}
	}
	cc := alone(t, compile(t, "names.cc", "-O0"))
	if found := cc.modules[0].Named("ns::A"); len(found) == 0 || found[0].Tag != dwarf.TagStructType {
		t.Errorf("Named(ns::A) = %v", found)
	}
	none := alone(t, compile(t, "calls.c", "-g0"))
	if err := none.modules[0].DWARF(); !errors.Is(err, ErrNoDebugInfo) {
		t.Errorf("DWARF of a file without: %v", err)
	}
}

// Entries that linkers leave for dropped functions are not treated as code at
// 0.
func TestDroppedFunctionsHaveNoPlace(t *testing.T) {
	for _, linker := range []string{"bfd", "gold", "lld"} {
		t.Run(linker, func(t *testing.T) {
			s := alone(t, compile(t, "dropped.c", "-ffunction-sections", "-Wl,--gc-sections", "-fuse-ld="+linker))
			if p, err := s.Lookup("dropped", 0); !errors.Is(err, ErrNoSymbol) {
				t.Errorf("%v, %v", p, err)
			}
			if f, ok := s.Function(3); ok {
				t.Errorf("a function at 3: %+v", f)
			}
			place1(t, s, "main")
		})
	}
}
