package remote

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/ptrace"
	"rseqstep/table/tabletest"
)

// expectation is one row of the table of stops: the commands of gdb's user and
// of lldb's, and the output that each must see, in order.
type expectation struct {
	fixture  tabletest.Fixture
	gdb      string
	sees     []string
	lldb     []string
	lldbSees []string
	attempts int // of the seed's loop; 0: not checked
}

// toEnd is gdb's command until main has returned, and then until the program
// ends: main's caller may have no symbols, and gdb refuses next there.
func toEnd(command string) string {
	// The names are those of registers: gdb reads its own $sp and $pc even where their value does not
	// matter, and fails without a process.
	a := ptrace.Arch()
	begin, inside := "set $base = $"+a.Names[a.SP], "$"+a.Names[a.SP]+" <= $base"
	if a.Link != machine.NoReg { // a return does not move sp
		begin, inside = begin+"\nset $back = $"+a.Names[a.Link], inside+" && $"+a.Names[a.PC]+" != $back"
	}
	return "CONNECT\nbreak *main\ncontinue\ndelete\n" + begin + "\nwhile $_isvoid($_exitcode) && " + inside + "\n" + command +
		"\nend\nif $_isvoid($_exitcode)\ncontinue\nend\n"
}

// lldbFrom connects, stops at main, and runs the commands.
func lldbFrom(commands ...string) []string {
	return append([]string{"CONNECT", "breakpoint set -n main", "continue", "breakpoint delete -f"}, commands...)
}

// seeds are the loop of the original report, with its abort handler in main or far away.
func seeds() map[string]tabletest.Fixture {
	out := map[string]tabletest.Fixture{}
	for _, opt := range []string{"-O0", "-O2"} {
		for _, layout := range []string{"NEAR", "FAR"} {
			out[opt+" "+layout] = tabletest.Fixture{Source: "seed.c", Opt: opt, Flags: []string{"-DFIX_" + layout}}
		}
	}
	return out
}

// stops is the table.
func stops(t *testing.T) map[string]expectation {
	t.Helper()
	inLoop := strconv.Itoa(tabletest.Line(t, "include/rseqfix.h", "return (int)fix_area()->cpu_id_start"))
	out := map[string]expectation{}
	end, lldbEnd := "exited normally", "exited with status = 0"
	pc := ptrace.Arch().Names[ptrace.Arch().PC]
	for name, seed := range seeds() {
		for _, c := range []string{"next", "step"} {
			// where libc's line tables are installed, lldb steps into printf.
			out["seed "+name+" "+c+" to the end"] = expectation{seed, toEnd(c), []string{"17\t", "18\t", end},
				lldbFrom(append(slices.Repeat([]string{c}, 40), "continue")...), []string{"seed.c:17", "seed.c:18", lldbEnd}, 1}
		}
		out["seed "+name+" breakpoint in the loop"] = expectation{seed,
			"CONNECT\nbreak rseqfix.h:" + inLoop + "\ncontinue\np/x $pc\ninfo line *$pc\nbt\ndelete\nnext\ncontinue\n", []string{"Breakpoint 1", "rseqfix.h:", "= 0x", "Line ", "#1", "main", "seed.c:17", end},
			[]string{"CONNECT", "breakpoint set -f rseqfix.h -l " + inLoop, "continue", "register read " + pc, "breakpoint delete -f", "next", "continue"},
			[]string{"stop reason = breakpoint 1.", "rseqfix.h:" + inLoop, pc + " = 0x", "rseqfix.h:" + inLoop, "stop reason = step over", lldbEnd}, 1}
	}
	for _, name := range []string{"-O0 FAR", "-O2 NEAR"} { // single-stepping each instruction takes seconds
		out["seed "+name+" stepi to the end"] = expectation{seeds()[name], "CONNECT\nbreak main\ncontinue\ndelete\nstepi 100000\n", []string{"committed on CPU", end},
			lldbFrom("thread step-inst -c 100000"), []string{"committed on CPU", lldbEnd}, 1}
	}
	for _, name := range []string{"-O0 NEAR", "-O0 FAR"} {
		seed := seeds()[name]
		out["seed "+name+" watch"] = expectation{seed, "CONNECT\nbreak 17\ncontinue\nwatch v\ncontinue\nup\np v\ndelete\nnext\ncontinue\n",
			[]string{"Hardware watchpoint 2: v", "Old value = 0", "New value = 1", "main", "= 1\n", end},
			[]string{"CONNECT", "breakpoint set -f seed.c -l 17", "continue", "watchpoint set variable v", "continue", "frame variable v", "watchpoint delete -f", "breakpoint delete -f", "continue"},
			[]string{"old value: 0", "new value: 1", "stop reason = watchpoint 1", lldbEnd}, 1}
		out["seed "+name+" until"] = expectation{seed, "CONNECT\nbreak 17\ncontinue\ndelete\nuntil\nuntil\ncontinue\n", []string{"Breakpoint 1, main", "18\t", end},
			[]string{"CONNECT", "breakpoint set -f seed.c -l 17", "continue", "breakpoint delete -f", "thread until 18", "continue"},
			[]string{"stop reason = breakpoint 1.1", "stop reason = step until", "seed.c:18", lldbEnd}, 1}
	}
	out["finish of a function with a section"] = expectation{tabletest.Fixture{Source: "seed.c", Flags: []string{"-DFIX_CALL"}},
		"CONNECT\nbreak rseq_addv\ncontinue\nbt\ndelete\nfinish\nnext\ncontinue\n", []string{"Breakpoint 1, rseq_addv", "#1", "main", "Value returned is $1 = 0", "18\t", end},
		[]string{"CONNECT", "breakpoint set -n rseq_addv", "continue", "bt", "breakpoint delete -f", "finish", "next", "continue"},
		[]string{"stop reason = breakpoint 1.1", "frame #1", "main", "stop reason = step out", "Return value: (int) $0 = 0", "seed.c:18", lldbEnd}, 1}
	for _, opt := range []string{"-O0", "-O2"} {
		vdso := tabletest.Fixture{Source: "vdso.c", Opt: opt}
		for _, c := range []string{"next", "step"} {
			out["vDSO "+opt+" "+c+" to the end"] = expectation{vdso, toEnd(c), []string{"16\t", "18\t", "25\t", end},
				lldbFrom(append(slices.Repeat([]string{c}, 40), "continue")...), []string{"vdso.c:15", "vdso.c:18", "vdso.c:25", lldbEnd}, 0}
		}
	}
	var returned []string
	for _, name := range []string{"clock_gettime", "gettimeofday", "time", "getcpu"} {
		returned = append(returned, ptrace.Arch().VDSOPrefix+name+" returned")
	}
	if ptrace.Arch().Calls.Time == 0 { // nor has that vDSO a getcpu
		returned = returned[:2]
	}
	out["vDSO stepi to the end"] = expectation{tabletest.Fixture{Source: "vdso.c"}, "CONNECT\nbreak main\ncontinue\ndelete\nstepi 100000\n", append(slices.Clone(returned), end),
		lldbFrom("thread step-inst -c 100000"), append(slices.Clone(returned), lldbEnd), 0}
	return out
}

// eachStop runs the rows of the table in a debugger and passes on the output.
func eachStop(t *testing.T, run func(t *testing.T, e expectation, bin, program string) string, sees func(expectation) []string, check func(t *testing.T, out string)) {
	t.Helper()
	bin := rseqstep(t)
	all := stops(t)
	for _, name := range tabletest.SomeKeys(t, 4, all) {
		e := all[name]
		t.Run(name, func(t *testing.T) {
			out := run(t, e, bin, tabletest.Build(t, e.fixture))
			wantInOrder(t, out, sees(e)...)
			if e.fixture.Source == "vdso.c" {
				wantInOrder(t, out, "ok\n")
			}
			if e.attempts == 1 && !strings.Contains(out, "attempts 1\n") {
				t.Errorf("more than one attempt, three times:\n%s", out)
			}
			check(t, out)
		})
	}
}

func TestGDBStopsWhereItShould(t *testing.T) {
	eachStop(t, func(t *testing.T, e expectation, bin, program string) string { return gdb(t, bin, program, "", e.gdb) },
		func(e expectation) []string { return e.sees }, func(t *testing.T, out string) {
			// A breakpoint by line is at the start of a line table row: info line prints the
			// address that $pc must be.
			pc, line := regexp.MustCompile(`= (0x[0-9a-f]+)\n`).FindStringSubmatch(out), regexp.MustCompile(`Line \d+ of .*address (0x[0-9a-f]+)`).FindStringSubmatch(out)
			if line != nil && (pc == nil || pc[1] != line[1]) {
				t.Errorf("$pc is %v, the line %v", pc, line)
			}
		})
}

func TestLLDBStopsWhereItShould(t *testing.T) {
	eachStop(t, func(t *testing.T, e expectation, bin, program string) string {
		return lldb(t, bin, program, nil, e.lldb...)
	},
		func(e expectation) []string { return e.lldbSees }, func(t *testing.T, out string) {
			frame, rip := regexp.MustCompile(`breakpoint 1\.\d+\s+frame #0: 0x0*([0-9a-f]+)`).FindStringSubmatch(out), regexp.MustCompile(`\b(?:rip|pc) = 0x0*([0-9a-f]+)`).FindStringSubmatch(out)
			if rip != nil && (frame == nil || frame[1] != rip[1]) {
				t.Errorf("rip is %v, the frame %v", rip, frame)
			}
		})
}
