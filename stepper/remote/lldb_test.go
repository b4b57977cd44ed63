package remote

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"rseqstep/table/tabletest"
)

// freePort is a port of the loopback device that nobody has at the moment.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestLLDBStepsOverTheSeedLoop(t *testing.T) {
	lldb := tabletest.NeedTool(t, "lldb")
	bin, program := rseqstep(t), seed(t)
	address := freePort(t)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	server := exec.CommandContext(ctx, bin, "gdbserver", address, program)
	printed := filepath.Join(t.TempDir(), "printed")
	out, err := os.Create(printed)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	server.Stdout = out
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	within(t, "the server listens", func() bool { // without connecting: it has one client
		b, err := os.ReadFile("/proc/net/tcp")
		return err == nil && listens(string(b), address)
	})
	args := []string{"-x", "-b"}
	for _, command := range []string{"target create " + program, "gdb-remote " + address, "breakpoint set -f seed.c -l 17", "continue",
		"next", "thread step-inst", "register read rip", "continue"} {
		args = append(args, "-o", command)
	}
	text, err := exec.CommandContext(ctx, lldb, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("lldb: %v\n%s", err, text)
	}
	wantInOrder(t, string(text), "stop reason = breakpoint 1.1", "stop reason = step over", "seed.c:18", "instruction step", "rip = 0x", "exited with status = 0")
	if err := server.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	if b, err := os.ReadFile(printed); err != nil || string(b) != "attempts 1\n" {
		t.Errorf("the program printed %q, %v", b, err)
	}
}
