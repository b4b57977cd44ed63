package gdbscripts

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// live are the commands every session here begins with: gdb has the process itself
// until a command of ours moves it.
func live(t *testing.T) string { return switching(server(t)) + "set disable-randomization on\n" }

// seeds are the builds of the loop of the original report.
func seeds() []tabletest.Fixture {
	var out []tabletest.Fixture
	for _, opt := range []string{"-O0", "-O2"} {
		for _, where := range []string{"-DFIX_NEAR", "-DFIX_FAR"} {
			out = append(out, tabletest.Fixture{Source: "seed.c", Opt: opt, Flags: []string{where}})
		}
	}
	return out
}

// The loop is one line: gdb's own next never leaves it.
func TestRseqNextLeavesTheSeedLoop(t *testing.T) {
	for _, f := range tabletest.Some(t, 1, seeds()) {
		t.Run(f.String(), func(t *testing.T) {
			out := gdb(t, live(t)+"break main\nrun\n"+strings.Repeat("rseq next\n", 4)+"delete\nrseq continue\n", tabletest.Build(t, f))
			wantInOrder(t, out, "Breakpoint 1, main", "fix_main(argc, argv);", "rseq_addv(&v, 1, cpu)", "printf(", "attempts 1\n", "exited normally")
		})
	}
}

func TestRseqStepGoesThroughTheSeedLoop(t *testing.T) {
	for _, f := range tabletest.Some(t, 1, seeds()) {
		t.Run(f.String(), func(t *testing.T) {
			out := gdb(t, live(t)+"break seed.c:18\nbreak main\nrun\n"+
				"python\nfor i in range(60):\n  if gdb.newest_frame().find_sal().line == 18 and gdb.newest_frame().name() == 'main': break\n  gdb.execute('rseq step')\nend\n"+
				"delete\nrseq continue\n", tabletest.Build(t, f))
			wantInOrder(t, out, "Breakpoint 2, main", "rseqfix.h", "attempts 1\n", "exited normally")
			if !strings.Contains(out, "__asm__ __volatile__ goto(") {
				t.Errorf("the inlined section was not entered:\n%s", out)
			}
		})
	}
}

func TestRseqStepiTakesASectionAsOneInstruction(t *testing.T) {
	for _, f := range tabletest.Some(t, 1, seeds()) {
		t.Run(f.String(), func(t *testing.T) {
			out := gdb(t, live(t)+"break fix_main\nrun\nfinish\nrseq stepi 60\nrseq continue\n", tabletest.Build(t, withoutInlining(f)))
			wantInOrder(t, out, "Breakpoint 1, ", "attempts 1\n", "exited normally")
			if !regexp.MustCompile(`rseq: main\+0x[0-9a-f]+ \[0x[0-9a-f]+,0x[0-9a-f]+\) committed on CPU \d+ \(1 pass\)`).MatchString(out) {
				t.Errorf("nothing is said of the section:\n%s", out)
			}
		})
	}
}

// withoutInlining is the build whose fix_main is a function to stop in.
func withoutInlining(f tabletest.Fixture) tabletest.Fixture {
	f.Flags = append(f.Flags[:len(f.Flags):len(f.Flags)], "-fno-inline-functions-called-once", "-fno-inline-small-functions")
	return f
}

// stepsTo gives the places a program's steps led to, without addresses and what is
// said of units.
func stepsTo(t *testing.T, command, program string, n int) string {
	t.Helper()
	out := gdb(t, live(t)+"break main\nrun\n"+fmt.Sprintf("python\nfor i in range(%d):\n"+
		"  if gdb.selected_thread() and gdb.newest_frame().name(): gdb.execute('%s')\nend\n", n, command), program)
	out = out[strings.Index(out, "Breakpoint 1, main"):]
	out = regexp.MustCompile(`process \d+|0x[0-9a-f]+`).ReplaceAllString(out, "N")
	// Of a file that is not there, gdb says so once, before or after.
	return regexp.MustCompile(`(?m)^(\d+\t(\.\./|\./|in )|rseq|vdso: ).*\n`).ReplaceAllString(out, "")
}

// Without sections in the way, gdb's own process says where a step ends.
func TestLineStepsEndWhereGDBsOwnEnd(t *testing.T) {
	var rows []string
	for _, source := range []string{"recurse.c", "inline.c", "switch.c", "vdso.c"} {
		for _, opt := range []string{"-O0", "-O2"} {
			for _, command := range []string{"next", "step"} {
				rows = append(rows, source+" "+opt+" "+command)
			}
		}
	}
	for _, row := range tabletest.Some(t, 3, rows) {
		t.Run(row, func(t *testing.T) {
			f := strings.Fields(row)
			program, command := tabletest.Build(t, tabletest.Fixture{Source: f[0], Opt: f[1]}), f[2]
			want, got := stepsTo(t, command, program, 12), stepsTo(t, "rseq "+command, program, 12)
			if got != want {
				t.Errorf("gdb:\n%s\nrseq:\n%s", want, got)
			}
		})
	}
}

// Where rseqstep is not there it is said in one line how to get it, and the process
// is as it was.
func TestTheCommandsSayWhatTheyNeed(t *testing.T) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "seed.c"})
	out := gdbScript(t, "commands.gdb", "set confirm off\nbreak 17\nrun\n"+
		"python\nfor c in 'rseq next', 'rseq stepi', 'rseq continue', 'rseq finish':\n  try: gdb.execute(c)\n  except gdb.error as e: print('REFUSED %s' % e)\nend\n"+
		"set $before = $pc\nprint $pc == $before\ndelete\nkill\npython\ntry: gdb.execute('rseq next')\nexcept gdb.error as e: print('REFUSED %s' % e)\nend\n", []string{"PATH=/usr/bin:/bin"}, program)
	if n := strings.Count(out, `REFUSED "rseq on" needs the rseqstep program, and there is none on PATH: build it with`); n != 4 {
		t.Errorf("%d times in\n%s", n, out)
	}
	wantInOrder(t, out, "Breakpoint 1, main", "$1 = 1", "REFUSED The program is not being run.")
}

func TestRseqStepiLeavesVDSOFunctions(t *testing.T) {
	for _, opt := range tabletest.Some(t, 1, []string{"-O0", "-O2"}) {
		program := tabletest.Build(t, tabletest.Fixture{Source: "vdso.c", Opt: opt, Flags: []string{"-Wl,-z,now"}})
		out := gdb(t, live(t)+"break 15\nrun\nrseq stepi 300\nrseq continue\n", program)
		wantInOrder(t, out, "Breakpoint 1, main", "vdso: ", "clock_gettime returned", "gettimeofday returned", "time returned", "getcpu returned", "ok\n", "exited normally")
	}
}

func TestRseqNextRunsALineOfManySectionsNatively(t *testing.T) {
	for _, opt := range tabletest.Some(t, 1, []string{"-O0", "-O2"}) {
		// Unit by unit this would take minutes; natively it is done at once.
		program := tabletest.Build(t, tabletest.Fixture{Source: "hotline.c", Opt: opt})
		out := gdb(t, live(t)+"break 22\nrun 2000000\nrseq next\nrseq continue\n", program)
		wantInOrder(t, out, "Breakpoint 1, main", "23\t", "sum 2000000", "exited normally")
	}
}

// Stock gdb 13 loses half of the updates here without a word.
func TestFalseConditionOnTheCommittingStoreLosesNothing(t *testing.T) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "counter.c", Opt: "-O2", Flags: []string{"-pthread"}})
	out := gdb(t, live(t)+"break *commit_store if $rsp == 0\nbreak main\nrun 4 100\nrseq continue\n", program)
	wantInOrder(t, out, "warning: breakpoint 1 is inside the critical section compare_and_store", "rseq continue", "rseq is on", "sum 400 of 400", "exited normally")
}

func TestBreakpointInsideASectionStopsThereAndCommits(t *testing.T) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "counter.c", Opt: "-O2", Flags: []string{"-pthread"}})
	out := gdb(t, live(t)+"break *commit_store\nbreak main\nrun 2 3\nrseq continue\nprint $pc == &commit_store\nrseq threads\nrseq stepi\n"+
		"rseq continue\nrseq continue\ninfo breakpoints\ndelete\nrseq next\nrseq continue\n", program) // with it there the other thread may meet it during next
	wantInOrder(t, out, "rseq is on", "kept safe by a trap on the arming store", `hit Breakpoint 1, `, "$1 = 1", "live",
		"committed on CPU", "in a quiet phase", "hit Breakpoint 1, ", "hit Breakpoint 1, ",
		"breakpoint already hit 3 times", "work (", "sum 6 of 6", "exited normally")
}

// Stepped over by gdb itself, such a breakpoint aborts its section each time.
func TestBreakpointOnAnArmingStoreAbortsNothing(t *testing.T) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "units.c", Opt: "-O2"})
	arm := regexp.MustCompile(`arm (0x[0-9a-f]+)`)
	labels := gdb(t, live(t)+"run --labels\n", program)
	m := arm.FindStringSubmatch(labels)
	if m == nil {
		t.Fatalf("no labels in\n%s", labels)
	}
	out := gdb(t, live(t)+fmt.Sprintf("break main\nrun 20\nbreak *%s if $rsp == 0\nrseq continue\n", m[1]), program)
	wantInOrder(t, out, "is on the instruction that arms", "aborts 0", "exited normally")
}

// The last of eight threads is stepped by lines, the others run.
func TestLineStepsAmongThreadsKeepTheSums(t *testing.T) {
	for _, opt := range tabletest.Some(t, 1, []string{"-O0", "-O2"}) {
		program := tabletest.Build(t, tabletest.Fixture{Source: "percpu.c", Opt: opt, Flags: []string{"-pthread"}})
		out := gdb(t, live(t)+"break stepped\nrun 8 100 30\ndelete\nrseq next 60\nshow scheduler-locking\nrseq continue\n", program)
		wantInOrder(t, out, "hit Breakpoint 1, ", `is "replay"`, "exited normally")
		if m := regexp.MustCompile(`sum (\d+) of (\d+), nodes 64 of 64`).FindStringSubmatch(out); m == nil || m[1] != m[2] {
			t.Errorf("the sums are not right:\n%s", out)
		}
	}
}

func TestWatchFinishAndUntilAreGDBs(t *testing.T) {
	seed := tabletest.Build(t, tabletest.Fixture{Source: "seed.c"})
	out := gdb(t, live(t)+"break 17\nrun\nwatch v\nrseq continue\ndelete\nrseq continue\n", seed)
	wantInOrder(t, out, "Breakpoint 1, main", "Hardware watchpoint 2: v", "Old value = 0", "New value = 1", "attempts 1\n", "exited normally")
	watched := tabletest.Build(t, tabletest.Fixture{Source: "watchin.c"})
	out = gdb(t, live(t)+"break stage\nrun 3\nrseq finish\nrseq until\ndelete\nrseq until 36\nrseq continue\n", watched)
	wantInOrder(t, out, "Breakpoint 1, stage (value=1", "Value returned is $1 = 0", "33\t", "printf(", "staged 3 done 3 aborts 0", "exited normally")
}
