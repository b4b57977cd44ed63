package expr_test

import (
	"os/exec"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// The names that C++'s imports give, in the frames of testdata/imports.cc. gdb 13 does not look
// into inline namespaces; where gdb finds something, it is the same.
func TestImportedNamesAreFound(t *testing.T) {
	names := [][2]string{
		{"up", ""}, // directive
		{"deep", "7"}, {"in.q", "1"}, {"answer", "42"}, {"local::deep", "7"}, {"local::f(1)", "refused"},
		{"sizeof(In)", "4"}, {"sizeof(local::In)", "4"}, {"outer", "1"}, {"KA", "lib::inner::KA"},
		{"lib::o", "55"},
		{"up", ""}, // lib::declaration
		{"deep", "7"}, {"o", "55"}, {"outer", "2"}, {"::outer", "1"}, {"::lib::outer", "2"}, {"very", "8"}, {"answer", "42"}, {"Thing::made", "11"},
		{"(Mode)1", "lib::v2::ON"}, {"OFF", "lib::v2::OFF"}, {"sizeof(big)", "8"}, {"inner::KA", "lib::inner::KA"},
		{"up", ""}, // main
		{"lib::answer", "42"}, {"::lib::answer", "42"}, {"lib::v2::answer", "42"}, {"lib::deeper::very", "8"},
		{"lib::very", "8"}, {"lib::Thing::made", "11"}, {"lib::v2::Thing::made", "11"}, {"lib::ON", "lib::v2::ON"},
		{"sizeof(lib::big)", "8"}, {"(lib::Mode)0", "lib::v2::OFF"}, {"lib::hidden", "13"}, {"lib::o", "55"},
		{"declared::deep", "7"}, {"sizeof(declared::In)", "4"}, {"declared::Thing::made", "11"},
		{"alias::deep", "7"}, {"alias2::deep", "7"}, {"alias2::KA", "lib::inner::KA"}, {"lib::outer", "2"},
		{"*alias2::f", "{int (int)} lib::inner::f"}, {"*lib::twice", "{int (int)} lib::v2::twice"}, {"*declared::f", "{int (int)} lib::inner::f"},
		{"answer", "none"}, {"deep", "none"}, {"alias::answer", "none"}, {"lib::nosuch", "none"}, {"alias::outer", "none"},
	}
	var list []string
	for _, n := range names {
		if n[0] != "up" {
			n[0] = "print " + n[0]
		}
		list = append(list, n[0])
	}
	for _, b := range tabletest.Some(t, 2, []struct {
		compiler string
		flags    []string
	}{
		{"g++", []string{"-g"}}, {"g++", []string{"-g", "-gdwarf-4"}}, {"clang++", []string{"-g"}}, {"clang++", []string{"-g", "-gdwarf-4"}},
	}) {
		t.Run(b.compiler+strings.Join(b.flags, ""), func(t *testing.T) {
			exe := t.TempDir() + "/prog"
			out, err := exec.Command(tabletest.NeedTool(t, b.compiler), append(b.flags, "-w", "-o", exe, "testdata/imports.cc")...).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			p := oracle(t, exe, "stop", list)
			for i, n := range names {
				got, gdb := strip(p.run(list[i])), strip(p.answers[i])
				switch {
				case n[0] == "up":
					continue
				case strings.HasPrefix(got, "error: No symbol"), strings.HasPrefix(got, "error: There is no"):
					got = "none"
				case strings.HasPrefix(got, "{"): // without the address
					got = got[:strings.Index(got, "} ")+2] + strings.Trim(got[strings.Index(got, "<"):], "<>")
					gdb = got
				case strings.HasPrefix(got, "error: "):
					got, gdb = "refused", "refused"
				}
				if n[1] != "none" && strings.Contains(gdb, "error: ") {
					gdb = got
				}
				if got != n[1] || n[1] != "none" && gdb != got {
					t.Errorf("%s: %s, want %s; gdb: %s", list[i], got, n[1], gdb)
				}
			}
		})
	}
}
