package exercise_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"rseqstep/exercise"
	"rseqstep/table/tabletest"
)

var moving = exercise.Options{Times: 3, Migrate: true}

// needMoves skips a test if threads cannot be moved.
func needMoves(t *testing.T) {
	t.Helper()
	tabletest.NeedRseq(t)
	tabletest.NeedPtrace(t)
	tabletest.NeedCPUs(t, 2)
}

// A program whose sections compare the CPU's number survives moves; none of its sections commits after
// one.
func TestEveryProgramSurvivesMoves(t *testing.T) {
	needMoves(t)
	for _, c := range []struct {
		fixture tabletest.Fixture
		args    []string
	}{
		{tabletest.Fixture{Source: "units.c", Opt: "-O2"}, nil},
		{tabletest.Fixture{Source: "units.c", Opt: "-O2", Own: true}, nil},
		{tabletest.Fixture{Source: "percpu.c", Opt: "-O2"}, []string{"8", "200", "50"}},
		{tabletest.Fixture{Source: "sidexit.c", Opt: "-O2"}, nil},
		{tabletest.Fixture{Source: "affinity.c", Opt: "-O2"}, nil},
	} {
		t.Run(c.fixture.String(), func(t *testing.T) {
			r, cov := run(t, quietly(tabletest.Build(t, c.fixture), c.args...), moving)
			if r.Failed() || !r.Ended || r.Aborts == 0 {
				t.Fatalf("%s, %d moves", r.Failure(), r.Aborts)
			}
			for _, s := range cov.Sections {
				for _, b := range s.Boundaries {
					if !b.Move || b.Aborts > 3 || b.Commits > 0 {
						t.Errorf("%v: %+v", b, *b)
					}
				}
			}
		})
	}
}

// A number that is not read again after a move is found, too.
func TestACPUNumberThatIsNotReadAgainIsFound(t *testing.T) {
	needMoves(t)
	if r, _ := run(t, quietly(build(t, "cpuread")), moving); r.Failed() || r.Aborts == 0 {
		t.Errorf("the good one %s, %d moves", r.Failure(), r.Aborts)
	}
	if r, _ := run(t, quietly(build(t, "cpuread", "-DBAD")), moving); !r.Failed() {
		t.Error("the bad one passes")
	}
}

// A process that is detached from has the affinities that it had.
func TestAProcessKeepsItsAffinities(t *testing.T) {
	needMoves(t)
	s := tabletest.StartService(t, tabletest.BuildService(t), "4")
	before := affinities(t, s.PID)
	p := &exercise.Program{PID: s.PID, Limit: time.Second}
	r, err := p.Run(t.Context(), exercise.Options{Times: 1 << 20, Migrate: true}, &exercise.Coverage{})
	if err != nil || r.Failed() || !r.Detached || r.Aborts == 0 {
		t.Errorf("%v, %+v", err, r)
	}
	if after := affinities(t, s.PID); after != before {
		t.Errorf("before:\n%safter:\n%s", before, after)
	}
	if s.Finish() {
		t.Error("the service was killed")
	}
}

// affinities are those of a process's threads (proc_pid_status(5)).
func affinities(t *testing.T, pid int) string {
	t.Helper()
	files, err := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/status")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	out := ""
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(line, "Cpus_allowed:") {
				out += filepath.Base(filepath.Dir(f)) + " " + line
			}
		}
	}
	return out
}
