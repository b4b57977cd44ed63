package exercise_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"

	"rseqstep/exercise"
	"rseqstep/table/tabletest"
)

// Every program with sections passes while every boundary of the sections that it executes is
// aborted: threads, forks, execs, side exits, loops inside sections, libraries.
func TestEveryProgramSurvivesAbortsEverywhere(t *testing.T) {
	for _, c := range []struct {
		fixture tabletest.Fixture
		args    []string
		missed  int // boundaries that control does not reach
	}{
		{tabletest.Fixture{Source: "units.c"}, nil, 0},
		{tabletest.Fixture{Source: "units.c", Opt: "-O2", Own: true}, nil, 0},
		{tabletest.Fixture{Source: "units.c", Opt: "-O2", Shape: tabletest.Static}, nil, 0},
		{tabletest.Fixture{Source: "units.c", Opt: "-O2", Shape: tabletest.NoPIE}, nil, 0},
		{tabletest.Fixture{Source: "units.c", Opt: "-O2", Shape: tabletest.StaticPIE}, nil, 0},
		{tabletest.Fixture{Source: "units.c", Opt: "-O2", Strip: tabletest.StripAll}, nil, 0},
		{tabletest.Fixture{Source: "units.c", Opt: "-O2", Table: tabletest.RseqTable}, nil, 0},
		{tabletest.Fixture{Source: "percpu.c", Opt: "-O2"}, []string{"8", "2000", "50"}, 0},
		{tabletest.Fixture{Source: "percpu.c", Opt: "-O2"}, []string{"64", "200", "50"}, 0},
		{tabletest.Fixture{Source: "percpu.c", Opt: "-O2", Shape: tabletest.Static, Strip: tabletest.StripAll}, []string{"8", "200", "50"}, 0},
		{tabletest.Fixture{Source: "sidexit.c", Opt: "-O2"}, nil, 0},
		{tabletest.Fixture{Source: "asmmain.c", Extra: []string{"asm.S"}}, nil, 0},
		{tabletest.Fixture{Source: "trycopy.c", Opt: "-O2"}, nil, 0},
		{tabletest.Fixture{Source: "secondphase.c"}, nil, 0},
		{tabletest.Fixture{Source: "endsinside.c"}, nil, 0},
		{tabletest.Fixture{Source: "counter.c", Opt: "-O2"}, nil, 0},
		{tabletest.Fixture{Source: "threads.c"}, nil, 0},
		{tabletest.Fixture{Source: "watchin.c"}, nil, 0},
		{tabletest.Fixture{Source: "ownreg.c"}, nil, 0}, // executes itself
		{tabletest.Fixture{Source: "fork.c"}, nil, 0},
		{tabletest.Fixture{Source: "storm.c", Opt: "-O2"}, nil, 0}, // signals
		{tabletest.Fixture{Source: "aborts.c", Opt: "-O2"}, []string{"50"}, 2},
	} {
		t.Run(fmt.Sprint(c.fixture, c.args), func(t *testing.T) {
			tabletest.NeedRseq(t)
			tabletest.NeedPtrace(t)
			survives(t, quietly(tabletest.Build(t, c.fixture), c.args...), c.missed)
		})
	}
}

// Sections whose descriptor or code is made at run time, or whose file has lost its section headers, are
// exercised when a thread was seen to have armed them.
func TestSectionsThatNoFileDeclaresAreExercised(t *testing.T) {
	tabletest.NeedRseq(t)
	tabletest.NeedPtrace(t)
	for _, c := range []struct {
		fixture tabletest.Fixture
		passes  string
	}{
		{tabletest.Fixture{Source: "made.c", Opt: "-O2"}, "20000000"},
		{tabletest.Fixture{Source: "units.c", Opt: "-O2", Strip: tabletest.StripSections}, "50000000"},
		{tabletest.Fixture{Source: "units.c", Opt: "-O2", Shape: tabletest.Static, Strip: tabletest.StripSections}, "50000000"},
	} {
		t.Run(c.fixture.String(), func(t *testing.T) {
			program := tabletest.Build(t, c.fixture)
			var sum exercise.Totals
			for n := 0; n < 10 && sum.Executed == 0; n++ { // where no thread was seen inside, again
				r, cov := run(t, quietly(program, c.passes), thrice)
				if sum = cov.Totals(); r.Failed() {
					t.Fatal(r.Failure())
				}
			}
			if sum.Declared != 0 || sum.Learnt != 1 || sum.Executed != 1 || sum.Boundaries == 0 || sum.Aborted != sum.Boundaries || sum.Aborts != 3*uint64(sum.Boundaries) {
				t.Errorf("%+v", sum)
			}
		})
	}
}

// survives runs a program until it is covered: which sections the threads of percpu.c execute
// depends on the CPUs on which they run.
func survives(t *testing.T, p *exercise.Program, missed int) {
	t.Helper()
	c := &exercise.Coverage{}
	sum := c.Totals()
	for n := 0; n < 20 && (n == 0 || sum.Aborted < sum.Boundaries-missed); n++ {
		r, err := p.Run(t.Context(), thrice, c)
		if err != nil {
			t.Fatal(err)
		}
		if sum = c.Totals(); r.Failed() || !r.Ended {
			t.Fatalf("%s after %v", r.Failure(), r.Last)
		}
	}
	if sum.Executed == 0 || sum.Aborted != sum.Boundaries-missed {
		t.Errorf("%+v", sum)
	}
	for _, s := range c.Sections {
		if s.Unplanted != "" || s.Unarmed > 0 {
			t.Errorf("%s: %q, unarmed %d", s.Name(), s.Unplanted, s.Unarmed)
		}
		for _, b := range s.Boundaries {
			if b.Aborts > 3 || b.Aborts > 0 && b.Text == "" {
				t.Errorf("%v: %d aborts, %q", b, b.Aborts, b.Text)
			}
		}
	}
}

// A library that is loaded, unloaded and loaded again is aborted where it is mapped.
func TestALibraryThatComesAndGoesIsExercised(t *testing.T) {
	tabletest.NeedRseq(t)
	tabletest.NeedPtrace(t)
	lib := tabletest.Build(t, tabletest.Fixture{Source: "libsec.c", Shape: tabletest.Shared})
	survives(t, quietly(tabletest.Build(t, tabletest.Fixture{Source: "dlmain.c"}), lib, "20"), 0)
}

var counted = regexp.MustCompile(`aborts (\d+) attempts`)

// The program's own count of its aborts agrees: the kernel has made each of those that are reported,
// and as few others as it makes anyway.
func TestTheProgramCountsTheSameAborts(t *testing.T) {
	tabletest.NeedRseq(t)
	tabletest.NeedPtrace(t)
	var out bytes.Buffer
	p := quietly(tabletest.Build(t, tabletest.Fixture{Source: "units.c", Opt: "-O2"}), "2000")
	p.Quietly, p.Output, p.Check = false, &out, "grep -q 'sum 2000'"
	r, c := run(t, p, exercise.Options{Times: 2000})
	m := counted.FindStringSubmatch(out.String())
	if r.Failed() || m == nil {
		t.Fatalf("%s: %q", r.Failure(), out.String())
	}
	own, _ := strconv.ParseUint(m[1], 10, 64)
	if sum := c.Totals(); sum.Aborts != uint64(2000*sum.Boundaries) || own < sum.Aborts || own > sum.Aborts+sum.Aborts/10 {
		t.Errorf("%+v, the program says %d", sum, own)
	}
}

// tcmalloc survives aborts in the sections that `workerd --version` executes.
func TestTcmallocIsExercised(t *testing.T) {
	tabletest.NeedPtrace(t)
	workerd := tabletest.NeedWorkerdRuns(t)
	t.Setenv("GLIBC_TUNABLES", "glibc.pthread.rseq=0") // tcmalloc registers its own area
	r, c := run(t, quietly(workerd, "--version"), thrice)
	sum, unarmed := c.Totals(), uint64(0)
	for _, s := range c.Sections {
		unarmed += s.Unarmed
	}
	if r.Failed() || !r.Ended || sum.Declared < 100 || sum.Executed == 0 && unarmed == 0 {
		t.Errorf("%s, %+v, unarmed %d", r.Failure(), sum, unarmed)
	}
	t.Logf("%+v, unarmed %d", sum, unarmed)
}

// Code that cannot be written is exercised by debug registers.
func TestCodeThatCannotBeWrittenIsExercised(t *testing.T) {
	tabletest.NeedRseq(t)
	tabletest.NeedPtrace(t)
	s := tabletest.StartService(t, tabletest.Build(t, tabletest.Fixture{Source: "remapped.c", Opt: "-O2"}))
	c := &exercise.Coverage{}
	p := &exercise.Program{PID: s.PID, Limit: 2 * time.Second}
	r, err := p.Run(t.Context(), thrice, c)
	if sum := c.Totals(); err != nil || r.Failed() || !r.Detached || sum.Executed != 1 || sum.Percent != 100 || sum.Aborts != uint64(3*sum.Boundaries) {
		t.Errorf("%v, %+v, %+v", err, r, sum)
	}
	if s.Finish() {
		t.Error("the service was killed")
	}
}

// A storm aborts at random until the program ends; the program's sums stay right.
func TestAStormAbortsAtRandom(t *testing.T) {
	tabletest.NeedRseq(t)
	tabletest.NeedPtrace(t)
	s := tabletest.StartService(t, tabletest.BuildService(t), "4")
	c := &exercise.Coverage{}
	p := &exercise.Program{PID: s.PID, Limit: 2 * time.Second}
	r, err := p.Run(t.Context(), exercise.Options{Storm: 1000}, c)
	if sum := c.Totals(); err != nil || r.Failed() || r.Aborts == 0 || sum.Aborts != r.Aborts {
		t.Errorf("%v, %+v, %+v", err, r, sum)
	}
	if s.Finish() {
		t.Error("the service was killed")
	}
}

// A check that fails is a failure, with what it has written.
func TestACheckDecides(t *testing.T) {
	p := quietly(build(t, "early"))
	p.Check = "grep -c count; echo no >&2; exit 4"
	r, _ := run(t, p, thrice)
	if !r.Failed() || r.Said != "1\nno\n" {
		t.Errorf("%s, %q", r.Failure(), r.Said)
	}
}

// A thread that executes sections with an area that it has not registered passes the breakpoints,
// and the sections' aborts in the other thread are unharmed.
func TestAThreadWithoutARegistrationPasses(t *testing.T) {
	tabletest.NeedRseq(t)
	tabletest.NeedPtrace(t)
	r, c := run(t, quietly(tabletest.Build(t, tabletest.Fixture{Source: "watch/unregistered.c", Opt: "-O2"})), thrice)
	unarmed, sum := uint64(0), c.Totals()
	for _, s := range c.Sections {
		unarmed += s.Unarmed
	}
	if r.Failed() || unarmed == 0 || sum.Executed == 0 || sum.Aborted != sum.Boundaries {
		t.Errorf("%s, unarmed %d, %+v", r.Failure(), unarmed, sum)
	}
}
