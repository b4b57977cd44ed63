package remote

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// patience is how long a debugger may take in one test: a hang is a failure.
var patience = tabletest.Patience(2 * time.Minute)

// rseqstep is the program that is the server.
func rseqstep(t *testing.T) string {
	t.Helper()
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	return tabletest.Command(t)
}

// gdb runs gdb with a script and returns what it printed. In the script,
// CONNECT stands for the connection to a server on a pipe that runs the program.
func gdb(t *testing.T, bin, program, args, script string) string {
	t.Helper()
	connect := fmt.Sprintf("target remote | %s gdbserver - %s %s", bin, program, args)
	return gdbRuns(t, program, strings.ReplaceAll(script, "CONNECT", connect))
}

// gdbMulti is gdb for a script that starts the program itself.
func gdbMulti(t *testing.T, bin, program, script string) string {
	t.Helper()
	return gdbRuns(t, program, fmt.Sprintf("target extended-remote | %s gdbserver --multi -\nset remote exec-file %s\n", bin, program)+script)
}

func gdbRuns(t *testing.T, program, script string) string {
	t.Helper()
	return tabletest.OnceRound(t, func() string { return gdbRun(t, program, script) })
}

func gdbRun(t *testing.T, program, script string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "script")
	text := "set debuginfod enabled off\nset debug-file-directory /nonexistent\nset confirm off\nset width 0\nset sysroot /\n" + script
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, tabletest.NeedTool(t, "gdb"), "-nx", "-q", "-batch", "-x", file, program)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("gdb: %v\n%s", err, out)
	}
	return string(out)
}

// wantInOrder fails unless out contains the texts in this order.
func wantInOrder(t *testing.T, out string, texts ...string) {
	t.Helper()
	rest := out
	for _, s := range texts {
		i := strings.Index(rest, s)
		if i < 0 {
			t.Fatalf("%q is missing, or not in its place, in\n%s", s, out)
		}
		rest = rest[i+len(s):]
	}
}

// wire is a client that sends packets itself.
type wire struct {
	t    *testing.T
	conn net.Conn
	d    Decoder
}

// serve starts a server on a Unix socket and connects to it. The command ends
// with the test.
func serve(t *testing.T, bin string, args ...string) (*wire, *exec.Cmd, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "socket")
	words := append([]string{"gdbserver"}, args...)
	for i, w := range words {
		if w == "SOCKET" {
			words[i] = "unix:" + path
		}
	}
	cmd := exec.Command(bin, words...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	})
	return dial(t, path), cmd, path
}

func dial(t *testing.T, path string) *wire {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("unix", path)
		if err == nil {
			w := &wire{t: t, conn: conn}
			t.Cleanup(func() { conn.Close() })
			conn.SetDeadline(time.Now().Add(patience))
			return w
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// ask sends a packet and returns the answer, without console output.
func (w *wire) ask(p string) string {
	w.t.Helper()
	w.say(p)
	return w.answer()
}

func (w *wire) say(p string) {
	w.t.Helper()
	if _, err := w.conn.Write(Frame([]byte(p))); err != nil {
		w.t.Fatal(err)
	}
}

func (w *wire) answer() string {
	w.t.Helper()
	buf := make([]byte, 1)
	for {
		if _, err := w.conn.Read(buf); err != nil {
			w.t.Fatalf("no answer: %v", err)
		}
		if w.d.Feed(buf[0]) == Packet && (len(w.d.Payload) < 2 || w.d.Payload[0] != 'O' || string(w.d.Payload) == "OK") {
			return string(w.d.Payload)
		}
	}
}

// listens reports whether /proc/net/tcp has a socket that listens on the port
// of address (proc(5): local address and port in hexadecimal, state 0A is
// LISTEN).
func listens(table, address string) bool {
	_, port, _ := net.SplitHostPort(address)
	n, err := strconv.Atoi(port)
	if err != nil {
		return false
	}
	for _, line := range strings.Split(table, "\n") {
		f := strings.Fields(line)
		if len(f) > 3 && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", n)) && f[3] == "0A" {
			return true
		}
	}
	return false
}
