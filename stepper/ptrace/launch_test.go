//go:build linux && (amd64 || arm64)

package ptrace

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

func TestLaunchHoldsAtTheFirstInstructionWithoutATrace(t *testing.T) {
	p := launchBare(t, counted)
	f, err := elf.Open(p.Executable())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r machine.Regs
	if err := p.Regs(p.PID(), &r); err != nil || r.PC() != table.Addr(f.Entry) {
		t.Errorf("PC %v, %v; the entry is %#x", r.PC(), err, f.Entry)
	}
	const none = "0000000000000000"
	for name, want := range map[string]string{
		// The SIGCONT that ended the take-over must not stay pending, and the debugger's
		// own signal mask must not be inherited; ignored signals are inherited, as by any
		// exec (nohup).
		"SigPnd": none, "ShdPnd": none, "SigBlk": none, "SigIgn": statusField(os.Getpid(), "SigIgn"),
	} {
		if v := statusField(p.PID(), name); v != want {
			t.Errorf("%s is %s, not %s", name, v, want)
		}
	}
	if p.Threads()[0] != p.PID() || !p.Held(p.PID()) || !p.Alive() {
		t.Error("not held")
	}
}

func TestLaunchedProgramRunsAsIfAlone(t *testing.T) {
	r, w := pipe(t)
	p := launchWith(t, LaunchOptions{
		Args: []string{"zero", "one"}, Env: []string{"A=b"}, Dir: "/", Stdout: w, NewGroup: true,
	}, `
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static int continued;
static void handler(int s) { continued++; }
int main(int argc, char **argv) {
	char dir[100]; sigset_t s; sigpending(&s); signal(SIGCONT, handler);
	printf("%s %s %s %s %d %d %d\n", argv[0], argv[1], getenv("A"), getcwd(dir, 100), getpgrp() == getpid(),
	       sigismember(&s, SIGCONT), continued);
	return 33;
}`)
	ev, err := p.Run(p.PID(), 0, 0)
	if err != nil || ev.Kind != tracee.EventProcessExit || ev.Status != (tracee.ExitStatus{Code: 33}) {
		t.Errorf("got %+v, %v", ev, err)
	}
	w.Close()
	var line [100]byte
	n, _ := r.Read(line[:])
	if got, want := string(line[:n]), "zero one b / 1 0 0\n"; got != want {
		t.Errorf("the program says %q, want %q", got, want)
	}
}

func TestLaunchSwitchesRandomizationOffAndOn(t *testing.T) {
	path := compile(t, spin)
	stacks := func(aslr bool) map[table.Addr]bool {
		seen := map[table.Addr]bool{}
		for range 4 {
			p, err := Launch(LaunchOptions{Path: path, ASLR: aslr})
			if err != nil {
				t.Fatal(err)
			}
			var r machine.Regs
			if err := p.Regs(p.PID(), &r); err != nil {
				t.Fatal(err)
			}
			if !aslr && len(p.Notes()) > 0 { // personality(2) refused: a note, and ASLR stays enabled
				r.SetSP(0)
			}
			seen[r.SP()] = true
			if err := p.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		return seen
	}
	if n := len(stacks(false)); n != 1 {
		t.Errorf("%d different stacks without ASLR", n)
	}
	if n := len(stacks(true)); n == 1 {
		t.Error("the same stack four times with ASLR")
	}
}

func TestLaunchSaysWhatIsWrong(t *testing.T) {
	tabletest.NeedPtrace(t)
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	header := func(class, data byte, machine, kind uint16) string {
		h := make([]byte, 64)
		copy(h, elf.ELFMAG)
		h[4], h[5], h[6] = class, data, 1
		if data == byte(elf.ELFDATA2MSB) {
			machine, kind = machine<<8|machine>>8, kind<<8|kind>>8
		}
		h[16], h[17], h[18], h[19] = byte(kind), byte(kind>>8), byte(machine), byte(machine>>8)
		return string(h)
	}
	own := uint16(Arch().Machine) // EM_X86_64, 62, or EM_AARCH64, 183
	for _, c := range []struct {
		path  string
		want  error
		words string
	}{
		{filepath.Join(dir, "none"), unix.ENOENT, "no such file"},
		{dir, unix.EISDIR, "directory"},
		{file("data", "some text that is no program", 0o755), unix.ENOEXEC, "not an ELF file"},
		{file("empty", "", 0o755), unix.ENOEXEC, "not an ELF file"},
		{file("script", "#!/bin/sh\n", 0o755), unix.ENOEXEC, "script"},
		{file("long", "#!/bin/sh\necho hello, world\n", 0o755), unix.ENOEXEC, "script"},
		{file("mode", header(2, 1, own, 2), 0o644), unix.EACCES, "not executable"},
		{file("i386", header(1, 1, 3, 2), 0o755), unix.ENOEXEC, "EM_386"},
		{file("s390", header(2, 2, 22, 2), 0o755), unix.ENOEXEC, "EM_S390"},
		{file("object", header(2, 1, own, 1), 0o755), unix.ENOEXEC, "not a program"},
		{file("hollow", header(2, 1, own, 2), 0o755), unix.ENOEXEC, ""},
		{file("arm", header(1, 1, 40, 2), 0o755), unix.ENOEXEC, "32-bit Arm"},
		{file("short", header(1, 1, own, 2), 0o755), unix.ENOEXEC, "with 32-bit pointers"},
		{file("foreign", header(2, 1, 62+183-own, 2), 0o755), unix.ENOEXEC, "only " + Arch().Name + " programs"},
		{file("reversed", header(2, 2, own, 2), 0o755), unix.ENOEXEC, "big-endian"},
	} {
		p, err := Launch(LaunchOptions{Path: c.path})
		if err == nil {
			_ = p.Kill()
		}
		if !errors.Is(err, c.want) || !strings.Contains(fmt.Sprint(err), c.words) {
			t.Errorf("%s: %v; want %v and %q", c.path, err, c.want, c.words)
		}
	}
}

func TestXStateRoundTrips(t *testing.T) {
	p := launch(t, `
#include <string.h>
static double sum;
__attribute__((noinline, noipa)) void ready(double d) { sum = d; }
int main(void) { ready(7); return sum; }`)
	runTo(t, p, "ready")
	area, err := p.XState(p.PID())
	if err != nil {
		t.Fatal(err)
	}
	if argument := area[vector0:][:8]; string(argument) != "\x00\x00\x00\x00\x00\x00\x1c\x40" { // 7.0
		t.Fatalf("the argument is % x of %d bytes", argument, len(area))
	}
	copy(area[vector0:], "\x00\x00\x00\x00\x00\x00\x45\x40") // 42.0
	if err := p.SetXState(p.PID(), area); err != nil {
		t.Fatal(err)
	}
	if ev, err := p.Run(p.PID(), 0, 0); err != nil || ev.Status.Code != 42 {
		t.Errorf("got %+v, %v", ev, err)
	}
}

func TestRseqTellsTheRegistration(t *testing.T) {
	tabletest.NeedRseq(t)
	p := launch(t, spin)
	if c, err := p.Rseq(p.PID()); err != nil || c.Registered() {
		t.Errorf("at the first instruction: %+v, %v", c, err)
	}
	runTo(t, p, "main")
	c, err := p.Rseq(p.PID())
	if err != nil || !c.Registered() || c.Size < 20 || c.Signature != signature {
		t.Errorf("in main: %+v, %v; glibc registers since 2.35", c, err)
	}
	var id [4]byte
	if _, err := p.ReadMemory(c.Area+table.Addr(4), id[:]); err != nil || id[1] == 0xff {
		t.Errorf("cpu_id % x, %v", id, err)
	}
}
