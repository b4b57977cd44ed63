package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// What becomes of processes, threads and signals under the debugger, item by
// item, and the tests that show it. Those without a package are in this one.
//
//	fork, vfork                          stepper: TestNextOverForkKeepsTheParent, TestFollowChildGoesOnInTheChild; TestProgramsLiveAsAlone
//	posix_spawn, clone3                  TestProgramsLiveAsAlone: spawn, cloned
//	CLONE_VM without CLONE_THREAD        TestProgramsLiveAsAlone: sharing, grouped, groupexec, stayed, survived; TestBreakpointsComeBackWhenAProcessInTheSameMemoryEnds;
//	                                     TestAThreadGroupInTheSameMemoryIsHeldAsAThread
//	exec, also from another thread       stepper: TestBreakpointsMoveToTheNewProgramOfAnExec; ptrace: TestSteppedThreadMayEndTheProcess
//	a thread's end in a unit             stepper: TestAThreadThatVanishesIsAStop; modelled: every order of events
//	a leader that ends first             ptrace: TestLeaderMayEndBeforeItsThreads; attached to: TestALeaderlessProcessIsRefusedUnharmed
//	a thread made while others are held  TestProgramsLiveAsAlone: threads; stepper: TestACloneInAStepIsAdopted
//	a thread blocked in the kernel       TestSteppingAThreadThatIsBlockedLetsTheOthersReleaseIt
//	SIGKILL from outside                 TestAProgramKilledAtAnyMomentIsReported; stepper: TestAProgramKilledInAQuietPhaseIsReported
//	job control                          TestJobControlIsSeenAsWithoutADebugger; ptrace: TestGroupStopLastsUntilSIGCONT, TestDetachKeepsAStoppedProcessStopped
//	signals to process and thread        TestProgramsLiveAsAlone: directed
//	real-time signals in order           TestProgramsLiveAsAlone: queued
//	signals in a quiet phase             stepper: TestASignalInAQuietPhaseComesAfterwards
//	sigaltstack                          TestProgramsLiveAsAlone: altstack
//	SIGTRAP of the program's own         TestProgramsLiveAsAlone: traps; ptrace: TestStepReportsTrapsOfTheProgramsOwnAsSignals
//	everything blocked or ignored        TestProgramsLiveAsAlone: deaf
//	seccomp                              TestConfinedProgramsAreNotMadeToCallRseq
//	set-user-ID                          TestPrivilegedProgramsAreLaunchedWithoutPrivilegesOrRefused
//	PTRACE_TRACEME, TracerPid            TestProgramsLiveAsAlone: traceme; ptrace: TestAttachSaysWhatIsWrong
//	follow fork parent, child, both      script/catch.txtar; TestTheChildOfAManyThreadedProgramIsFollowed
//	catch                                script/catch.txtar; TestSystemCallsAreCaughtDuringEveryCommand

// lived is a run of a program under the debugger, to its end.
type lived struct {
	out string
	err error
}

// live runs commands over a program with its arguments; the program's output is
// among the debugger's.
func live(t *testing.T, bin string, commands []string, program ...string) lived {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	args := []string{"--batch"}
	for _, c := range commands {
		args = append(args, "-e", c)
	}
	out, err := exec.CommandContext(ctx, bin, append(args, program...)...).CombinedOutput()
	if ctx.Err() != nil {
		t.Fatalf("%q over %q hangs\n%s", commands, program, out)
	}
	return lived{string(out), err}
}

// wants checks that the output has every text in its order.
func (l lived) wants(t *testing.T, texts ...string) {
	t.Helper()
	rest := l.out
	for _, text := range texts {
		i := strings.Index(rest, text)
		if i < 0 {
			t.Errorf("%q is missing (%v) in\n%s", text, l.err, l.out)
			return
		}
		rest = rest[i+len(text):]
	}
}

func buildThreaded(t *testing.T, source string) string {
	t.Helper()
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	return tabletest.Build(t, tabletest.Fixture{Source: source, Flags: []string{"-pthread"}})
}

// ways to run a program from main to its end. Signals that pass silently are the
// program's own business.
func waysThrough() map[string][]string {
	quietly := func(commands ...string) []string {
		return append([]string{"handle all nostop noprint pass", "handle SIGTRAP nostop noprint pass"}, commands...)
	}
	return map[string][]string{
		"run":    quietly("run"),
		"break":  quietly("break work if 0", "hbreak work if 0", "run"),
		"next":   quietly("start", "next 300"),
		"step":   quietly("start", "step 60", "continue"),
		"stepi":  quietly("break work", "run", "delete", "stepi 4000", "continue"),
		"inside": quietly("set inside on", "break work", "run", "delete", "stepi 1000", "continue"),
		"catch":  quietly("catch syscall if 0", "catch signal all if 0", "catch fork if 0", "run"),
	}
}

// TestProgramsLiveAsAlone: every mode of two programs checks its own processes, threads
// and signals, and ends correctly in every way of running it.
func TestProgramsLiveAsAlone(t *testing.T) {
	bin := tabletest.Command(t)
	for source, modes := range map[string]map[string]string{
		"procs.c": {
			"spawn": "spawned 5 v 1\n", "cloned": "cloned 7 7 v 1\n", "sharing": "shared 8 stage 1 v 2\n",
			"grouped": "grouped 8 stage 1 v 2\n", "groupexec": "group left 5 v 2\n", "stayed": "stayed 1 v 1\n", "survived": "survived 3\n",
			"threads": "threads 15\n", "forks": "forked 9 v 1\n",
			"traceme": "tracer seen traceme refused v 1\n", // the one thing a program can see
		},
		"signals.c": {
			"queued": "queued right v 5\n", "directed": "directed right\n", "altstack": "altstack 2 v 4\n",
			"traps": "traps 3 v 3\n", "deaf": "deaf 1000\n",
		},
	} {
		program, ways := buildThreaded(t, source), waysThrough()
		var rows [][2]string
		for mode := range modes {
			for way := range ways {
				if os.Getenv("RSEQSTEP_ROUNDS") == "" && way != "stepi" && (len(way)+len(mode))%3 != 0 {
					continue // a third of them, and all for the asking
				}
				rows = append(rows, [2]string{mode, way})
			}
		}
		slices.SortFunc(rows, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
		for _, row := range tabletest.Some(t, 4, rows) {
			mode, way := row[0], row[1]
			t.Run(mode+" "+way, func(t *testing.T) {
				l := live(t, bin, ways[way], program, mode)
				l.wants(t, modes[mode])
				l.wants(t, "exited normally]")
			})
		}
	}
}

// TestBreakpointsComeBackWhenAProcessInTheSameMemoryEnds: a trap in shared memory would
// kill a process that nobody debugs.
func TestBreakpointsComeBackWhenAProcessInTheSameMemoryEnds(t *testing.T) {
	bin, program := tabletest.Command(t), buildThreaded(t, "procs.c")
	l := live(t, bin, []string{"break work", "run", "print stage", "print v", "continue"}, program, "sharing")
	l.wants(t, "Breakpoint 1, ", "shares the program's memory", "$1 = 1\n", "$2 = 1\n", "shared 8 stage 1 v 2\n", "exited normally]")
}

// TestAThreadGroupInTheSameMemoryIsHeldAsAThread: clone(2) with CLONE_VM, without
// CLONE_THREAD and without SIGCHLD. Both thread groups hit breakpoints, and neither,
// whether it ends or stays, hits one that was left behind.
func TestAThreadGroupInTheSameMemoryIsHeldAsAThread(t *testing.T) {
	bin, program := tabletest.Command(t), buildThreaded(t, "procs.c")
	for mode, wants := range map[string][]string{
		"grouped":   {"Thread 2 ", "hit Breakpoint 1, ", "Breakpoint 1, ", "grouped 8 stage 1 v 2\n", "exited normally]"},
		"groupexec": {"Thread 2 ", "hit Breakpoint 1, ", "which shared the program's memory: it executes another program", "group left 5 v 2\n"},
		"stayed":    {"is executing new program", "stayed 1 v 1\n", "exited normally]"},
	} {
		l := live(t, bin, []string{"break work", "run", "info threads", "continue", "continue"}, program, mode)
		l.wants(t, wants...)
	}
	l := live(t, bin, []string{"break work", "run", "detach"}, program, "grouped")
	l.wants(t, "Thread 2 ", "hit Breakpoint 1, ", "grouped 8 stage 1 v 2\n")

	// Killed is killed: the one that waits for main's end would come to its own, and say so.
	l = live(t, bin, []string{"break main", "run", "break exit", "continue", "info threads", "kill"}, program, "survived")
	l.wants(t, "hit Breakpoint 2, ", "\n  2 ", "killed]")
	if strings.Contains(l.out, "survived") {
		t.Errorf("a thread group outlives the kill:\n%s", l.out)
	}
}

// TestTheChildOfAManyThreadedProgramIsFollowed: the parent's other threads run
// when the fork is reported.
func TestTheChildOfAManyThreadedProgramIsFollowed(t *testing.T) {
	bin, program := tabletest.Command(t), buildThreaded(t, "procs.c")
	for _, commands := range [][]string{
		{"set follow-fork-mode child", "break work", "run", "bt", "continue"},
		{"set follow-fork-mode child", "start", "next 100"},
		{"catch fork", "run", "set follow-fork-mode child", "delete", "continue"},
	} {
		l := live(t, bin, commands, program, "forks")
		l.wants(t, "following the new process")
		l.wants(t, "exited with code 011]") // 9, as gdb writes it
	}
}

// TestConfinedProgramsAreNotMadeToCallRseq: commands that would inject a call harm
// neither a program in strict mode nor one whose filter kills for unknown calls; the
// stop says what was not done.
func TestConfinedProgramsAreNotMadeToCallRseq(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	bin, program := tabletest.Command(t), tabletest.Build(t, tabletest.Fixture{Source: "confined.c", Shape: tabletest.NoPIE})
	inside := secondInstruction(t, program)
	for _, mode := range []string{"strict", "filter"} {
		rows := map[string]struct {
			commands []string
			refused  bool
		}{
			"stepi":      {[]string{"stepi 2000"}, false},
			"next":       {[]string{"next 20"}, false},
			"inside":     {[]string{"set inside on", "stepi 500"}, true},
			"breakpoint": {[]string{fmt.Sprintf("break *(%s)", inside), "next 20"}, true},
			"aborts":     {[]string{"abort", "abort", "abort", "abort", "abort", "stepi 100"}, false},
			"opv":        {[]string{"inject", "stepi 100"}, false},
			"detach":     {[]string{"next 3", "info rseq"}, false},
		}
		for _, name := range tabletest.SomeKeys(t, 2, rows) {
			c := rows[name]
			t.Run(mode+" "+name, func(t *testing.T) {
				l := live(t, bin, append(append([]string{"break confined", "run", "delete"}, c.commands...), "delete", "continue"), program, mode)
				l.wants(t, "right\n")
				l.wants(t, "exited normally]")
				if c.refused {
					l.wants(t, "note: work+", "runs at full speed and is not stepped inside: a seccomp filter of the program")
				}
			})
		}
	}
}

// TestSystemCallsAreCaughtDuringEveryCommand: also while a line or an
// instruction is stepped, and once for each side of a call.
func TestSystemCallsAreCaughtDuringEveryCommand(t *testing.T) {
	bin, program := tabletest.Command(t), buildThreaded(t, "procs.c")
	ways := map[string]string{"continue": "continue", "next": "next 100", "step": "step 200", "stepi": "stepi 100000", "finish": "finish"}
	for _, name := range tabletest.SomeKeys(t, 2, ways) {
		command := ways[name]
		t.Run(name, func(t *testing.T) {
			l := live(t, bin, []string{"break spawn", "run", "catch syscall exit_group wait4", command, command, "delete", "continue"}, program, "spawn")
			l.wants(t, "Catchpoint 2 (call to syscall wait4), ", "Catchpoint 2 (returned from syscall wait4), ", "spawned 5 v 1\n")
			if n := strings.Count(l.out, "Catchpoint 2 ("); n != 3 {
				t.Errorf("%d stops\n%s", n, l.out)
			}
		})
	}
}
