package remote

import (
	"regexp"
	"runtime"
	"strings"
	"testing"

	"rseqstep/stepper/ptrace"
	"rseqstep/table/tabletest"
)

func seed(t *testing.T) string { return tabletest.Build(t, tabletest.Fixture{Source: "seed.c"}) }

// The loop of the original report, with each of gdb's commands: one attempt.
func TestGDBPassesTheSeedLoopByEveryCommand(t *testing.T) {
	bin, program := rseqstep(t), seed(t)
	commands := map[string]string{
		"next":  "next\n",
		"until": "until\n",
		"step":  "step\nstep\nstep\n",
		"stepi": strings.Repeat("stepi\n", 40),
	}
	for _, name := range tabletest.SomeKeys(t, 2, commands) {
		t.Run(name, func(t *testing.T) {
			out := gdb(t, bin, program, "", "CONNECT\nbreak 17\ncontinue\n"+commands[name]+"delete\ncontinue\n")
			wantInOrder(t, out, "Breakpoint 1, main", "attempts 1\n", "exited normally")
			if told := strings.Contains(out, "committed on CPU"); name == "stepi" && !told {
				t.Errorf("nothing is said of the section:\n%s", out)
			}
		})
	}
}

func TestGDBStopsInsideASectionAndItCommits(t *testing.T) {
	bin, program := rseqstep(t), seed(t)
	section := regexp.MustCompile(`\[0x([0-9a-f]+),0x([0-9a-f]+)\)`)
	m := section.FindStringSubmatch(gdb(t, bin, program, "", "CONNECT\nbreak main\ncontinue\nmonitor rseq\nkill\n"))
	if m == nil {
		t.Fatal("\"monitor rseq\" lists no section")
	}
	// Three instructions, and out: the breakpoint is on the first.
	out := gdb(t, bin, program, "", "CONNECT\nbreak *0x"+m[1]+"\ncontinue\nstepi\ninfo threads\ncontinue\n")
	wantInOrder(t, out, "lies inside the critical section main", "Breakpoint 1, 0x", "live in main", "attempts 1\n", "exited normally")
}

func TestFalseConditionInsideASectionLosesNothing(t *testing.T) {
	bin := rseqstep(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "percpu.c", Opt: "-O1"})
	out := gdb(t, bin, program, "", "CONNECT\nbreak main\ncontinue\nmonitor rseq\nkill\n")
	m := regexp.MustCompile(`\[0x([0-9a-f]+),.*count_one`).FindStringSubmatch(out)
	if m == nil {
		t.Fatalf("no section of count_one in\n%s", out)
	}
	a := ptrace.Arch()
	out = gdb(t, bin, program, "4 20 2", "CONNECT\nbreak *0x"+m[1]+" if $"+a.Names[a.Arguments[0]]+" == 12345\ncontinue\n")
	wantInOrder(t, out, "it is kept safe by a trap", "exited normally")
	sums := regexp.MustCompile(`sum (\d+) of (\d+)`).FindStringSubmatch(out)
	if sums == nil || sums[1] != sums[2] {
		t.Errorf("the sums are not right: %v\n%s", sums, out)
	}
}

func TestGDBStepsThroughTheVDSO(t *testing.T) {
	bin := rseqstep(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "vdso.c"})
	out := gdb(t, bin, program, "", "CONNECT\nbreak 15\ncontinue\n"+"stepi 2500\nbt 1\ncontinue\n")
	wantInOrder(t, out, "Breakpoint 1, main", ptrace.Arch().VDSOPrefix+"clock_gettime returned", "ok\n", "exited normally")
}

func TestGDBWatchesThroughASection(t *testing.T) {
	bin, program := rseqstep(t), seed(t)
	out := gdb(t, bin, program, "", "CONNECT\nbreak 17\ncontinue\nwatch v\ncontinue\ndelete\ncontinue\n")
	wantInOrder(t, out, "Old value = 0", "New value = 1", "exited normally")
}

func TestNextRunsALineOfManySectionsNatively(t *testing.T) {
	bin := rseqstep(t)
	// At some 50 µs a unit this would take a minute and a half; natively it takes no noticeable
	// time.
	program := tabletest.Build(t, tabletest.Fixture{Source: "hotline.c", Opt: "-O2"})
	out := gdb(t, bin, program, "2000000", "CONNECT\nbreak 22\ncontinue\nnext\nnext\ncontinue\n")
	wantInOrder(t, out, "Breakpoint 1, main", "sum 2000000", "exited normally")
}

func TestSchedulerLockingHoldsTheOthers(t *testing.T) {
	bin := rseqstep(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "percpu.c", Opt: "-O1"})
	out := gdb(t, bin, program, "4 50 20", "CONNECT\nbreak stepped\ncontinue\ndelete\nset scheduler-locking on\n"+
		"set $before = done\nfinish\nset scheduler-locking off\ninfo threads\ncontinue\n")
	wantInOrder(t, out, "hit Breakpoint 1", "exited normally")
	sums := regexp.MustCompile(`sum (\d+) of (\d+)`).FindStringSubmatch(out)
	if sums == nil || sums[1] != sums[2] {
		t.Errorf("the sums are not right: %v\n%s", sums, out)
	}
}

func TestGDBShowsSignalsAndPassesThemOn(t *testing.T) {
	bin := rseqstep(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "sig.c"})
	out := gdb(t, bin, program, "", "CONNECT\nhandle SIGALRM nostop noprint pass\ncontinue\np $_siginfo.si_signo\ncontinue\ncontinue\ncontinue\n")
	wantInOrder(t, out, "Program received signal SIGUSR1", "= 10", "SIGUSR1", "SIGUSR1")
}

func TestRegistersAreWrittenAndReadBack(t *testing.T) {
	bin, program, a := rseqstep(t), seed(t), ptrace.Arch()
	changes := map[string]string{
		"amd64": "set $xmm3.v2_int64[1] = 0x1122334455667788\nset $r15 = 0x99\nset $st0 = 1.5\nset $mxcsr = 0x1f80\nstepi\np/x $xmm3.v2_int64[1]\np/x $r15\np $st0\np $fs_base != 0\np/x $ftag\n",
		"arm64": "set $v3.d.u[1] = 0x1122334455667788\nset $x9 = 0x99\nset $d4.f = 1.5\nset $fpsr = 0\nstepi\np/x $v3.d.u[1]\np/x $x9\np $d4.f\np $tpidr != 0\n",
	}[runtime.GOARCH]
	out := gdb(t, bin, program, "", "CONNECT\nbreak main\ncontinue\n"+changes+"p $"+a.Names[a.Flags]+"\ncontinue\n")
	wantInOrder(t, out, "= 0x1122334455667788", "= 0x99", "= 1.5", "= 1", "= [")
	if strings.Contains(out, "warning") {
		t.Errorf("gdb warns:\n%s", out)
	}
}

// The first pass names a CPU that does not exist, and so leaves by the abort
// handler, which has no line information: gdb would stop there.
const mismatchSource = `#include "rseqfix.h"
static intptr_t v;
static int tries;
static inline __attribute__((always_inline)) int cpu(void) { return tries++ ? (int)rseq_cpu_start() : 1 << 20; }
static __attribute__((noinline)) int once(void)
{
	while (rseq_addv(&v, 1, cpu()))
		;
	return tries;
}
int main(int argc, char **argv)
{
	fix_main(argc, argv);
	once();
	printf("tries %d v %ld\n", tries, (long)v);
	return 0;
}
`

func TestNextPassesAnAbortHandlerWithoutLines(t *testing.T) {
	bin := rseqstep(t)
	for _, opt := range tabletest.Some(t, 1, []string{"-O0", "-O1"}) {
		program := compile(t, "mismatch", mismatchSource, "-g", opt, "-I../../testdata/include")
		for step, script := range map[string]string{"next": "next\nnext\n", "step": strings.Repeat("step\n", 6), "stepi": "while tries < 2\nstepi\nend\n"} {
			out := gdb(t, bin, program, "", "CONNECT\nbreak once\ncontinue\ndelete\n"+script+"continue\n")
			wantInOrder(t, out, "Breakpoint 1, once", "tries 2 v 1", "exited normally")
			if strings.Contains(out[strings.Index(out, "Breakpoint 1, once"):], "in ?? ()") {
				t.Errorf("%s at %s stops in the abort handler, where gdb's next, which may be made of it, would end:\n%s", step, opt, out)
			}
		}
	}
}

// After a stop by a signal every step ends in its handler, as with plain gdb, even if the
// signal was raised inside a section, which the kernel then aborts.
func TestGDBStepsIntoTheHandlerAfterASignalStop(t *testing.T) {
	bin := rseqstep(t)
	section, lines := tabletest.Build(t, tabletest.Fixture{Source: "ud2.c"}), tabletest.Build(t, tabletest.Fixture{Source: "deliver.c"})
	for _, step := range tabletest.Some(t, 2, []string{"stepi", "step", "next", "nexti", "until"}) {
		wantInOrder(t, gdb(t, bin, section, "", "CONNECT\ncontinue\n"+step+"\nbt 1\ncontinue\n"),
			"received signal SIGILL", "\non (s=", "#0  on (s=", "faults 1 aborts 1 done 1", "exited normally")
		wantInOrder(t, gdb(t, bin, lines, "lines", "CONNECT\ncontinue\n"+step+"\nbt 1\ncontinue\n"),
			"received signal SIGUSR1", "\nlines (sig=", "#0  lines (sig=", "hits 11", "exited normally")
	}
}
