package symbols

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rseqstep/stepper/macro"
	"rseqstep/table/tabletest"
)

// At a file's end there are the macros that the preprocessor itself lists (-dM).
func TestMacrosAreThoseOfThePreprocessor(t *testing.T) {
	for _, build := range tabletest.Some(t, 2, []string{"gcc -g3 -gdwarf-5", "gcc -g3 -gdwarf-4", "gcc -g3 -gdwarf-4 -gstrict-dwarf", "gcc -g3 -gdwarf64", "clang -g -fdebug-macro"}) {
		t.Run(build, func(t *testing.T) {
			words := strings.Fields(build)
			cc, flags := tabletest.NeedTool(t, words[0]), append(words[1:], "-DCMD=33", "testdata/macros.c")
			program := filepath.Join(t.TempDir(), "macros")
			if out, err := exec.Command(cc, append(flags, "-o", program)...).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			out, err := exec.Command(cc, append(flags, "-E", "-dM")...).Output()
			if err != nil {
				t.Fatal(err)
			}
			var want, got []string
			for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
				want = append(want, macro.Parse(strings.TrimPrefix(line, "#define ")).String())
			}
			s := alone(t, program)
			table, file := macrosOf(t, s)
			for _, d := range table.At(macro.Place{File: file, Line: 1 << 20}) {
				got = append(got, d.String())
			}
			if words[0] == "clang" { // it does not describe its own and the command line's
				want = slices.DeleteFunc(want, func(d string) bool {
					return !slices.Contains(got, d) && (d[0] == '_' || d == "CMD 33" || d == "unix 1" || d == "linux 1")
				})
			}
			slices.Sort(want)
			slices.Sort(got)
			if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
				t.Errorf("%s\nwant\n%s", g, w)
			}
		})
	}
}

// macrosOf returns the macros of the unit with main, and its file.
func macrosOf(t *testing.T, s *Set) (*macro.Table, string) {
	t.Helper()
	main, ok := s.Address("main")
	if !ok {
		t.Fatal("there is no main")
	}
	u, ok := s.modules[0].UnitAt(main)
	if !ok {
		t.Fatal("main has no unit")
	}
	line, _ := s.Line(main, 0)
	table := s.modules[0].Macros(u)
	if table == nil {
		t.Fatal("there are no macros")
	}
	return table, line.File
}

// A macro is defined from its #define to its #undef; where its file was included is known.
func TestMacrosAreDefinedAtLines(t *testing.T) {
	s := alone(t, compile(t, "macros.c", "-g3", "-DCMD=33"))
	macros, file := macrosOf(t, s)
	header := strings.TrimSuffix(file, ".c") + ".h"
	for _, c := range []struct {
		file string
		line int
		name string
		want string // the definition's line; "" for none
	}{
		{file, 24, "LOCAL", "23"}, {file, 26, "LOCAL", ""}, {file, 22, "LOCAL", ""}, {file, 30, "TWICE", ""}, {file, 30, "LATE", "28"}, {file, 24, "LATE", ""},
		{file, 24, "INH", "h1<3"}, {file, 24, "CMD", "0"}, {file, 2, "SCALE", ""}, {header, 6, "SCALE", ""}, {header, 6, "ONCE", "h5<3"}, {header, 3, "ONCE", ""},
		{file, 24, "ONCE", "h5<3"}, {file, 24, "AFTER", ""}, {"nosuch.c", 1, "AFTER", "37"},
	} {
		d, ok := macros.At(macro.Place{File: c.file, Line: c.line})[c.name]
		got := ""
		if ok {
			if got = strconv.Itoa(d.Place.Line); d.Place.File == header {
				got = "h" + got
			}
			for _, p := range d.Included {
				got += "<" + strconv.Itoa(p.Line)
			}
		}
		if got != c.want {
			t.Errorf("%s:%d: %s is defined at %q, want %q", filepath.Base(c.file), c.line, c.name, got, c.want)
		}
	}
}
