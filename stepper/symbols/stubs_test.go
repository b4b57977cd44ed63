package symbols

import (
	"debug/elf"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// TestStubsAreThoseThatObjdumpNames compares with objdump's labels "NAME@plt".
func TestStubsAreThoseThatObjdumpNames(t *testing.T) {
	objdump := tabletest.NeedTool(t, "objdump")
	for _, flags := range [][]string{{}, {"-fcf-protection=full"}, {"-no-pie"}, {"-Wl,-z,lazy"}, {"-fuse-ld=lld"}} {
		t.Run(strings.Join(flags, " "), func(t *testing.T) {
			path := importing(t, flags)
			out, err := exec.Command(objdump, "-d", path).Output()
			if err != nil {
				t.Fatal(err)
			}
			s := fileSet(t, path)
			found := 0
			for _, name := range []string{"puts", "exit", "malloc", "free", "nosuch"} {
				var want []table.Addr
				for _, line := range strings.Split(string(out), "\n") {
					var a uint64
					if label, ok := strings.CutSuffix(line, " <"+name+"@plt>:"); ok {
						if _, err := fmt.Sscanf(label, "%x", &a); err == nil {
							want = append(want, table.Addr(a))
						}
					}
				}
				found += len(want)
				if got := s.Stubs(name); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("stubs of %s are %v, want %v", name, got, want)
				}
			}
			if found == 0 {
				t.Error("objdump named no stub")
			}
		})
	}
}

// TestFunctionsAreImportedWithAndWithoutStubs asks about programs that call a function
// through a stub, through its slot, and as part of the program.
func TestFunctionsAreImportedWithAndWithoutStubs(t *testing.T) {
	for _, row := range []struct {
		flags []string
		want  bool
	}{{[]string{}, true}, {[]string{"-fno-plt"}, true}, {[]string{"-static"}, false}} {
		s := fileSet(t, importing(t, row.flags))
		if got := s.Imports("puts"); got != row.want {
			t.Errorf("%v: puts is imported: %v", row.flags, got)
		}
		for _, name := range []string{"stdout", "main", "nosuch", ""} {
			if s.Imports(name) {
				t.Errorf("%v: %q is imported", row.flags, name)
			}
		}
	}
}

// importing builds testdata/imports.c with more flags.
func importing(t *testing.T, flags []string) string {
	t.Helper()
	return tabletest.Build(t, tabletest.Fixture{Source: "imports.c", Flags: flags})
}

// fileSet is the symbols of a file at its own addresses.
func fileSet(t *testing.T, path string) *Set {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := table.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if f.Type != elf.ET_EXEC && f.Type != elf.ET_DYN {
		t.Fatalf("%s is no program", path)
	}
	low, high := f.Extent()
	s := New(Options{})
	t.Cleanup(s.Close)
	s.Reload([]*table.Module{{File: f, Path: path, Low: table.Addr(low), High: table.Addr(high)}})
	return s
}
