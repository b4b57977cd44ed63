package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// TestMainJob shows what the first issue demands, with the debugger as it is built and
// used.
func TestMainJob(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	bin := tabletest.Command(t)
	t.Run("SeedLoopEnds", func(t *testing.T) { seedLoopEnds(t, bin) })
	t.Run("VDSOEnds", func(t *testing.T) { vdsoEnds(t, bin) })
	t.Run("GoVDSOEnds", func(t *testing.T) { goVDSOEnds(t, bin) })
	t.Run("SumsAreRight", func(t *testing.T) { sumsAreRight(t, bin) })
	t.Run("TableAgreesWithObjdump", func(t *testing.T) { tableAgreesWithObjdump(t, bin) })
}

// seedLoopEnds runs the loop of the original report, from main to the program's end, by
// each command. The abort handler is in main or far from it.
func seedLoopEnds(t *testing.T, bin string) {
	times := map[string]int{"next": 40, "step": 2000, "stepi": 20000, "stepi 20000": 20}
	var rows [][3]string
	for _, opt := range []string{"-O0", "-O2"} {
		for _, layout := range []string{"-DFIX_NEAR", "-DFIX_FAR"} {
			for _, command := range slices.Sorted(maps.Keys(times)) {
				if command == "stepi" && (opt == "-O0") != (layout == "-DFIX_NEAR") {
					continue // one by one takes seconds; two of the four do
				}
				rows = append(rows, [3]string{opt, layout, command})
			}
		}
	}
	for _, row := range tabletest.Some(t, 4, rows) {
		opt, layout, command := row[0], row[1], row[2]
		t.Run(opt+layout+" "+command, func(t *testing.T) {
			d := drive(t, bin, tabletest.Build(t, tabletest.Fixture{Source: "seed.c", Opt: opt, Flags: []string{layout}}))
			d.runTo("main")
			units := d.toEnd(command, times[command])
			d.wantOutput("attempts 1\n")
			if got := results(units, "rseq"); strings.HasPrefix(command, "stepi") && !slices.Equal(got, []string{"committed"}) {
				t.Errorf("the section %q, want one commit", got)
			}
		})
	}
}

func vdsoEnds(t *testing.T, bin string) {
	for _, opt := range tabletest.Some(t, 1, []string{"-O0", "-O2"}) {
		t.Run(opt, func(t *testing.T) {
			d := drive(t, bin, tabletest.Build(t, tabletest.Fixture{Source: "vdso.c", Opt: opt}))
			d.runTo("main")
			units := d.toEnd("stepi 20000", 20)
			d.wantOutput("ok\n")
			for _, name := range []string{"clock_gettime", "gettimeofday", "time", "getcpu"} {
				if !slices.ContainsFunc(units, func(u jsonUnitEvent) bool {
					return u.Kind == "vdso" && u.Name == "__vdso_"+name && u.Result == "returned"
				}) {
					t.Errorf("%s was not passed as a unit: %+v", name, units)
				}
			}
		})
	}
}

// goVDSOEnds: a Go program, by instructions from the first call of
// runtime.nanotime on to its end, or for 60,000 of them.
func goVDSOEnds(t *testing.T, bin string) {
	d := drive(t, bin, tabletest.BuildGo(t, "gotime", false))
	d.runTo("runtime.nanotime", "3")
	d.say("delete")
	var units []jsonUnitEvent
	if tabletest.Thorough() {
		units = d.toEnd("stepi 20000", 500)
	} else {
		t.Log("natively to its end after 60,000 instructions")
		for range 3 {
			units = append(units, d.do("stepi 20000").Units...)
		}
		d.toEnd("continue", 1)
	}
	d.wantOutput("ok 3\n")
	if got := results(units, "vdso"); !slices.Equal(got, []string{"returned"}) {
		t.Errorf("vDSO units %q", got)
	}
}

var sums = regexp.MustCompile(`^sum (\d+) of (\d+), nodes 64 of 64, stepped 30, `)

// sumsAreRight: one of eight threads is stepped through sections on data that
// the seven others work on; nothing gets lost, 20 times of 20.
func sumsAreRight(t *testing.T, bin string) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "percpu.c", Flags: []string{"-pthread"}})
	for n := range tabletest.Rounds(t, 3, 20) {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			d := drive(t, bin, program)
			d.runTo("stepped", "8", "200", "30")
			d.say("delete")
			var units []jsonUnitEvent
			for _, command := range []string{"next 3", "stepi 150", "next 2", "step 12", "stepi 150", "next 2"} {
				e := d.do(command)
				if e.Reason != "step" {
					t.Fatalf("%s: %+v", command, e)
				}
				units = append(units, e.Units...)
			}
			if !slices.Contains(results(units, "rseq"), "committed") {
				t.Errorf("no section was stepped over: %+v", units)
			}
			if e := d.do("continue"); e.Reason != "exited" || *e.ExitCode != 0 {
				t.Errorf("%+v", e)
			}
			if m := sums.FindStringSubmatch(d.output()); m == nil || m[1] != m[2] {
				t.Errorf("the program printed %q", d.output())
			}
		})
	}
}
