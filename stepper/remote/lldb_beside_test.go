package remote

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rseqstep/table/tabletest"
)

// script is the input of lldb's user. AT(TEXT) stands for the number of the line of
// crew.c that has the text. The program is stopped at its first instruction.
type script struct {
	args     []string
	commands string // a line each
	prints   string // the program's output at its end: our own claim
}

const toMain = "breakpoint set -n main\ncontinue\n"

// scripts cover lldb's whole view of a program. There is no row where the kernel decides
// the result (which of eight threads is first at a breakpoint), or lldb (whether it
// passes on a signal that arrived during a call of its own).
func scripts() map[string]script {
	done := "crew:  total 30"
	ready := "breakpoint set -n crew_ready\ncontinue\n"
	return map[string]script{
		"launch": {nil, "process status\nthread list\nregister read rip\nimage list -b\ncontinue", done},
		"where":  {nil, toMain + "bt\nframe variable\nthread info\nprocess status\nbreakpoint list\nimage list -b\ncontinue", done},
		"expression": {nil, toMain + "expression square(5)\nexpression origin\nexpression origin.x = 10\nexpression sum(&origin)\nexpression (double)ratio*2\nexpression name\n" +
			"expression -- int $a = square(3); $a\nexpression nosuch\nexpression *(int *)0\ncontinue", "crew:  total 121"},
		"breakpoint in an expression": {nil, toMain + "breakpoint set -n square\nexpression -i false -- square(5)\nbt\nthread return\nbreakpoint delete -f\ncontinue", done},
		"values returned":             {nil, toMain + "expression (float)1.5\nexpression (long double)2.5\nbreakpoint set -n sum\ncontinue\nfinish\np $rax\np $rflags\np $xmm0\np $st0\ncontinue", done},
		"watch":                       {nil, toMain + "watchpoint set variable watched\ncontinue\ncontinue\nwatchpoint list\nwatchpoint modify -c \"watched == 3\"\ncontinue\nwatchpoint delete -f\ncontinue", done},
		"watch read":                  {nil, toMain + "watchpoint set variable -w read_write watched\ncontinue\nbt\ncontinue\nwatchpoint delete -f\ncontinue", done},
		"five watchpoints": {nil, toMain + "watchpoint set expression -- &watched\nwatchpoint set expression -- &origin.x\nwatchpoint set expression -- &origin.y\nwatchpoint set expression -- &ratio\n" +
			"watchpoint set expression -- &name\ncontinue\nwatchpoint delete -f\ncontinue", done},
		"steps":                    {nil, toMain + "next\nnext\nnext\nstep\nstep\nfinish\nthread step-inst\nthread step-inst-over\nthread until AT(total += sum)\nnext\ncontinue", done},
		"instructions":             {nil, toMain + "thread step-inst -c 20\nthread step-inst-over -c 20\nregister read rip\nbt\ncontinue", done},
		"step out and over":        {nil, "breakpoint set -n square\ncontinue\nthread step-out\nbreakpoint delete -f\nthread step-out\nthread step-over\ncontinue", done},
		"until":                    {nil, toMain + "thread until AT(total += square)\nthread until AT(total += sum)\ncontinue", done},
		"condition":                {nil, "breakpoint set -n square -c \"n == 2\"\ncontinue\nframe variable\nbreakpoint modify -i 1 1\nbreakpoint disable 1\ncontinue", done},
		"breakpoint with one shot": {nil, "breakpoint set -n square\ncontinue\nbreakpoint delete -f\nbreakpoint set -n square -o true\ncontinue\nbreakpoint list\ncontinue", done},
		"jump":                     {nil, toMain + "thread jump -l AT(total += sum)\nexpression total = 0\nnext\ncontinue", "crew: (null) total 25"},
		"registers": {nil, toMain + "register read\nregister read --set 1\nregister read --set 2\nregister read eax ax ah al r9d r9w r9l mm0\nregister write rax 0x1234\nregister read rax eax ax al\n" +
			"register write eax 0x55667788\nregister read rax\nregister write xmm0 \"{1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16}\"\nregister read xmm0\n" +
			"register write st0 \"{0 0 0 0 0 0 0 0x80 0xff 0x3f}\"\nregister read st0 fstat ftag\nregister write rflags 0x246\nregister read rflags\nregister write rip zz\ncontinue", done},
		"memory": {nil, toMain + "memory read &origin\nmemory write &origin 7 0 0 0\np origin\nmemory read -f s name\nmemory region &origin\nmemory region `$pc`\nmemory region 0\nmemory read 0\nmemory write 0 1\n" +
			"disassemble -n square\ndisassemble -c 3\nbreakpoint set -a 0x10\nbreakpoint delete 2\ncontinue", "crew:  total 70"},
		"eight threads":                         {[]string{"threads"}, ready + "thread list\nthread backtrace all\nfinish\nbreakpoint delete -f\nthread list\nthread select 3\nbt\nframe select 1\nthread info\ncontinue", "crew: total 140"},
		"steps of one thread of eight":          {[]string{"threads"}, ready + "thread step-over -m this-thread\nthread step-over -m all-threads\nthread step-inst\nthread step-out\nbreakpoint delete -f\nnext\ncontinue", "crew: total 140"},
		"functions called in threads that wait": {[]string{"threads"}, ready + "expression square(9)\nthread select 4\nexpression square(8)\nthread select 7\nexpression sum(&origin)\ncontinue", "crew: total 140"},
		"signals":                               {[]string{"signals"}, strings.Repeat("continue\n", 6), "crew: usr1 1 usr2 0 chld 1 alrm 1 rt 1"},
		"signals handled":                       {[]string{"signals"}, "process handle -p true -s false -n false SIGUSR1\nprocess handle -p false -s true SIGALRM\nprocess handle SIGCHLD -s true\n" + strings.Repeat("continue\n", 5), "crew: usr1 1 usr2 0 chld 1 alrm 0 rt 1"},
		"steps to signals":                      {[]string{"signals"}, toMain + "next\nnext\nstep\nnext\nnext\nprocess handle -s false -n false SIGUSR1 SIGUSR2 SIGCHLD SIGALRM\nnext\nnext\nnext\nnext\nnext\ncontinue\ncontinue", "crew: usr1 1 usr2 0 chld 1 alrm 1 rt 1"},
		"in a handler":                          {[]string{"signals"}, "breakpoint set -n on_signal\nprocess handle -s false -n false SIGUSR1\ncontinue\nbt\nfinish\nbreakpoint delete -f\n" + strings.Repeat("continue\n", 5), "crew: usr1 1 usr2 0 chld 1 alrm 1 rt 1"},
		"a signal is sent":                      {nil, toMain + "process signal SIGUSR2\ncontinue\ncontinue", ""},
		"abort":                                 {[]string{"abort"}, "continue\nbt\nthread info\ncontinue", ""},
		"fault":                                 {[]string{"fault"}, "continue\nbt\nthread info\nframe variable\ncontinue", ""},
		"fork":                                  {[]string{"fork"}, toMain + "continue", "crew: child exited with 5"},
		"vfork":                                 {[]string{"vfork"}, toMain + "breakpoint delete -f\ncontinue", "crew: child exited with 5"},
		"exec":                                  {[]string{"exec"}, toMain + "continue\nbt\ncontinue\nframe variable argc\ncontinue", "crew: became total 30"},
		"step to an exec":                       {[]string{"exec"}, ready + "finish\nnext\nthread list\ncontinue\ncontinue", "crew: became total 30"},
	}
}

// TestLLDBSeesWhatItsOwnServerShows runs each script with our server and with the
// lldb-server of the same installation. Every line that the user sees is the same, except
// those that alike removes.
func TestLLDBSeesWhatItsOwnServerShows(t *testing.T) {
	bin := rseqstep(t)
	stock := tabletest.NeedTool(t, "lldb-server")
	program := tabletest.Build(t, tabletest.Fixture{Source: "crew.c", Opt: "-O0", Flags: []string{"-pthread"}})
	all := scripts()
	for _, name := range tabletest.SomeKeys(t, 4, all) {
		s := all[name]
		t.Run(name, func(t *testing.T) {
			commands := atLines(t, s.commands)
			ours := func(address string) []string {
				return append([]string{bin, "gdbserver", address, program}, s.args...)
			}
			theirs := func(address string) []string {
				return append([]string{stock, "gdbserver", address, "--", program}, s.args...)
			}
			var diff, printed string
			for range 8 { // lldb writes from several threads: a line may be late, or missing at the end
				got, out := lldbBeside(t, program, commands, ours)
				want, _ := lldbBeside(t, program, commands, theirs)
				printed = out
				if diff = cmp.Diff(alike(want), alike(got)); diff == "" {
					break
				}
			}
			if diff != "" {
				t.Errorf("with lldb-server (-) and with ours (+):\n%s", diff)
			}
			if s.prints != "" && !strings.Contains(printed, s.prints+"\n") {
				t.Errorf("the program printed %q, want %q", printed, s.prints)
			}
		})
	}
}

// TestLLDBAttachesAsToItsOwnServer attaches to a working program, with our server and
// with lldb-server, ends its work and detaches.
func TestLLDBAttachesAsToItsOwnServer(t *testing.T) {
	bin := rseqstep(t)
	stock := tabletest.NeedTool(t, "lldb-server")
	program := tabletest.Build(t, tabletest.Fixture{Source: "crew.c", Opt: "-O0", Flags: []string{"-pthread"}})
	var saw [2][]string
	for i, server := range []string{bin, stock} {
		run := exec.Command(program, "spin")
		var out strings.Builder
		run.Stdout = &out
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { run.Process.Kill() })
		text, _ := lldbBeside(t, program, "breakpoint set -n square\nexpression stop = 1\ncontinue\nbt\nbreakpoint delete -f\ndetach", func(address string) []string {
			return []string{server, "gdbserver", address, "--attach", strconv.Itoa(run.Process.Pid)}
		})
		var status *exec.ExitError
		if err := run.Wait(); !errors.As(err, &status) || status.ExitCode() != 7 || out.String() != "crew: spin total 30\n" {
			t.Errorf("%s: the program ended with %v and printed %q", server, err, out.String())
		}
		// Its position at the attach is random.
		_, text, _ = strings.Cut(text, "(lldb) breakpoint set")
		text, _, _ = strings.Cut(text, "(lldb) detach") // whether lldb prints more before it ends is random too
		saw[i] = alike(text)
	}
	if diff := cmp.Diff(saw[1], saw[0]); diff != "" {
		t.Errorf("with lldb-server (-) and with ours (+):\n%s", diff)
	}
}

// atLines replaces AT(TEXT) by line numbers of crew.c.
func atLines(t *testing.T, commands string) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(tabletest.Root(t), "testdata", "crew.c"))
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`AT\([^)]*\)`).ReplaceAllStringFunc(commands, func(at string) string {
		before, _, ok := strings.Cut(string(source), at[len("AT("):len(at)-1])
		if !ok {
			t.Fatalf("crew.c has no %s", at)
		}
		return strconv.Itoa(1 + strings.Count(before, "\n"))
	})
}

// lldbBeside runs lldb's commands against a server that runs the program, and
// returns what lldb's user saw, and the server's standard output.
func lldbBeside(t *testing.T, program, commands string, server func(address string) []string) (saw, printed string) {
	t.Helper()
	address := freePort(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	dir := t.TempDir()
	words := server(address)
	serving := exec.CommandContext(ctx, words[0], words[1:]...)
	out, err := os.Create(filepath.Join(dir, "printed"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	serving.Stdout = out
	if err := serving.Start(); err != nil {
		t.Fatal(err)
	}
	within(t, "the server listens", func() bool {
		b, err := os.ReadFile("/proc/net/tcp")
		return err == nil && listens(string(b), address)
	})
	file := filepath.Join(dir, "commands")
	if err := os.WriteFile(file, []byte("target create "+program+"\ngdb-remote "+address+"\n"+commands+"\nprocess kill\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	// A failing command ends lldb's batch, unless it comes from a file.
	text, err := exec.CommandContext(ctx, tabletest.NeedTool(t, "lldb"), "-x", "-b", "-o", "command source -e 0 -c 0 "+file).CombinedOutput()
	if err != nil {
		t.Errorf("lldb: %v\n%s", err, text)
	}
	cancel()
	serving.Wait() // lldb-server's exit status does not matter here; other tests check ours
	b, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	_, saw, ok := strings.Cut(string(text), "gdb-remote "+address)
	if !ok {
		t.Fatalf("lldb did not connect:\n%s", text)
	}
	return saw, string(b)
}

// alike is what lldb's user saw, sorted by line, without what differs from run to run or
// is meant to differ between the servers.
func alike(saw string) []string {
	for _, r := range []struct{ is, becomes string }{
		{`(?m)^crew:.*\n`, ""},                                                                // lldb-server forwards the program's output; with ours it is in the server's own output
		{`(?m)^ *([fg]s_base|orig_rax) = .*\n`, ""},                                           // shown by ours, or by later versions of lldb-server
		{`stop reason = signal SIGSTOP`, "stop reason = signal SIGTRAP"},                      // of a newly started program; gdb's servers have SIGTRAP
		{`signal SIGSEGV: (invalid address|address not mapped to object)`, "signal SIGSEGV:"}, // lldb 14's words, and those of later versions
		{`fault address[:=] ?`, "fault address "},                                             // lldb 14's words, and those of 21
		{`error: \d+ sending the breakpoint request`, "error: N sending the breakpoint request"},
		{`(?m)^breakpoint refused: .*\n`, ""}, // ours gives the reason
		{`0x[0-9a-f]{7,}`, "ADDR"},
		{`([Pp]rocess) \d+`, "$1 N"},
		{`tid = \d+`, "tid = N"},
		{`(?m)[ \t]+$`, ""},
		{`(?m)^\s*\n`, ""},
	} {
		saw = regexp.MustCompile(r.is).ReplaceAllString(saw, r.becomes)
	}
	lines := strings.Split(saw, "\n")
	slices.Sort(lines)
	return lines
}
