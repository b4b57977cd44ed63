package tabletest

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// program is a fixture with its expected output and exit status when nothing
// traces it.
type program struct {
	fixture Fixture
	args    []string
	stdin   string
	prints  string // all of its output, a regular expression
	code    int    // exit status; -1: killed by a signal
}

func programs() []program {
	return []program{
		{Fixture{Source: "seed.c"}, nil, "", `attempts [1-9]\d*\n`, 0},
		{Fixture{Source: "seed.c", Shape: Static}, nil, "", `attempts [1-9]\d*\n`, 0},
		{Fixture{Source: "seed.c", Flags: []string{"-DFIX_FAR"}}, nil, "", `attempts [1-9]\d*\n`, 0},
		{Fixture{Source: "percpu.c", Flags: []string{"-DFIX_NEAR"}}, nil, "", `sum (\d+) of \d+, nodes 64 of 64, stepped 100, aborts \d+\n`, 0},
		{Fixture{Source: "vdso.c"}, nil, "", `ok\n`, 0},
		{Fixture{Source: "vdso.c", Shape: Static}, nil, "", `ok\n`, 0},
		{Fixture{Source: "aborts.c"}, []string{"300", "2"}, "", `aborts \d+ short \d+ long \d+\n`, 0},
		{Fixture{Source: "units.c"}, []string{"5000"}, "", `aborts \d+ attempts \d+ sum 5000\n`, 0},
		{Fixture{Source: "hotline.c"}, []string{"100000"}, "", `sum 100000 ns \d+ aborts \d+\n`, 0},
		{Fixture{Source: "hotline.c", Flags: []string{"-DFIX_CALL"}}, []string{"100000"}, "", `sum 100000 ns \d+ aborts \d+\n`, 0},
		{Fixture{Source: "percpu.c"}, nil, "", `sum (\d+) of \d+, nodes 64 of 64, stepped 100, aborts \d+\n`, 0},
		{Fixture{Source: "percpu.c", Own: true}, nil, "", `sum (\d+) of \d+, nodes 64 of 64, stepped 100, aborts \d+\n`, 0},
		{Fixture{Source: "percpu.c", Flags: []string{"-DFIX_FLAT", "-DFIX_CALL"}}, []string{"3", "500", "7"}, "", `sum (\d+) of \d+, nodes 64 of 64, stepped 7, aborts \d+\n`, 0},
		{Fixture{Source: "ownreg.c"}, nil, "", `area 0x[0-9a-f]+ size (32|\d*[02468]) sum 1000 aborts \d+\n`, 0},
		{Fixture{Source: "sidexit.c"}, nil, "", `committed 500 aside 500 copied 1000 aborts \d+\n`, 0},
		{Fixture{Source: "asmmain.c", Extra: []string{"asm.S"}}, nil, "", `sum 30 limited 6 added 6 aside 4\n`, 0},
		{Fixture{Source: "inline.c"}, nil, "", `total 108\n`, 0},
		{Fixture{Source: "recurse.c"}, nil, "", `fib 55 depth 21\n`, 0},
		{Fixture{Source: "sig.c"}, nil, "", `usr1 3 alarms enough\n`, 0},
		{Fixture{Source: "fork.c"}, nil, "", `forked 5 vforked 6 v 1\n`, 0},
		{Fixture{Source: "fork.c", Own: true}, nil, "", `forked 5 vforked 6 v 1\n`, 0},
		{Fixture{Source: "rawfork.c"}, nil, "", `forked 3 vforked 4\n`, 0},
		{Fixture{Source: "vforks.c"}, nil, "", `counted 12 child 6\n`, 0},
		{Fixture{Source: "exec.c"}, nil, "", `executed\n`, 0},
		{Fixture{Source: "threads.c"}, nil, "", `threads 200 sum 200\n`, 0},
		{Fixture{Source: "leader.c", Flags: []string{"-pthread"}}, nil, "", `calls 2\n`, 7},
		{Fixture{Source: "longjmp.c"}, nil, "", `got 7 rounds 1\n`, 0},
		{Fixture{Source: "cxx.cc"}, nil, "", `counter 15 caught 2 larger 4 1\.50\n`, 0},
		{Fixture{Source: "vars.c"}, nil, "", `vars -123414130 3\n`, 0},
		{Fixture{Source: "loop.c"}, []string{"1000"}, "", `sum 499500\n`, 0},
		{Fixture{Source: "crash.c"}, nil, "", `about to crash\n`, -1},
		{Fixture{Source: "exit7.c"}, nil, "", ``, 7},
		{Fixture{Source: "echo.c"}, []string{"a", "b c"}, "x\ny\n", `arg 1 a\narg 2 b c\nline 1 x\nline 2 y\nlines 2\n`, 0},
		{Fixture{Source: "switch.c"}, nil, "", `sum 178\n`, 0},
		{Fixture{Source: "sections/goto.c"}, nil, "", `passes 300 gone 3\n`, 0},
		{Fixture{Source: "sections/long.c"}, nil, "", `done 1 aborts \d+\n`, 0},
		{Fixture{Source: "watch.c"}, nil, "", `watched 3 pair 0 9 local 6\n`, 0},
	}
}

func TestProgramsComeToTheirSumsUntraced(t *testing.T) {
	NeedRseq(t)
	for _, p := range programs() {
		for _, opt := range []string{"-O0", "-O2"} {
			p.fixture.Opt = opt
			t.Run(p.fixture.String(), func(t *testing.T) { p.check(t, Build(t, p.fixture)) })
		}
	}
}

// The sections that count, each with another layout.
func TestSectionsOfEveryLayoutCountUntraced(t *testing.T) {
	NeedRseq(t)
	sources, err := filepath.Glob(filepath.Join(Root(t), "testdata", "sections", "*.c"))
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range sources {
		name := filepath.Base(source)
		if name == "goto.c" || name == "long.c" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			program{prints: `sum 80000 of 80000\n`}.check(t, Build(t, Fixture{Source: "sections/" + name, Opt: "-O2"}))
		})
	}
}

func TestSeedAndCountersRunInEveryPairOfTheMatrix(t *testing.T) {
	NeedRseq(t)
	for _, p := range []program{
		{Fixture{Source: "seed.c"}, nil, "", `attempts [1-9]\d*\n`, 0},
		{Fixture{Source: "percpu.c"}, []string{"4", "200", "10"}, "", `sum \d+ of \d+, nodes 64 of 64, stepped 10, aborts \d+\n`, 0},
	} {
		for _, f := range Pairs(p.fixture.Source) {
			t.Run(f.String(), func(t *testing.T) {
				built := Build(t, f)
				if f.Runs() {
					p.check(t, built)
					checkLabels(t, built, ReadLabels(t, built)[0])
				}
			})
		}
	}
}

func TestStrippedProgramsRun(t *testing.T) {
	for _, strip := range []Strip{StripDebug, StripAll, StripSections, StripToFile} {
		for _, shape := range []Shape{PIE, Static} {
			f := Fixture{Source: "seed.c", Shape: shape, Strip: strip}
			t.Run(f.String(), func(t *testing.T) {
				built := Build(t, f)
				program{prints: `attempts [1-9]\d*\n`}.check(t, built)
				file, err := elf.Open(built)
				if err != nil {
					t.Fatal(err)
				}
				defer file.Close()
				if file.Section(".debug_info") != nil {
					t.Error("DWARF is still there")
				}
				if strip == StripSections && len(file.Sections) != 0 {
					t.Errorf("%d section headers are still there", len(file.Sections))
				}
			})
		}
	}
}

func TestLibraryLoadedWhileRunningTellsItsLabels(t *testing.T) {
	for _, linker := range []Linker{LD, LLD} {
		lib := Build(t, Fixture{Source: "libsec.c", Shape: Shared, Linker: linker})
		main := Build(t, Fixture{Source: "dlmain.c", Linker: linker})
		program{args: []string{lib}, prints: `attempts \d+ sum 201\n`}.check(t, main)
		all := ReadLabels(t, main, lib)
		if len(all) != 2 {
			t.Fatalf("labels of %d objects, not 2", len(all))
		}
		checkLabels(t, main, all[0])
		checkLabels(t, lib, all[1])
	}
}

func TestLibraryBuildsInEveryPairOfItsMatrix(t *testing.T) {
	for _, f := range Pairs("libsec.c") {
		if f.Runs() {
			t.Errorf("%v has no main", f)
		}
		Build(t, f)
	}
}

func TestGoProgramsRunUntraced(t *testing.T) {
	program{prints: `ok 100\n`}.check(t, BuildGo(t, "gotime", true))
	program{args: []string{"10"}, prints: `total 2025\n`}.check(t, BuildGo(t, "goloop", true))
}

func TestBuildIsKept(t *testing.T) {
	f := Fixture{Source: "exit7.c"}
	first := Build(t, f)
	if second := Build(t, f); second != first {
		t.Errorf("built twice: %s, %s", first, second)
	}
	if other := Build(t, Fixture{Source: "exit7.c", DWARF: 4}); other == first {
		t.Error("DWARF 4 and 5 share a file")
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(first), "tmp-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestPairsMissesNoPair(t *testing.T) {
	met := make(map[pair]bool)
	pairs := Pairs("seed.c")
	for _, f := range pairs {
		for _, p := range f.pairs() {
			met[p] = true
		}
	}
	all := Matrix("seed.c")
	for _, f := range all {
		for _, p := range f.pairs() {
			if !met[p] {
				t.Fatalf("%v is in no build", p)
			}
		}
	}
	if len(all) != 264 || len(pairs) >= len(all)/4 {
		t.Errorf("%d builds, of which %d make all pairs", len(all), len(pairs))
	}
}

// check runs a built program.
func (p program) check(t *testing.T, path string) {
	t.Helper()
	cmd := exec.Command(path, p.args...)
	cmd.Stdin = strings.NewReader(p.stdin)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if code := cmd.ProcessState.ExitCode(); code != p.code {
		t.Errorf("%s: exit status %d, not %d", cmd, code, p.code)
	}
	if !regexp.MustCompile(`^` + p.prints + `$`).Match(out) {
		t.Errorf("%s prints %q, not %q", cmd, out, p.prints)
	}
}

// checkLabels compares a program's labels with the code in its file.
func checkLabels(t *testing.T, path string, labels Labels) {
	t.Helper()
	file, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	read := func(addr uint64, n int) []byte {
		for _, p := range file.Progs {
			if at := addr - labels.Bias - p.Vaddr; p.Type == elf.PT_LOAD && at < p.Filesz {
				buf := make([]byte, n)
				if _, err := p.ReadAt(buf, int64(at)); err != nil {
					t.Fatal(err)
				}
				return buf
			}
		}
		t.Fatalf("%#x is in no segment of %s", addr, path)
		return nil
	}
	if len(labels.Sections) == 0 {
		t.Errorf("%s has no sections", path)
	}
	for _, s := range labels.Sections {
		if s.Arm >= s.Start || s.Start >= s.End || s.Abort-s.Start < s.End-s.Start {
			t.Errorf("%s: out of order: %#x", path, s)
		}
		if sig := binary.LittleEndian.Uint32(read(s.Abort-4, 4)); sig != 0x53053053 {
			t.Errorf("%s: signature %#x", path, sig)
		}
		// post_commit_offset, 16 bytes into struct rseq_cs, is never relocated.
		if length := binary.LittleEndian.Uint64(read(s.Descriptor+16, 8)); length != s.End-s.Start {
			t.Errorf("%s: descriptor of %d bytes, labels of %d", path, length, s.End-s.Start)
		}
	}
}

func TestGoProgramsAreFoundWithoutTheGoCommand(t *testing.T) {
	for name, builds := range map[string]func(testing.TB){"command": func(t testing.TB) { Command(t) }, "all": BuildGoPrograms} {
		t.Run(name, func(t *testing.T) {
			builds(t)
			t.Setenv("RSEQSTEP_GO", GoBuilt)
			t.Setenv("PATH", "")
			builds(t)
		})
	}
	t.Setenv("RSEQSTEP_GO", GoBuilt)
	if how := endingOf(t, func(t testing.TB) { BuildGo(t, "nothing", false) }); !strings.HasPrefix(how, "fatal: ./testdata/nothing is not built") {
		t.Errorf("a program that was not built: %q", how)
	}
}
