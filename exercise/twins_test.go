package exercise_test

import (
	"debug/elf"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rseqstep/check"
	"rseqstep/exercise"
	"rseqstep/table/tabletest"
)

// twins are the sources of testdata/exercise: each is built with a mistake and without.
func twins(t *testing.T) (list []string) {
	t.Helper()
	files, err := filepath.Glob("../testdata/exercise/*.c")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, f := range files {
		list = append(list, strings.TrimSuffix(filepath.Base(f), ".c"))
	}
	return list
}

// build compiles a twin.
func build(t *testing.T, name string, flags ...string) string {
	t.Helper()
	tabletest.NeedRseq(t)
	tabletest.NeedPtrace(t)
	return tabletest.Build(t, tabletest.Fixture{Source: "exercise/" + name + ".c", Opt: "-O2", Flags: flags})
}

// quietly is a program whose output goes nowhere. A run that hangs is one of the twins'.
func quietly(path string, args ...string) *exercise.Program {
	return &exercise.Program{Path: path, Args: append([]string{path}, args...), Quietly: true, Limit: time.Minute}
}

// moves reports whether a twin shows its mistake when its thread is moved, not when it is aborted.
func moves(name string) bool { return name == "nocompare" }

var thrice = exercise.Options{Times: 3}

// run runs a program once.
func run(t *testing.T, p *exercise.Program, o exercise.Options) (*exercise.Result, *exercise.Coverage) {
	t.Helper()
	c := &exercise.Coverage{}
	r, err := p.Run(t.Context(), o, c)
	if err != nil {
		t.Fatal(err)
	}
	return r, c
}

// culprit is the file address of the label at which an abort does harm.
func culprit(t *testing.T, path string) check.Address {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	symbols, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range symbols {
		if s.Name == "culprit" {
			return check.Address(s.Value)
		}
	}
	t.Fatalf("%s has no label culprit", path)
	return 0
}

// A section that does not survive an abort makes its program fail, and the search ends at the first
// place where an abort does harm. Its twin without the mistake passes, with every boundary aborted.
func TestEachMistakeIsFoundAtItsInstruction(t *testing.T) {
	for _, name := range twins(t) {
		t.Run(name, func(t *testing.T) {
			if name == "cpuread" || moves(name) {
				tabletest.NeedCPUs(t, 2)
			}
			good, o := build(t, name), thrice
			o.Migrate = moves(name)
			if r, c := run(t, quietly(good), o); r.Failed() || c.Totals().Percent != 100 || c.Totals().Executed != 1 {
				t.Errorf("the good one %s: %+v", r.Failure(), c.Totals())
			}
			bad := build(t, name, "-DBAD")
			p := quietly(bad)
			if name == "held" {
				p.Limit = tabletest.Patience(2 * time.Second) // it hangs
			}
			for _, o := range []exercise.Options{thrice, {Times: 1}, {Times: 3, Seed: 5}, {Times: 10, Seed: 6}} {
				first := o.Times == 3 && o.Seed == 0
				o.Migrate = moves(name)
				if !first && (name == "limit" || name == "held" || !tabletest.Thorough()) {
					continue // it takes three aborts in a row, or long
				}
				r, _ := run(t, p, o)
				if !r.Failed() || r.Last == nil {
					t.Fatalf("%+v: the bad one passes: %+v", o, r)
				}
				c, err := p.Bisect(t.Context(), o, r, nil)
				if err != nil {
					t.Fatal(err)
				}
				if c.Without || c.Gone || len(c.Boundaries) != 1 {
					t.Fatalf("%+v: %s: %+v", o, r.Failure(), c)
				}
				if at := c.Boundaries[0]; at.Address != culprit(t, bad) {
					t.Errorf("%+v: found %v (%s), want %v", o, at.Address, at.Said(), culprit(t, bad))
				}
			}
		})
	}
}

// A run that hangs is killed and says so.
func TestARunThatHangsIsKilled(t *testing.T) {
	p := quietly(build(t, "held", "-DBAD"))
	p.Limit = time.Second
	r, _ := run(t, p, thrice)
	if !r.Hung || r.Ended || !strings.Contains(r.Failure(), "in time") {
		t.Errorf("%+v, %s", r, r.Failure())
	}
}
