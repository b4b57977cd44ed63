package symbols

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// A program without DWARF is looked up in its symbol tables, even if it has
// only .dynsym.
func TestSymbolTablesServeWithoutDWARF(t *testing.T) {
	for name, flags := range map[string][]string{"symtab": {"-g0"}, "dynsym": {"-g0", "-rdynamic", "-s"}} {
		t.Run(name, func(t *testing.T) {
			program := compile(t, "calls.c", append(flags, "-O0", "-no-pie")...)
			s := alone(t, program)
			a, ok := s.Address("twice")
			if !ok {
				t.Fatal("no twice")
			}
			if p := place1(t, s, "twice"); p != a+4 { // push %rbp; mov %rsp,%rbp
				t.Errorf("the place of twice is %v, its address %v", p, a)
			}
			f, ok := s.Function(a + 9)
			if !ok || f.Name != "twice" || f.Entry != a || f.Body != a+4 || f.HasLines || len(f.Ranges) != 1 {
				t.Errorf("Function = %+v, %v", f, ok)
			}
			if n, off, ok := s.Symbol(a + 9); n != "twice" || off != 9 || !ok {
				t.Errorf("Symbol = %s+%d, %v", n, off, ok)
			}
			if _, ok := s.Line(a, 0); ok || s.LineStart(a, 0) || s.LineRanges(a, 0) != nil {
				t.Error("lines without DWARF")
			}
			if d, e := s.Inlines(a); d != 0 || e != 0 {
				t.Errorf("Inlines = %d, %d", d, e)
			}
		})
	}
}

// TestSymbolsAreThoseOfNM compares each function symbol of a static program.
func TestSymbolsAreThoseOfNM(t *testing.T) {
	program := compile(t, "calls.c", "-g0", "-static")
	out, err := exec.Command(tabletest.NeedTool(t, "nm"), "--print-size", program).Output()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string][]string{} // names by address
	size := map[string]uint64{} // by name; 0 for a label
	for _, m := range regexp.MustCompile(`(?m)^([0-9a-f]{16})(?: ([0-9a-f]{16}))? [tTi] (\S+)$`).FindAllStringSubmatch(string(out), -1) {
		at["0x"+strings.TrimLeft(m[1], "0")] = append(at["0x"+strings.TrimLeft(m[1], "0")], m[3])
		n, _ := strconv.ParseUint(m[2], 16, 64)
		size[m[3]] = max(n, size[m[3]])
	}
	if len(at) < 500 {
		t.Fatalf("nm lists %d functions", len(at))
	}
	s := alone(t, program)
	checked := 0
	for a, names := range at {
		for _, n := range names {
			if got, ok := s.Address(n); ok && got.String() == a {
				name, off, ok := s.Symbol(got)
				within := size[n] == 0 && off < size[name] // a label in a function belongs to that function, as in gdb
				if !ok || (off != 0 || !slices.Contains(names, name)) && !within {
					t.Errorf("Symbol(%s) = %s+%d, nm %v", a, name, off, names)
				}
				checked++
			}
		}
		if checked > 300 { // each look-up by name reads the whole table
			return
		}
	}
}

// Separate debug files are found by build id and by .gnu_debuglink; one whose
// contents do not fit is not used.
func TestSeparateDebugFilesAreFound(t *testing.T) {
	objcopy := tabletest.NeedTool(t, "objcopy")
	run := func(args ...string) {
		t.Helper()
		if p, err := exec.Command(objcopy, args...).CombinedOutput(); err != nil {
			t.Fatalf("objcopy %v: %v\n%s", args, err, p)
		}
	}
	for _, c := range []struct {
		name, id string
		place    func(dir, debugDir string, id string) string
		link     bool
		wrong    bool
	}{
		{name: "build id", id: "0xabcdef0123", place: func(_, d, id string) string { return filepath.Join(d, ".build-id", id[:2], id[2:]+".debug") }},
		{name: "link beside", id: "none", link: true, place: func(dir, _, _ string) string { return filepath.Join(dir, "calls.debug") }},
		{name: "link in .debug", id: "none", link: true, place: func(dir, _, _ string) string { return filepath.Join(dir, ".debug", "calls.debug") }},
		{name: "link elsewhere", id: "none", link: true, place: func(dir, d, _ string) string { return filepath.Join(d, dir, "calls.debug") }},
		{name: "wrong sum", id: "none", link: true, wrong: true, place: func(dir, _, _ string) string { return filepath.Join(dir, "calls.debug") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			program := compile(t, "calls.c", "-O0", "-Wl,--build-id="+c.id)
			dir, debugDir := filepath.Dir(program), t.TempDir()
			full := filepath.Join(t.TempDir(), "calls.debug")
			run("--only-keep-debug", program, full)
			if c.link {
				run("--add-gnu-debuglink="+full, program)
			}
			run("--strip-all", program)
			to := c.place(dir, debugDir, strings.TrimPrefix(c.id, "0x"))
			args := []string{full, to}
			if c.wrong {
				args = []string{"--add-section", ".more=" + filepath.Join("testdata", "calls.c"), full, to}
			}
			mkdir(t, filepath.Dir(to))
			run(args...)
			if !c.wrong {
				copyFile(t, full, to) // objcopy may change its layout
			}
			s := New(Options{DebugDirs: []string{debugDir}})
			s.Reload([]*table.Module{{Path: program, High: 1 << 40}})
			places, err := s.Lookup("calls.c:33", 0)
			if found := err == nil && len(places) == 1 && places[0].Function == "outer" || err == nil && places[0].Function == "twice"; found == c.wrong {
				t.Errorf("Lookup = %v, %v", places, err)
			}
		})
	}
}

// Look-ups find workerd's symbols without reading the whole file: a look-up
// keeps little memory.
func TestWorkerdIsLookedUpLazily(t *testing.T) {
	s := alone(t, tabletest.NeedWorkerd(t))
	for _, name := range []string{"malloc", "kj::TaskSet::add", "TcmallocSlab_Internal_PushBatch"} {
		p, err := s.Lookup(name, 0)
		if err != nil {
			t.Error(err)
			continue
		}
		f, ok := s.Function(p[0].Addr)
		if !ok || !strings.Contains(f.Name, name[strings.LastIndex(name, ":")+1:]) {
			t.Errorf("Function(%v) = %+v", p[0].Addr, f)
		}
	}
	if c := s.modules[0].img.frames(); c.hdr == nil || len(c.list) != 0 {
		t.Error(".eh_frame was read whole")
	}
}

func TestReloadKeepsWhatHasNotChanged(t *testing.T) {
	program := compile(t, "calls.c", "-no-pie")
	s := alone(t, program)
	first := s.modules[0].img
	place1(t, s, "main")
	s.Reload([]*table.Module{{Path: program, Bias: 0x1000, Low: 0x1000, High: 1 << 40}})
	if s.modules[0].img != first {
		t.Error("an unchanged file was read again")
	}
	if a, _ := s.Address("main"); s.Module(a) == nil || a-0x1000 != table.Addr(mustSymbol(t, first, "main")) {
		t.Errorf("main is at %v", a)
	}
	copyFile(t, compile(t, "names.cc"), program)
	s.Reload([]*table.Module{{Path: program, High: 1 << 40}})
	if s.modules[0].img == first {
		t.Error("a changed file was not read again")
	}
	s.Reload([]*table.Module{{Path: filepath.Join(t.TempDir(), "none"), High: 1}, {Path: "[vdso]", High: 2}})
	if len(s.Modules()) != 0 || s.Problem("[vdso]") == nil || len(s.images) != 0 {
		t.Errorf("modules without files: %v", s.Modules())
	}
}

func TestCloseLeavesNoFileOpen(t *testing.T) {
	program := compile(t, "calls.c")
	s := alone(t, program)
	place1(t, s, "main")
	open := func() (n int) {
		files, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if to, err := os.Readlink("/proc/self/fd/" + f.Name()); err == nil && to == program {
				n++
			}
		}
		return n
	}
	if open() == 0 {
		t.Error("the program's file is not open before")
	}
	s.Close()
	if n := open(); n != 0 {
		t.Errorf("the program's file is open %d times", n)
	}
	if _, ok := s.Address("main"); ok {
		t.Error("main is known still")
	}
	s.Close()
}

func mustSymbol(t *testing.T, im *image, name string) uint64 {
	t.Helper()
	sym, ok := im.symbolNamed(name)
	if !ok {
		t.Fatal("no " + name)
	}
	return sym.addr
}

func TestCompleteKnowsEveryKindOfFunction(t *testing.T) {
	s := alone(t, compile(t, "calls.c", "-O2"))
	for prefix, want := range map[string][]string{"tw": {"twice"}, "inn": {"inner"}, "xyz": {}} {
		if got := s.Complete(prefix); !reflect.DeepEqual(got, want) {
			t.Errorf("Complete(%q) = %v, want %v", prefix, got, want)
		}
	}
	s = alone(t, compile(t, "names.cc", "-O0"))
	for prefix, want := range map[string]string{"ns::A::": "ns::A::m", "ns::g": "ns::g<double>", "ano": "(anonymous namespace)::anon", "oper": "ns::A::operator()"} {
		if got := s.Complete(prefix); !slices.Contains(got, want) {
			t.Errorf("Complete(%q) = %v, want among them %s", prefix, got, want)
		}
	}
	if got := s.CompleteFile("nam"); !reflect.DeepEqual(got, []string{"names.cc"}) {
		t.Errorf("CompleteFile = %v", got)
	}
	names := map[string]bool{}
	for _, m := range s.Functions(regexp.MustCompile("^ns::")) {
		if !m.Debug || m.Line.Line == 0 {
			t.Errorf("%+v without a line", m)
		}
		names[m.Name] = true
	}
	if !names["ns::f"] || !names["ns::g<int>"] || names["main"] {
		t.Errorf("Functions = %v", names)
	}
}
