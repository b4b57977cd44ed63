package expr_test

import (
	"bytes"
	"debug/elf"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// elsewhere is a way to build a program whose debug information is not all in
// its .debug_info.
type elsewhere struct {
	name  string
	flags []string
	tool  []string // to run in the program's folder when it is built
	pack  bool     // make a package with pack5
}

func ways() []elsewhere {
	return []elsewhere{
		{"split", []string{"-gdwarf-5", "-gsplit-dwarf"}, nil, false},
		{"split DWARF 4", []string{"-gdwarf-4", "-gsplit-dwarf"}, nil, false},
		{"type units", []string{"-gdwarf-5", "-fdebug-types-section"}, nil, false},
		{"type units DWARF 4", []string{"-gdwarf-4", "-fdebug-types-section"}, nil, false},
		{"split type units", []string{"-gdwarf-5", "-gsplit-dwarf", "-fdebug-types-section"}, nil, false},
		{"split type units DWARF 4", []string{"-gdwarf-4", "-gsplit-dwarf", "-fdebug-types-section"}, nil, false},
		{"package", []string{"-gdwarf-5", "-gsplit-dwarf"}, nil, true},
		{"package type units", []string{"-gdwarf-5", "-gsplit-dwarf", "-fdebug-types-section"}, nil, true},
		{"package DWARF 4", []string{"-gdwarf-4", "-gsplit-dwarf"}, []string{"sh", "-c", "dwp -e prog -o prog.dwp && rm *.dwo"}, false},
		{"package type units DWARF 4", []string{"-gdwarf-4", "-gsplit-dwarf", "-fdebug-types-section"}, []string{"sh", "-c", "dwp -e prog -o prog.dwp && rm *.dwo"}, false},
		{"dwz", []string{"-gdwarf-5"}, []string{"dwz", "prog"}, false},
		{"dwz DWARF 4", []string{"-gdwarf-4"}, []string{"dwz", "prog"}, false},
		{"dwz common file", []string{"-gdwarf-5"}, []string{"sh", "-c", "cp prog other && dwz -m common prog other"}, false},
		{"dwz common file DWARF 4", []string{"-gdwarf-4"}, []string{"sh", "-c", "cp prog other && dwz -m common prog other"}, false},
		{"zlib", []string{"-gz=zlib"}, nil, false},
		{"zlib-gnu", []string{"-gz=zlib-gnu"}, nil, false},
		{"zstd", nil, []string{"objcopy", "--compress-debug-sections=zstd", "prog"}, false},
		{"zlib split", []string{"-gsplit-dwarf", "-gz=zlib"}, nil, false},
		{"debug file", nil, []string{"sh", "-c", "objcopy --only-keep-debug prog prog.debug && strip prog && objcopy --add-gnu-debuglink=prog.debug prog"}, false},
		{"debug file of a split program", []string{"-gsplit-dwarf"}, []string{"sh", "-c", "objcopy --only-keep-debug prog prog.debug && strip prog && objcopy --add-gnu-debuglink=prog.debug prog"}, false},
	}
}

// TestDebugInformationElsewhereAgreesWithGDB compares gdb's results for a
// program whose debug information is all in one place with this package's for
// builds of the same code where it is not. (gdb 13 fails on some of those: it
// does not support DW_OP_constx, which thread-local variables have in .dwo
// files.)
func TestDebugInformationElsewhereAgreesWithGDB(t *testing.T) {
	for _, c := range []struct{ source, list, at, opt string }{
		{"testdata/types.c", "testdata/types.cmds", "stop", "-O0"},
		{"testdata/optimized.c", "testdata/optimized.cmds", "stop", "-O2"},
		{"testdata/cxx.cc", "testdata/cxx.cmds", "Derived::method", "-O0"},
	} {
		list := commands(t, c.list)
		plain := compile(t, t.TempDir(), c.source, "-g", c.opt)
		p := oracle(t, plain, c.at, list)
		for _, w := range tabletest.Some(t, 6, ways()) {
			t.Run(filepath.Base(c.source)+" "+w.name, func(t *testing.T) {
				built := w.build(t, c.source, c.opt)
				if !bytes.Equal(code(t, built), code(t, plain)) {
					t.Fatal("not the same code")
				}
				p.load(t, replace(p.core.modules, plain, built))
				p.check(t, w.comparable(list))
				if p.warnings != nil {
					t.Errorf("warned: %q", p.warnings)
				}
			})
		}
	}
}

// comparable is the commands without those that the build's debug information cannot
// answer: DWARF 4 has no atomic types, and GCC 12 writes 0 for the variable that a
// pointer without a place points to (DW_OP_implicit_pointer) into .dwo files. "" is no
// command and keeps the others in position.
func (w elsewhere) comparable(list []string) []string {
	flags := strings.Join(w.flags, " ")
	gone := map[string]string{
		"whatis at": "-gdwarf-4", "print *p": "-gsplit-dwarf", "print p->x": "-gsplit-dwarf", "print *ip": "-gsplit-dwarf",
	}
	list = slices.Clone(list)
	for i, c := range list {
		if flag, ok := gone[c]; ok && strings.Contains(flags, flag) {
			list[i] = ""
		}
	}
	return list
}

func (w elsewhere) build(t *testing.T, source, opt string) string {
	t.Helper()
	dir := t.TempDir()
	built := compile(t, dir, source, append([]string{"-g", opt}, w.flags...)...)
	if w.pack {
		pack5(t, dir)
	}
	if w.tool == nil {
		return built
	}
	for _, tool := range []string{"dwz", "dwp", "llvm-dwp", "objcopy"} {
		if strings.Contains(strings.Join(w.tool, " "), tool+" ") || w.tool[0] == tool {
			tabletest.NeedTool(t, tool)
		}
	}
	cmd := exec.Command(w.tool[0], w.tool[1:]...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", w.tool, err, out)
	}
	return built
}

// code is a program's instructions.
func code(t *testing.T, path string) []byte {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := f.Section(".text").Data()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// replace is the modules of a process with one file replaced.
func replace(modules []*table.Module, path, by string) (list []*table.Module) {
	for _, m := range modules {
		other := *m
		if m.Path == path {
			other.Path = by
		}
		list = append(list, &other)
	}
	return list
}
