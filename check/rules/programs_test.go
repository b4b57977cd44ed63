package rules_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rseqstep/check"
	"rseqstep/check/code"
	"rseqstep/check/rules"
	"rseqstep/table/tabletest"
)

// judged returns the findings in a file.
func judged(t testing.TB, path string) *check.Report {
	t.Helper()
	f, err := code.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := check.NewReport("test", path, rules.All())
	rules.File(r, f)
	r.Apply(check.Options{})
	return r
}

// tell reports a finding that a test does not want.
func tell(t *testing.T, f *check.Finding) {
	t.Helper()
	t.Errorf("%s at %v (%s:%d) %s\n\t%s", f.Rule, f.Where.Address, filepath.Base(f.Where.File), f.Where.Line, f.Where.Text, f.Detail)
	for _, p := range f.Path {
		t.Logf("\t%s %v %s", p.Note, p.Address, p.Text)
	}
}

// program is one of testdata/check: it breaks a rule with -DBAD, and none without.
type program struct {
	source string
	rule   string
	line   int // where
	flags  []string
}

var (
	mark  = regexp.MustCompile(`BAD: ([a-z-]+)`)
	flags = regexp.MustCompile(`FLAGS: (\S+)`)
)

// programs reads the programs and their marks.
func programs(t testing.TB) []program {
	t.Helper()
	dir := filepath.Join(tabletest.Root(t), "testdata")
	files, err := filepath.Glob(filepath.Join(dir, "check", "*.[Sc]"))
	if err != nil {
		t.Fatal(err)
	}
	var all []program
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p := program{source: "check/" + filepath.Base(file)}
		for n, line := range strings.Split(string(text), "\n") {
			if m := mark.FindStringSubmatch(line); m != nil {
				if p.rule != "" {
					t.Fatalf("%s has two marks", file)
				}
				p.rule, p.line = m[1], n+1
			}
			if m := flags.FindStringSubmatch(line); m != nil {
				p.flags = append(p.flags, m[1])
			}
		}
		if p.rule == "" {
			t.Fatalf("%s marks no line as BAD", file)
		}
		all = append(all, p)
	}
	if len(all) < 30 {
		t.Fatalf("%d programs", len(all))
	}
	return all
}

func (p *program) build(t testing.TB, flags ...string) string {
	return tabletest.Build(t, tabletest.Fixture{Source: p.source, Flags: append(flags, p.flags...)})
}

// Each program with -DBAD breaks one rule, at the marked line, and no other; its twin breaks none.
func TestEveryBadProgramIsFoundAndNoGoodOne(t *testing.T) {
	tabletest.OnlyOn(t, "amd64", "the code of testdata/check; TestSectionsForARM64 has sections that break the rules there")
	found := map[string]bool{}
	for _, p := range programs(t) {
		found[p.rule] = true
		if strings.HasSuffix(p.source, ".c") {
			continue // built in more ways by another test
		}
		t.Run(strings.TrimSuffix(filepath.Base(p.source), ".S"), func(t *testing.T) {
			bad := judged(t, p.build(t, "-DBAD"))
			hits := 0
			for n := range bad.Findings {
				f := &bad.Findings[n]
				if f.Rule == p.rule && f.Where.Line == p.line && filepath.Base(f.Where.File) == filepath.Base(p.source) {
					hits++
				} else {
					tell(t, f)
				}
			}
			if hits == 0 {
				t.Errorf("no finding %s at line %d", p.rule, p.line)
			}
			for _, text := range bad.Problems {
				t.Logf("bad: %s", text)
			}
			good := judged(t, p.build(t))
			for n := range good.Findings {
				tell(t, &good.Findings[n])
			}
			for _, text := range good.Problems {
				t.Errorf("good: %s", text)
			}
		})
	}
	for _, r := range rules.All() {
		if !r.Running && !found[r.Name] {
			t.Errorf("no program breaks the rule %s", r.Name)
		}
	}
}

// The twins that obey the rules are programs: each runs its section and ends.
func TestGoodProgramsRun(t *testing.T) {
	tabletest.OnlyOn(t, "amd64", "the code of testdata/check")
	tabletest.NeedRseq(t)
	for _, p := range programs(t) {
		if out, err := exec.Command(p.build(t)).CombinedOutput(); err != nil && !strings.Contains(string(out), "glibc has registered no rseq area") {
			t.Errorf("%s: %v\n%s", p.source, err, out)
		}
	}
}

// The rule is found whatever the compiler makes of the code around the section, and nothing where
// the program keeps it.
func TestOneSourceByLevelsAndShapes(t *testing.T) {
	p := built(t)
	for _, level := range []string{"-O0", "-O1", "-O2", "-Os"} {
		for _, shape := range []tabletest.Shape{tabletest.PIE, tabletest.NoPIE, tabletest.Static, tabletest.StaticPIE} {
			t.Run(level+string(shape), func(t *testing.T) {
				f := tabletest.Fixture{Source: p.source, Opt: level, Shape: shape}
				good := tabletest.Build(t, f)
				f.Flags = []string{"-DBAD"}
				p.twins(t, good, tabletest.Build(t, f))
			})
		}
	}
}

func TestOneSourceByClang(t *testing.T) {
	cc, p := tabletest.NeedTool(t, "clang"), built(t)
	for _, level := range []string{"-O0", "-O1", "-O2", "-Os"} {
		t.Run(level, func(t *testing.T) {
			build := func(flags ...string) string {
				out := filepath.Join(t.TempDir(), "clang")
				cmd := exec.Command(cc, append(flags, level, "-g", "-pthread", "-Iinclude", "-o", out, p.source)...)
				cmd.Dir = filepath.Join(tabletest.Root(t), "testdata")
				if said, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%v: %v\n%s", cmd.Args, err, said)
				}
				return out
			}
			p.twins(t, build(), build("-DBAD"))
		})
	}
}

// built is the source that is built in many ways.
func built(t *testing.T) program {
	t.Helper()
	all := programs(t)
	return all[slices.IndexFunc(all, func(p program) bool { return p.source == "check/build.c" })]
}

// twins: nothing is found in good, the program's rule once in bad.
func (p *program) twins(t *testing.T, good, bad string) {
	t.Helper()
	for _, f := range judged(t, good).Findings {
		tell(t, &f)
	}
	r := judged(t, bad)
	if len(r.Findings) != 1 {
		t.Errorf("%s: %d findings, want one", r.Target, len(r.Findings))
	}
	for n := range r.Findings {
		// A compiler gives all instructions of a statement the line at which it begins, or ends.
		if f := &r.Findings[n]; f.Rule != p.rule || f.Where.Function == "" || f.Where.Line < p.line || f.Where.Line > p.line+14 {
			tell(t, f)
		}
	}
}
