package remote

import (
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/ptrace"
	"rseqstep/table/tabletest"
)

func TestGDBCatchesForkAndVforkInTheParent(t *testing.T) {
	bin, program := rseqstep(t), tabletest.Build(t, tabletest.Fixture{Source: "fork.c"})
	out := gdb(t, bin, program, "", "CONNECT\nbreak child\ncatch fork\ncatch vfork\ncontinue\nbt 1\ncontinue\nbt 1\ncontinue\n")
	// The child runs child() without a trap in it; otherwise it would be killed and not end with 5.
	wantInOrder(t, out, "Catchpoint 2 (forked process", "#0", "Detaching after fork from child", "Catchpoint 3 (vforked process", "vfork ()",
		"Detaching after vfork from child", "forked 5 vforked 6 v 1", "exited normally")
	if strings.Contains(out, "hit Breakpoint 1") {
		t.Errorf("the child hit a breakpoint:\n%s", out)
	}
}

func TestGDBFollowsTheChildOfAFork(t *testing.T) {
	bin, program := rseqstep(t), tabletest.Build(t, tabletest.Fixture{Source: "fork.c"})
	out := gdb(t, bin, program, "", "CONNECT\nset follow-fork-mode child\nbreak child\ncontinue\nnext\ncontinue\n")
	wantInOrder(t, out, "Attaching after Thread", "Detaching after fork from parent", "hit Breakpoint 1, child", "return v == 2", "exited with code 05")
}

// The parent resumes without breakpoints and is not stopped; otherwise it would
// not see 5.
func TestParentThatIsNotFollowedGoesOn(t *testing.T) {
	bin, program := rseqstep(t), tabletest.Build(t, tabletest.Fixture{Source: "fork.c"})
	printed := filepath.Join(t.TempDir(), "printed")
	script := filepath.Join(t.TempDir(), "run")
	if err := os.WriteFile(script, []byte(fmt.Sprintf("#!/bin/sh\nexec %s gdbserver - %s 2>%s\n", bin, program, printed)), 0o755); err != nil {
		t.Fatal(err)
	}
	gdb(t, bin, program, "", "target remote | "+script+"\nset follow-fork-mode child\nbreak child\nbreak 26\ncontinue\ncontinue\n")
	within(t, "the parent has printed its sums", func() bool {
		b, err := os.ReadFile(printed)
		return err == nil && strings.Contains(string(b), "forked 5 vforked 6 v 1\n")
	})
}

func TestGDBFollowsTheChildOfAVfork(t *testing.T) {
	bin, program := rseqstep(t), tabletest.Build(t, tabletest.Fixture{Source: "fork.c"})
	out := gdb(t, bin, program, "", "CONNECT\ncatch vfork\ncontinue\nset follow-fork-mode child\ncontinue\n")
	wantInOrder(t, out, "Catchpoint 1 (vforked process", "Attaching after", "exited with code 06")
}

// If calls are trapped, the new process cannot be held: it would be served while its
// parent runs.
func TestSecondProcessIsRefusedInWords(t *testing.T) {
	bin, program := rseqstep(t), tabletest.Build(t, tabletest.Fixture{Source: "fork.c"})
	out := gdbRuns(t, program, fmt.Sprintf("target remote | %s gdbserver --cpu-opv=v3 - %s\nset detach-on-fork off\nbreak 26\ncontinue\nbt 1\n", bin, program)+
		"python gdb.execute('inferior 2')\n"+refused("p $pc")+refused("info registers sp")+"kill inferiors 1 2\n")
	wantInOrder(t, out, "New inferior 2", "cannot be held beside its parent here", "hit Breakpoint 1")
	if strings.Contains(out, "E01") {
		t.Errorf("an error without words:\n%s", out)
	}
}

func TestGDBGoesThroughAnExec(t *testing.T) {
	bin := rseqstep(t)
	program, next := tabletest.Build(t, tabletest.Fixture{Source: "exec.c"}), realPath(t, seed(t))
	out := gdb(t, bin, program, next, "CONNECT\nbreak main\ncatch exec\ncontinue\ncontinue\ninfo sharedlibrary\ncontinue\nnext\nnext\nbt 1\ndelete\ncontinue\n")
	wantInOrder(t, out, "Breakpoint 1, main", "is executing new program: "+next, "Catchpoint 2 (exec'd "+next+")", "Breakpoint 1, main", "seed.c:1", "attempts 1", "exited normally")
}

// realPath is a path as the kernel has it: the cache of fixtures may be a link.
func realPath(t *testing.T, path string) string {
	t.Helper()
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		t.Fatal(err)
	}
	return real
}

func TestExecByAnotherThreadIsFollowed(t *testing.T) {
	bin, program := rseqstep(t), tabletest.Build(t, tabletest.Fixture{Source: "exec.c"})
	out := gdb(t, bin, program, "", "CONNECT\nbreak main\ncontinue\ncontinue\ninfo threads\ncontinue\n")
	wantInOrder(t, out, "Breakpoint 1, main (argc=1", "is executing new program", "Breakpoint 1, main (argc=2", "* 1 ", "executed", "exited normally")
}

func TestLLDBFollowsTheChildOfAFork(t *testing.T) {
	bin, program := rseqstep(t), tabletest.Build(t, tabletest.Fixture{Source: "fork.c"})
	out := lldb(t, bin, program, nil, "settings set target.process.follow-fork-mode child", "CONNECT", "breakpoint set -n child", "continue", "bt", "continue")
	wantInOrder(t, out, "stop reason = breakpoint 1.1", "child", "main", "exited with status = 5")
}

func TestLLDBGoesThroughAnExec(t *testing.T) {
	bin, program := rseqstep(t), tabletest.Build(t, tabletest.Fixture{Source: "exec.c"})
	out := lldb(t, bin, program, []string{seed(t)}, "CONNECT", "breakpoint set -n main", "continue", "continue", "continue", "continue")
	wantInOrder(t, out, "stop reason = breakpoint 1.1", "stop reason = exec", "_start", "stop reason = breakpoint 1.", "seed.c:", "exited with status = 0")
}

func TestGDBCatchesASystemCallAtItsEntryAndItsReturn(t *testing.T) {
	bin, program := rseqstep(t), seed(t)
	a := ptrace.Arch()
	name := func(x machine.Reg) string { return a.Names[x] }
	out := gdb(t, bin, program, "", "CONNECT\ncatch syscall write\ncontinue\np $"+name(a.Arguments[0])+"\ncontinue\np $"+name(a.Results[0])+"\ncontinue\n")
	wantInOrder(t, out, "call to syscall write", "= 1", "attempts 1", "returned from syscall write", "= 11", "exited normally")
}

// getpid(2) and getuid(2), then exit(2), and nothing else.
const callsSource = `void _start(void)
{
#ifdef __aarch64__
	__asm__ volatile("mov x8, #172; svc #0; nop; mov x8, #174; svc #0; mov x8, #93; mov x0, #0; svc #0");
#else
	__asm__ volatile("mov $39, %eax; syscall; nop; mov $102, %eax; syscall; mov $60, %eax; xor %edi, %edi; syscall");
#endif
}
`

// Stepping over a system call instruction reports both as well, and ends behind it.
func TestSteppedSystemCallIsCaught(t *testing.T) {
	bin, program := rseqstep(t), compile(t, "calls", callsSource, "-nostdlib", "-static", "-O1")
	w, _, _ := serve(t, bin, "SOCKET", program)
	w.ask("QStartNoAckMode")
	run := func(packets ...string) (got string) {
		for _, p := range packets {
			reply, _, _ := strings.Cut(strings.TrimPrefix(w.ask(p), "T05"), "thread:")
			got += reply + " "
		}
		return got
	}
	pid, uid, exit := "27", "66", "3c"
	if runtime.GOARCH == "arm64" {
		pid, uid, exit = "ac", "ae", "5d"
	}
	if got, want := run("QCatchSyscalls:1;"+uid, "vCont;s", "vCont;s", "vCont;s", "vCont;s", "vCont;s", "vCont;s", "vCont;s"),
		"OK     syscall_entry:"+uid+"; syscall_return:"+uid+";  "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := run("QCatchSyscalls:0", "vCont;c"), "OK W00 "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	// All of them, alternately by continue and by step.
	w, _, _ = serve(t, bin, "SOCKET", program)
	w.ask("QStartNoAckMode")
	if got, want := run("QCatchSyscalls:1", "vCont;c", "vCont;s", "vCont;s", "vCont;c", "vCont;c", "vCont;c", "vCont;c"),
		"OK syscall_entry:"+pid+"; syscall_return:"+pid+";  syscall_entry:"+uid+"; syscall_return:"+uid+"; syscall_entry:"+exit+"; W00 "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

const blockedSource = `#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
static int ends[2];
static char got;
static void *reads(void *unused) { read(ends[0], &got, 1); return unused; }
void here(void) { __asm__ volatile(""); }
int main(void)
{
	pthread_t other;
	if (pipe(ends) || pthread_create(&other, NULL, reads, NULL)) return 3;
	usleep(100000);
	for (int i = 0; i < 5; i++) here();
	write(ends[1], "x", 1);
	pthread_join(other, NULL);
	return got != 'x';
}
`

// If a thread is stopped in the middle of a call because another one hit a breakpoint,
// the kernel restarts the call: that is neither its return nor a second entry.
func TestCallThatADebuggerInterruptsIsCaughtOnce(t *testing.T) {
	bin, program := rseqstep(t), compile(t, "blocked", blockedSource, "-g", "-pthread")
	out := gdb(t, bin, program, "", "CONNECT\nbreak main\ncontinue\ncatch syscall read\nbreak here\nset $n = 0\nwhile $n < 8\ncontinue\nset $n = $n + 1\nend\n")
	if entries, returns := strings.Count(out, "call to syscall read"), strings.Count(out, "returned from syscall read"); entries != 1 || returns != 1 {
		t.Errorf("%d calls, %d returns of the one read in\n%s", entries, returns, out)
	}
	if n := strings.Count(out, "hit Breakpoint 3"); n != 5 {
		t.Errorf("%d breakpoints hit, want 5", n)
	}
	wantInOrder(t, out, "exited normally")
}

// compile builds a program of the test's own.
func compile(t *testing.T, name, source string, flags ...string) string {
	t.Helper()
	dir := t.TempDir()
	from, to := filepath.Join(dir, name+".c"), filepath.Join(dir, name)
	if err := os.WriteFile(from, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tabletest.NeedTool(t, "gcc"), append(flags, "-o", to, from)...).CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	return to
}

func TestForkIsReportedOnlyToThoseWhoAskForIt(t *testing.T) {
	bin, program := rseqstep(t), tabletest.Build(t, tabletest.Fixture{Source: "fork.c"})
	w, _, _ := serve(t, bin, "SOCKET", program)
	if s := w.ask("qSupported:swbreak+"); strings.Contains(s, "fork-events") || strings.Contains(s, "exec-events") {
		t.Errorf("offered: %s", s)
	}
	w.ask("QStartNoAckMode")
	w.ask("QPassSignals:14") // SIGCHLD
	if reply := w.ask("vCont;c"); reply != "W00" {
		t.Errorf("a client without fork events got %q", reply)
	}
	w, _, _ = serve(t, bin, "SOCKET", program)
	if s := w.ask("qSupported:multiprocess+;fork-events+;vfork-events+;exec-events+"); !strings.Contains(s, "fork-events+;vfork-events+;exec-events+") {
		t.Errorf("offered: %s", s)
	}
	w.ask("QStartNoAckMode")
	w.ask("QPassSignals:14")
	reply := w.ask("vCont;c")
	m := regexp.MustCompile(`^T05fork:p([0-9a-f]+)\.`).FindStringSubmatch(reply)
	if m == nil {
		t.Fatalf("stopped by %q", reply)
	}
	// The child has its own registers: fork has returned 0 there, or is about to.
	for _, step := range []struct{ say, want string }{
		{"Hgp" + m[1] + "." + m[1], "OK"}, {"Mffff0000,1:00", "E01"}, {"vKill;1", "E.process 1 is not debugged here"},
		{"D;" + m[1], "OK"}, {"D;" + m[1], "OK"}, {"Hgp" + m[1] + "." + m[1], "OK"}, {"g", "E01"}, {"Z0,0,1", "E.that process is detached: this server follows one of the two after a fork"}, {"z0,0,1", "OK"},
	} {
		if step.say == "g" {
			if got := w.ask("g"); !strings.HasPrefix(got, "E") {
				t.Errorf("registers of a detached process: %q", got)
			}
			continue
		}
		if got := w.ask(step.say); got != step.want {
			t.Errorf("%s: %q, want %q", step.say, got, step.want)
		}
	}
	for _, want := range []string{"T05vfork:", "T05vforkdone:", "W00"} {
		if reply := w.ask("vCont;c"); !strings.HasPrefix(reply, want) {
			t.Errorf("stopped by %q, want %s", reply, want)
		}
	}
}

// Breakpoints of every kind across an exec, with gdb as the client: gdb re-sets and
// reinserts them, and none of the old program's are left in the new one.
func TestGDBResetsItsBreakpointsAfterAnExec(t *testing.T) {
	bin := rseqstep(t)
	type row struct {
		how      string
		old, new tabletest.Shape
	}
	var rows []row
	for _, how := range []string{"exec", "fork", "vfork", "spawn"} {
		for _, old := range []tabletest.Shape{tabletest.NoPIE, tabletest.PIE} {
			for _, next := range []tabletest.Shape{tabletest.Static, tabletest.PIE} {
				rows = append(rows, row{how, old, next})
			}
		}
	}
	for _, r := range tabletest.Some(t, 4, rows) {
		t.Run(fmt.Sprint(r), func(t *testing.T) {
			program := tabletest.Build(t, tabletest.Fixture{Source: "become.c", Shape: r.old})
			next := realPath(t, tabletest.Build(t, tabletest.Fixture{Source: "became.c", Shape: r.new}))
			out := gdb(t, bin, program, r.how+" "+next, "CONNECT\nset follow-fork-mode child\nset breakpoint pending on\nbreak work\ncontinue\nfinish\ndelete\n"+
				"break only_old\nhbreak only_old\ntbreak only_old\nbreak *only_old\nwatch oldest\nbreak work if oldest == 0\nbreak work if counter > 100\n"+
				"break work\ntbreak only_new\nwatch counter\n"+strings.Repeat("continue\n", 10))
			wantInOrder(t, out, "is executing new program: "+next, "reakpoint 9, work (n=0)", "emporary breakpoint 10, only_new", "atchpoint 11: counter", "New value = 1",
				"reakpoint 9, work (n=1)", "New value = 2", "New value = 3", "reakpoint 9, work (n=2)", "New value = 5", "New value = 6", "new 9 counter 6", "exited with code 07")
		})
	}
}

// A client that does not understand exec gets no report of it. Its breakpoints
// for the old program are in the new one neither in memory nor in a debug
// register.
func TestClientWithoutExecEventsLeavesTheNewProgramAlone(t *testing.T) {
	bin := rseqstep(t)
	for _, kind := range []string{"Z0,%x,1", "Z1,%x,1"} {
		program := tabletest.Build(t, tabletest.Fixture{Source: "become.c", Shape: tabletest.NoPIE})
		next := tabletest.Build(t, tabletest.Fixture{Source: "became.c", Shape: tabletest.Static})
		address := symbolIn(t, program, "only_old")
		w, _, _ := serve(t, bin, "SOCKET", program, "exec", next)
		w.ask("QStartNoAckMode")
		points := func(set string) {
			for offset := range uint64(2) {
				if reply := w.ask(set + fmt.Sprintf(kind, address+4*offset)[1:]); reply != "OK" {
					t.Fatalf("%s%s: %s", set, kind[1:], reply)
				}
			}
		}
		points("Z")
		reply := w.ask("vCont;c")
		for n := 0; strings.HasPrefix(reply, "T05") && n < 3; n++ { // the client steps off them
			points("z")
			w.ask("vCont;s")
			points("Z")
			reply = w.ask("vCont;c")
		}
		if !strings.HasPrefix(reply, "W07") && !strings.HasPrefix(reply, "W7") {
			t.Errorf("%s: the new program's end is %q", kind, reply)
		}
	}
}

// symbolIn is the address of a symbol of a program that is built without PIE.
func symbolIn(t *testing.T, program, name string) uint64 {
	t.Helper()
	file, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	symbols, err := file.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range symbols {
		if s.Name == name {
			return s.Value
		}
	}
	t.Fatalf("%s has no symbol %s", program, name)
	return 0
}
