package remote

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/stepper/ptrace"
	"rseqstep/table/tabletest"
)

// freePort is a port of the loopback device that is unused at the moment.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// lldb runs lldb's commands and returns its output and the program's. The
// command CONNECT connects to a server that runs the program.
func lldb(t *testing.T, bin, program string, args []string, commands ...string) string {
	t.Helper()
	return tabletest.OnceRound(t, func() string { return lldbRun(t, bin, program, args, commands) })
}

func lldbRun(t *testing.T, bin, program string, args, commands []string) string {
	t.Helper()
	tool := tabletest.NeedTool(t, "lldb")
	address := freePort(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	server := exec.CommandContext(ctx, bin, append([]string{"gdbserver", address, program}, args...)...)
	printed, err := os.Create(filepath.Join(t.TempDir(), "printed"))
	if err != nil {
		t.Fatal(err)
	}
	defer printed.Close()
	server.Stdout = printed
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	within(t, "the server listens", func() bool { // checks without connecting: the server serves one client
		b, err := os.ReadFile("/proc/net/tcp")
		return err == nil && listens(string(b), address)
	})
	words := []string{"-x", "-b", "-o", "target create " + program}
	for _, command := range commands {
		if command == "CONNECT" {
			command = "gdb-remote " + address
		}
		words = append(words, "-o", command)
	}
	text, err := exec.CommandContext(ctx, tool, words...).CombinedOutput()
	_, after, exited := strings.Cut(string(text), " exited with status = ")
	late := exited && (strings.Contains(after, "error: invalid thread") || strings.Contains(after, "error: Command requires a process"))
	if err != nil && !late { // one step more than there are is not an error
		t.Fatalf("lldb: %v\n%s", err, text)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	said, err := os.ReadFile(printed.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + "\nThe program printed:\n" + string(said)
}

func TestLLDBStepsOverTheSeedLoop(t *testing.T) {
	bin, program := rseqstep(t), seed(t)
	pc := ptrace.Arch().Names[ptrace.Arch().PC]
	out := lldb(t, bin, program, nil, "CONNECT", "breakpoint set -f seed.c -l 17", "continue", "next", "thread step-inst", "register read "+pc, "continue")
	wantInOrder(t, out, "stop reason = breakpoint 1.1", "stop reason = step over", "seed.c:18", "instruction step", pc+" = 0x", "exited with status = 0",
		"The program printed:\nattempts 1\n")
}
