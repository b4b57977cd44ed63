package remote

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"rseqstep/table/tabletest"
)

// Each packet that clients send and no other test covers, and the answer that
// the gdb manual ("General Query Packets", "Packets") specifies.
func TestPacketsAreAnsweredAsTheManualSays(t *testing.T) {
	bin, program := rseqstep(t), spin(t)
	w, _, _ := serve(t, bin, "SOCKET", program)
	w.ask("qSupported:multiprocess+;swbreak+;hwbreak+")
	w.ask("QStartNoAckMode")
	pid := pidOf(t, w)
	t.Cleanup(func() { syscall.Kill(pid, syscall.SIGKILL) }) // the test detaches in the end
	this := fmt.Sprintf("p%x.%x", pid, pid)
	for _, c := range []struct{ say, want string }{
		{"!", "OK"},
		{"vMustReplyEmpty", ""},
		{"vCont?", "vCont;c;C;s;S;t;r"},
		{"vCont;t", "OK"}, // everything is stopped already
		{"vCont;t:" + this, "OK"},
		{"vCont;c:p1.1", "E.the packet resumes nothing"},
		{"qC", "QC" + this},
		{"qAttached", "0"},
		{fmt.Sprintf("qAttached:%x", pid), "0"},
		{"qAttached:1", "E01"},
		{"QNonStop:0", "OK"},
		{"QNonStop:1", "E.non-stop mode is not supported: other threads may be stopped while a section is stepped over"},
		{"QThreadEvents:1", ""}, // not offered: gdb asks for it only in non-stop mode
		{"QPassSignals:e;10", "OK"},
		{"QProgramSignals:0;1;3", "OK"},
		{"QCatchSyscalls:1;1;e7", "OK"},
		{"QCatchSyscalls:x", "E.the packet cannot be understood"},
		{"QCatchSyscalls:0", "OK"},
		{"QStartupWithShell:0", "OK"},
		{"QSetDisableASLR:1", "OK"},
		{"QSetWorkingDir:" + toHex("/tmp"), "OK"},
		{"QSetWorkingDir:zz", "E.the packet cannot be understood"},
		{"QEnvironmentHexEncoded:" + toHex("A=b=c"), "OK"},
		{"QEnvironmentUnset:" + toHex("A"), "OK"},
		{"QEnvironmentReset", "OK"},
		{"qXfer:memory-map:read::0,100", ""}, // gdb treats what a map omits as no memory
		{"qXfer:threads:read::0,4", "m<?xm"},
		{"qXfer:siginfo:write::zz:a", "E01"},
		{"qXfer:siginfo:write::0:", "0"},
		{"qXfer:siginfo:write::81:a", "E01"}, // beyond its end
		{"qXfer:features:read:other.xml:0,10", "E01"},
		{"H" + "g" + this, "OK"},
		{"Hgp1.1", "E01"},
		{"Hc-1", "OK"},
		{"T" + this, "OK"},
		{"Tp1.1", "E01"},
		{"D;1", "E01"},
		{"vKill;1", "E.process 1 is not debugged here"},
		{"vKill", "E.the packet cannot be understood"},
		{"Z5,0,1", ""},
		{"Z3,0,1", ""}, // the processor has no watchpoint for loads without stores: gdb, after the refusal, distinguishes them itself
		{"qUnheardOf", ""}, {"QUnheardOf", ""}, {"vUnheardOf", ""}, {"b", ""}, {"_", ""},
		{fmt.Sprintf("D;%x", pid), "OK"},
		{"?", "W00"},
		{"D", "E01"},
		{"m0,1", "E01"},
	} {
		if got := w.ask(c.say); got != c.want {
			t.Errorf("%s: %q, want %q", c.say, got, c.want)
		}
	}
}

func TestMemoryIsSearched(t *testing.T) {
	bin := rseqstep(t)
	program := compile(t, "needle", "#include <string.h>\nchar hay[300000]; int main(void) { memcpy(hay + 250000, \"needle\", 6); return hay[0]; }\n", "-g", "-no-pie")
	out := gdb(t, bin, program, "", "CONNECT\nbreak main\ncontinue\nnext\nfind &hay[0], +sizeof(hay), 'n', 'e', 'e', 'd', 'l', 'e'\nfind &hay[0], +1000, 'q', 'e'\ncontinue\n")
	wantInOrder(t, out, "<hay+250000>", "1 pattern found", "Pattern not found")
}

// gdb's settings for later programs take effect, in extended mode.
func TestProgramsAreStartedAsTheClientSays(t *testing.T) {
	bin := rseqstep(t)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	printed := filepath.Join(dir, "printed")
	program := compile(t, "tells", `#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/personality.h>
int main(int argc, char **argv)
{
	char dir[4096];
	FILE *f = fopen(argv[1], "a");
	fprintf(f, "A=%s HOME=%s dir=%s fixed=%d last=%s\n", getenv("A"), getenv("HOME"), getcwd(dir, sizeof dir),
		!!(personality(0xffffffff) & ADDR_NO_RANDOMIZE), argv[argc - 1]);
	return 0;
}
`, "-g")
	script := fmt.Sprintf("target extended-remote | %s gdbserver --multi -\nset remote exec-file %s\nset args %s 'two words'\n"+
		"set environment A b=c\nunset environment HOME\nset cwd %s\nrun\nset disable-randomization off\nset args %s\nstart\nrun\nstart\nkill\nrun\n",
		bin, program, printed, dir, printed)
	gdb(t, bin, program, "", script)
	b, err := os.ReadFile(printed)
	want := fmt.Sprintf("A=b=c HOME=(null) dir=%s fixed=%%d last=%%s\n", dir)
	if err != nil || string(b) != fmt.Sprintf(want, 1, "two words")+fmt.Sprintf(want, 0, printed)+fmt.Sprintf(want, 0, printed) {
		t.Errorf("%v; the programs found\n%s", err, b)
	}
}

func TestRestartPacketStartsAnew(t *testing.T) {
	bin, program := rseqstep(t), spin(t)
	w, _, _ := serve(t, bin, "--multi", "SOCKET", program)
	w.ask("QStartNoAckMode")
	first := pidOf(t, w)
	w.say("R00")
	second := pidOf(t, w)
	if second == first || tabletest.Running(first) || !tabletest.Running(second) {
		t.Errorf("process %d, then %d", first, second)
	}
	if reply := w.ask("?"); !strings.HasPrefix(reply, "T05") {
		t.Errorf("its stop: %q", reply)
	}
}

// Where the restart fails, the program being gone or never named, the server goes on without a
// process.
func TestRestartPacketWithoutAProgram(t *testing.T) {
	bin, program := rseqstep(t), spin(t)
	for name, args := range map[string][]string{"never named": {"--multi", "SOCKET"}, "removed since": {"--multi", "SOCKET", program}} {
		w, _, _ := serve(t, bin, args...)
		w.ask("QStartNoAckMode")
		first := 0
		if len(args) > 2 {
			first = pidOf(t, w)
			if err := os.Rename(program, program+".away"); err != nil {
				t.Fatal(err)
			}
		}
		w.say("R00")
		if reply := w.ask("g"); !strings.HasPrefix(reply, "E") {
			t.Errorf("%s: registers %q", name, reply)
		}
		if first != 0 && tabletest.Running(first) {
			t.Errorf("%s: the first process still runs", name)
		}
		if reply := w.ask("?"); reply != "W00" {
			t.Errorf("%s: its stop: %q", name, reply)
		}
		w.say("R00")
		if reply := w.ask("?"); reply != "W00" {
			t.Errorf("%s: after another restart: %q", name, reply)
		}
	}
}

// A detach does not deliver a signal that the client dropped, and does deliver
// one that it passed.
func TestSignalsOfADetachedProgram(t *testing.T) {
	bin := rseqstep(t)
	program := compile(t, "signalled", `#include <signal.h>
#include <stdio.h>
#include <unistd.h>
static volatile int got;
static void on(int sig) { got = sig; }
int main(int argc, char **argv)
{
	signal(SIGUSR1, on);
	raise(SIGUSR1);
	FILE *f = fopen(argv[1], "w");
	fprintf(f, "got %d\n", got);
	return fclose(f);
}
`)
	for list, want := range map[string]string{"0;1": "got 0\n", "0;1e": "got 10\n"} { // 30 is gdb's SIGUSR1
		printed := filepath.Join(t.TempDir(), "printed")
		w, _, _ := serve(t, bin, "SOCKET", program, printed)
		w.ask("QStartNoAckMode")
		w.ask("QProgramSignals:" + list)
		if reply := w.ask("vCont;c"); !strings.HasPrefix(reply, "T1e") {
			t.Fatalf("stopped by %q", reply)
		}
		w.ask("D")
		within(t, want, func() bool {
			b, err := os.ReadFile(printed)
			return err == nil && string(b) == want
		})
	}
}
