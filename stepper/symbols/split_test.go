package symbols

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// splitPair builds a program of two units, a.c and b.c, whose DIEs are in a.dwo
// and b.dwo, in a folder of its own.
func splitPair(t testing.TB, flags ...string) (dir, program string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range map[string]string{
		"a.c": "int inb(int);\nstruct A { int a; } ga;\nint main(void)\n{\n\treturn inb(ga.a);\n}\n",
		"b.c": "struct B { int b; } gb;\nint inb(int x)\n{\n\treturn x + gb.b;\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	gcc := tabletest.NeedTool(t, "gcc")
	for _, args := range [][]string{{"-c", "a.c"}, {"-c", "b.c"}, {"-o", "prog", "a.o", "b.o"}} {
		cmd := exec.Command(gcc, append(append([]string{"-g", "-gsplit-dwarf"}, flags...), args...)...)
		cmd.Dir = dir
		if p, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, p)
		}
	}
	return dir, filepath.Join(dir, "prog")
}

// withWarnings is a Set of one file that records its warnings.
func withWarnings(t testing.TB, path string) (s *Set, warnings *[]string) {
	warnings = &[]string{}
	s = New(Options{DebugDirs: []string{}, Warn: func(w string) { *warnings = append(*warnings, w) }})
	s.Reload([]*table.Module{{Path: path, High: 1 << 40}})
	t.Cleanup(s.Close)
	return s, warnings
}

func entry(t testing.TB, s *Set, name string) table.Addr {
	t.Helper()
	a, ok := s.Address(name)
	if !ok {
		t.Fatalf("no symbol %s", name)
	}
	return a
}

func TestSplitUnitIsOpenedWhenItsDIEsAreNeeded(t *testing.T) {
	for _, version := range []string{"-gdwarf-4", "-gdwarf-5"} {
		_, program := splitPair(t, version)
		s, warnings := withWarnings(t, program)
		im := s.modules[0].img
		if u := im.unitAt(s.modules[0].file(entry(t, s, "inb"))); u == nil || len(im.spaces) != 1 {
			t.Fatalf("%s: %d files opened for the unit at an address", version, len(im.spaces)-1)
		}
		f, ok := s.Function(entry(t, s, "inb"))
		if !ok || f.Name != "inb" || len(f.Ranges) != 1 || !f.HasLines {
			t.Errorf("%s: inb is %+v", version, f)
		}
		if len(im.spaces) != 2 {
			t.Errorf("%s: %d files opened for a function of one", version, len(im.spaces)-1)
		}
		if n := len(s.modules[0].Named("gb")); n != 1 || len(im.spaces) != 3 {
			t.Errorf("%s: gb found %d times, %d files opened", version, n, len(im.spaces)-1)
		}
		if len(*warnings) > 0 {
			t.Errorf("%s: warned: %q", version, *warnings)
		}
	}
}

// Lines and symbols are the program's own; the rest is missing, and one warning
// says so.
func TestMissingSplitUnitsAreToldOfOnce(t *testing.T) {
	for name, spoil := range map[string]func(dir string) error{
		"gone":      func(dir string) error { return os.Remove(filepath.Join(dir, "a.dwo")) },
		"another's": func(dir string) error { return os.Rename(filepath.Join(dir, "b.dwo"), filepath.Join(dir, "a.dwo")) },
		"no ELF":    func(dir string) error { return os.WriteFile(filepath.Join(dir, "a.dwo"), []byte("x"), 0o600) },
		"a pipe": func(dir string) error {
			if err := os.Remove(filepath.Join(dir, "a.dwo")); err != nil {
				return err
			}
			return syscall.Mkfifo(filepath.Join(dir, "a.dwo"), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, program := splitPair(t)
			if err := spoil(dir); err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(filepath.Join(dir, "b.dwo")); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			s, warnings := withWarnings(t, program)
			tabletest.Within(t, func() {
				for _, f := range []string{"main", "inb"} {
					pc := entry(t, s, f)
					if got, ok := s.Function(pc); !ok || got.Name != f || !got.HasLines {
						t.Errorf("%s is %+v, %v", f, got, ok)
					}
					ask(s, pc)
				}
				place1(t, s, "a.c:5")
				place1(t, s, "inb")
			})
			if len(*warnings) != 1 || !strings.Contains((*warnings)[0], "Could not find DWO CU a.dwo(0x") {
				t.Errorf("warned: %q", *warnings)
			}
		})
	}
}

// FuzzSplit reads its input as the sections of a .dwo file or of a unit in a
// package: its contents are queried, nothing panics.
func FuzzSplit(f *testing.F) {
	for _, version := range []string{"-gdwarf-4", "-gdwarf-5"} {
		dir, _ := splitPair(f, version, "-O2", "-fdebug-types-section")
		dwo := filepath.Join(dir, "b.dwo")
		f.Add(contents(f, dwo, ".debug_abbrev.dwo"), contents(f, dwo, ".debug_info.dwo"), contents(f, dwo, ".debug_str_offsets.dwo"),
			contents(f, dwo, ".debug_rnglists.dwo"), contents(f, dwo, ".debug_types.dwo"), version == "-gdwarf-5")
	}
	f.Fuzz(func(t *testing.T, abbrev, info, offsets, ranges, types []byte, five bool) {
		tabletest.Hurry(t)
		im := bareImage()
		im.debugTried, im.dwarfTried = true, true
		im.sections[".debug_addr"], im.sections[".debug_ranges"] = make([]byte, 256), ranges
		root := unitOf()
		a, i := tabletest.DWARF(root)
		d, err := newData(map[string][]byte{".debug_abbrev": a, ".debug_info": i})
		if err != nil {
			t.Fatal(err)
		}
		im.adopt(d, i)
		im.indexUnits()
		skeleton := im.units[0]
		skeleton.split = &split{name: "fuzz", addrBase: 8, rangesBase: 4, low: 0x1000, tried: true}
		if five {
			skeleton.version = 5
		}
		if len(info) > 20 { // the id of the unit of DWARF 5
			skeleton.id = im.main.ByteOrder.Uint64(info[12:])
		}
		parts := map[string][]byte{".debug_abbrev": abbrev, ".debug_info": info, ".debug_str_offsets": offsets,
			".debug_rnglists": ranges, ".debug_types": types, ".debug_str": make([]byte, 4096)}
		full, err := im.adoptSplit(parts, skeleton)
		if (full == nil) == (err == nil) {
			t.Fatalf("unit %v with error %v", full, err)
		}
		skeleton.split.unit = full
		s := New(Options{})
		m := &Module{Module: table.Module{High: 1 << 40}, img: im}
		s.modules, s.byOrder = []*Module{m}, []*Module{m}
		ask(s, 0x1010)
		for _, u := range im.units {
			u.export()
			for k, fun := range u.functions().fns {
				if k < 8 {
					ask(s, table.Addr(fun.entry))
				}
			}
		}
	})
}

// FuzzPackIndex reads its input as a package's index and looks up units in it.
func FuzzPackIndex(f *testing.F) {
	f.Add([]byte{5, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0}, uint64(1))
	f.Fuzz(func(t *testing.T, b []byte, sig uint64) {
		tabletest.Hurry(t)
		x := parsePackIndex(b, bareImage().main.ByteOrder)
		if row := x.row(sig); row >= 0 {
			p := &pack{file: bareImage().main}
			if _, err := p.read(x, row); err != nil && !strings.Contains(err.Error(), "has no bytes") {
				t.Fatal(err)
			}
		}
	})
}
