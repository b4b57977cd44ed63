//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"rseqstep/stepper/remote"
	"rseqstep/table/tabletest"
)

// lldbDoes is what lldb prints when it carries out commands.
func lldbDoes(t *testing.T, env []string, program string, commands ...string) string {
	t.Helper()
	script := filepath.Join(t.TempDir(), "script")
	text := "settings set symbols.enable-external-lookup false\nsettings set plugin.process.gdb-remote.packet-timeout 60\n" + strings.Join(commands, "\n") + "\nquit\n"
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), tabletest.Patience(2*time.Minute))
	defer cancel()
	cmd := exec.CommandContext(ctx, tabletest.NeedTool(t, "lldb"), "--no-lldbinit", "--batch", "--no-use-colors", "--source", script)
	if program != "" {
		cmd.Args = append(cmd.Args, program)
	}
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		t.Fatalf("lldb does not end: %v\n%s", err, out)
	}
	return string(out)
}

// eachLLDBServer runs a test with ours under the file name lldb-server, and with
// lldb's own. The shell is their parent: ours takes a program with Delve in it,
// as the tests are, for Delve.
func eachLLDBServer(t *testing.T, run func(t *testing.T, server []string)) {
	tabletest.NeedPtrace(t)
	for name, path := range map[string]string{"ours": named(t, "lldb-server"), "stock": "lldb-server"} {
		t.Run(name, func(t *testing.T) {
			if name == "stock" {
				path = tabletest.NeedTool(t, path)
			}
			run(t, []string{"/bin/sh", "-c", `"$@"; exit $?`, "sh", path})
		})
	}
}

// lldb is given our file by its own means, and runs a program that a
// single-stepper never gets through.
func TestLLDBStartsOursAsItsServer(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	seed := tabletest.Build(t, tabletest.Fixture{Source: "seed.c"})
	out := tabletest.OnceRound(t, func() string {
		return lldbDoes(t, []string{"LLDB_DEBUGSERVER_PATH=" + named(t, "lldb-server"), "WRAPPED=here"}, seed,
			"breakpoint set --name main", "process launch -- a", "next", "next", "next", "next", "next", "continue")
	})
	wanted(t, "lldb", out, `stop reason = breakpoint 1\.1`, `attempts 1`, `exited with status = 0`)
	if strings.Contains(out, "error:") {
		t.Errorf("lldb shows an error:\n%s", out)
	}
	program := words(t)
	out = lldbDoes(t, []string{"LLDB_DEBUGSERVER_PATH=" + named(t, "lldb-server"), "WRAPPED=here"}, program, "process launch -- a b")
	wanted(t, "lldb", out, `\[a\]\[b\] wrapped here, randomized 0`, `exited with status = 3`)
	to := filepath.Join(t.TempDir(), "out")
	lldbDoes(t, []string{"LLDB_DEBUGSERVER_PATH=" + named(t, "lldb-server")}, program, "process launch --stdout "+to+" -- c")
	if got, err := os.ReadFile(to); err != nil || !bytes.Contains(got, []byte("[c]")) {
		t.Errorf("the file named for standard output: %q, %v", got, err)
	}
}

// lldb takes over a process by its own means, and finds what program it is.
func TestLLDBAttachesByOursAsItsServer(t *testing.T) {
	tabletest.NeedPtrace(t)
	program := words(t)
	waits := exec.Command(program, "wait")
	in, err := waits.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := waits.Start(); err != nil {
		t.Fatal(err)
	}
	defer waits.Process.Kill()
	out := lldbDoes(t, []string{"LLDB_DEBUGSERVER_PATH=" + named(t, "lldb-server")}, "", fmt.Sprintf("process attach --pid %d", waits.Process.Pid),
		"breakpoint set --name main", "process detach")
	wanted(t, "lldb", out, `Executable (?:module|binary) set to "\S*/words"`, "where = words`main", `Process \d+ detached`)
	fmt.Fprintln(in)
	if waits.Wait(); waits.ProcessState.ExitCode() != 3 {
		t.Errorf("the process does not go on: %v", waits.ProcessState)
	}
}

// lldb connects to a server on each command line that names a port, and runs
// the program to its end.
func TestLLDBServersCommandLines(t *testing.T) {
	program := words(t)
	eachLLDBServer(t, func(t *testing.T, server []string) {
		for name, line := range map[string]string{
			"pipe":        "gdbserver --pipe 3 localhost:0 -- PROG a",
			"short mode":  "g --pipe=3 127.0.0.1:0 -- PROG a",
			"no host":     "gdbserver --pipe=3 :0 PROG a",
			"log":         "gdbserver --log-file=LOG --log-channels=gdb-remote:lldb --pipe=3 :0 -- PROG a",
			"named pipe":  "gdbserver --named-pipe FIFO localhost:0 -- PROG a",
			"own session": "gdbserver --setsid --pipe=3 localhost:0 -- PROG a",
		} {
			t.Run(name, func(t *testing.T) {
				dir := t.TempDir()
				fifo := filepath.Join(dir, "fifo")
				if err := syscall.Mkfifo(fifo, 0o600); err != nil {
					t.Fatal(err)
				}
				r, w, err := os.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				fill := strings.NewReplacer("PROG", program, "LOG", filepath.Join(dir, "log"), "FIFO", fifo)
				s := startWith(t, []*os.File{w}, server, strings.Fields(fill.Replace(line))...)
				w.Close()
				if name == "named pipe" {
					if r, err = os.Open(fifo); err != nil {
						t.Fatal(err)
					}
				}
				port := readPort(t, r)
				host := "localhost"
				if strings.Contains(line, "127.0.0.1") {
					host = "127.0.0.1" // localhost may be ::1 alone
				}
				out := lldbDoes(t, nil, program, "gdb-remote "+host+":"+port, "continue")
				wanted(t, "lldb", out, `exited with status = 3`)
				wanted(t, "lldb and the server", out+s.words(), `\[a\] wrapped`)
				if status := s.status(); status != 0 {
					t.Errorf("the server ends with status %d, having said\n%s", status, s.words())
				}
				if name == "log" {
					if log, err := os.ReadFile(filepath.Join(dir, "log")); err != nil || len(log) == 0 {
						t.Errorf("the log: %q, %v", log, err)
					}
				}
			})
		}
	})
}

// readPort reads what a server writes to its pipe, up to the zero.
func readPort(t *testing.T, r io.Reader) string {
	t.Helper()
	var text []byte
	for b := make([]byte, 1); ; {
		if _, err := io.ReadFull(r, b); err != nil {
			t.Fatalf("no port: %v, after %q", err, text)
		}
		if b[0] == 0 {
			return string(text)
		}
		text = append(text, b[0])
	}
}

// A server speaks on a descriptor that it is given, and dials where it is told
// to; and takes over a process.
func TestLLDBServersConnections(t *testing.T) {
	program := words(t)
	eachLLDBServer(t, func(t *testing.T, server []string) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		ours, theirs := os.NewFile(uintptr(pair[0]), "ours"), os.NewFile(uintptr(pair[1]), "theirs")
		defer ours.Close()
		start := func(line string) *serving {
			return startWith(t, []*os.File{theirs}, server, strings.Fields(line)...)
		}
		s := start("gdbserver --fd=3")
		theirs.Close()
		if got := asks(t, ours, "qHostInfo"); !strings.Contains(got, "triple:") {
			t.Errorf("--fd: %q", got)
		}
		ours.Close()
		if status := s.status(); status != 0 {
			t.Errorf("--fd: status %d", status)
		}
		s = startWith(t, nil, server, "gdbserver", "--reverse-connect", l.Addr().String(), "--", program)
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if got := asks(t, conn, "qProcessInfo"); !strings.Contains(got, "pid:") {
			t.Errorf("--reverse-connect: %q", got)
		}
		conn.Close()
		s.status()

		waits := exec.Command(program, "wait")
		in, err := waits.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := waits.Start(); err != nil {
			t.Fatal(err)
		}
		s = startWith(t, nil, server, "gdbserver", "--attach", fmt.Sprint(waits.Process.Pid), "--reverse-connect", l.Addr().String())
		if conn, err = l.Accept(); err != nil {
			t.Fatal(err)
		}
		if got, want := asks(t, conn, "qProcessInfo"), fmt.Sprintf("pid:%x;", waits.Process.Pid); !strings.HasPrefix(got, want) {
			t.Errorf("--attach: %q, not %q", got, want)
		}
		asks(t, conn, "D")
		conn.Close()
		s.status()
		fmt.Fprintln(in)
		if waits.Wait(); waits.ProcessState.ExitCode() != 3 {
			t.Errorf("the process does not go on: %v", waits.ProcessState)
		}
	})
}

// asks sends a packet and returns the answer.
func asks(t *testing.T, conn io.ReadWriter, packet string) string {
	t.Helper()
	if _, err := conn.Write(remote.Frame([]byte(packet))); err != nil {
		t.Fatal(err)
	}
	var d remote.Decoder
	for b := make([]byte, 1); ; {
		if _, err := io.ReadFull(conn, b); err != nil {
			t.Fatalf("no answer to %s: %v", packet, err)
		}
		if d.Feed(b[0]) == remote.Packet {
			if _, err := conn.Write([]byte("+")); err != nil {
				t.Fatal(err)
			}
			return string(d.Payload)
		}
	}
}

// lldb's "platform connect": a program that is copied there, run, and seen to
// print; files, processes and commands.
func TestLLDBPlatforms(t *testing.T) {
	program := words(t)
	eachLLDBServer(t, func(t *testing.T, server []string) {
		dir := t.TempDir()
		file := filepath.Join(dir, "port")
		words := slices.Concat(server[1:], []string{"platform", "--server", "--listen", "127.0.0.1:0", "--socket-file", file})
		cmd := exec.Command(server[0], words...)
		cmd.Dir = dir
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
			cmd.Wait()
		}()
		var port []byte
		until(t, "the port", func() bool {
			var err error
			port, err = os.ReadFile(file)
			return err == nil && len(port) > 0
		})
		for range 2 { // it stays for the next one
			out := lldbDoes(t, nil, program, "platform select remote-linux", "platform connect connect://127.0.0.1:"+strings.TrimSpace(string(port)),
				"breakpoint set --name main", "process launch -- a b", "continue",
				"platform shell echo hi", "platform get-size "+program, "platform put-file "+program+" "+filepath.Join(dir, "copy"))
			wanted(t, "lldb", out, `Connected: yes`, `stop reason = breakpoint 1\.1`, `\[a\]\[b\] wrapped`, `exited with status = 3`, `(?m)^hi$`, `File size of \S+ \(remote\): \d+`)
			a, err := os.ReadFile(program)
			if err != nil {
				t.Fatal(err)
			}
			if b, err := os.ReadFile(filepath.Join(dir, "copy")); err != nil || !bytes.Equal(a, b) {
				t.Errorf("the copy has %d bytes of %d: %v", len(b), len(a), err)
			}
		}
	})
}

// Command lines that are wrong end both; ours with a status that says so, lldb's
// own with 0 for some of them.
func TestLLDBServersRefuse(t *testing.T) {
	eachLLDBServer(t, func(t *testing.T, server []string) {
		ours := strings.HasPrefix(server[len(server)-1], os.TempDir())
		for line, says := range map[string]string{
			"":                               "give a mode",
			"bad":                            "unknown command",
			"gdbserver":                      "no connection arguments",
			"gdbserver --bad :0":             "unknown flag",
			"gdbserver --fd=x":               "invalid argument",
			"gdbserver --attach 99999999 :0": "failed to attach to pid 99999999",
			"gdbserver :0 -- /nonexistent/x": "failed to launch '/nonexistent/x'",
			"platform":                       "give --listen",
			"platform --bad":                 "unknown flag",
		} {
			s := startWith(t, nil, server, strings.Fields(line)...)
			if status := s.status(); ours && status != 1 && status != 2 {
				t.Errorf("%q: status %d", line, status)
			}
			if ours {
				wanted(t, "the server", s.words(), says)
			}
		}
	})
}

func TestLLDBAddresses(t *testing.T) {
	for s, want := range map[string]string{"1234": ":1234", ":1234": ":1234", "*:1": "0.0.0.0:1", "listen://h:1": "h:1", "connect://h:1": "h:1",
		"unix-accept:///a/b": "unix:/a/b", "unix-connect:///a/b": "unix:/a/b", "localhost:0": "localhost:0", "": ""} {
		if got := lldbAddress(s); got != want {
			t.Errorf("%q: %q, not %q", s, got, want)
		}
	}
}

// lldb attaches by a program's name: to the process that is there, to the next that
// comes though one is there, and to either.
func TestLLDBAttachesByName(t *testing.T) {
	tabletest.NeedPtrace(t)
	const many = 1000
	built := words(t)
	for name, row := range map[string]struct {
		flags   string
		there   bool // one is there
		comes   int  // how many are yet to come, at most
		refused string
	}{
		"there":                  {"", true, 0, ""},
		"none":                   {"", false, 0, "error: "},
		"next":                   {"--waitfor", false, many, ""},
		"next, and one is there": {"--waitfor", true, many, ""},
		"either, there":          {"--waitfor --include-existing", true, 0, ""},
		"either, next":           {"--waitfor --include-existing", false, 1, ""}, // of several that are there it takes none,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := filepath.Join(t.TempDir(), "words"+strings.NewReplacer(" ", "", ",", "").Replace(name))
			copied(t, built, program)
			var before, later []*exec.Cmd
			start := func(list *[]*exec.Cmd) error {
				cmd := exec.Command(program, "wait")
				if _, err := cmd.StdinPipe(); err != nil {
					return err
				}
				*list = append(*list, cmd)
				return cmd.Start()
			}
			if row.there {
				if err := start(&before); err != nil {
					t.Fatal(err)
				}
			}
			// When lldb has begun to wait nobody says: one comes every second until it has one.
			over, ended := make(chan struct{}), make(chan error, 1)
			go func() {
				var err error
				for len(later) < row.comes && err == nil {
					select {
					case <-over:
						ended <- nil
						return
					case <-time.After(time.Second):
						err = start(&later)
					}
				}
				ended <- err
			}()
			out := lldbDoes(t, []string{"LLDB_DEBUGSERVER_PATH=" + named(t, "lldb-server")}, "",
				"process attach --name "+filepath.Base(program)+" "+row.flags, "process status", "process detach")
			close(over)
			err := <-ended
			want := before
			if row.comes > 0 {
				want = later
			}
			var pids []string
			for _, cmd := range slices.Concat(before, later) {
				defer cmd.Wait()
				defer cmd.Process.Kill()
			}
			for _, cmd := range want {
				pids = append(pids, strconv.Itoa(cmd.Process.Pid))
			}
			switch {
			case err != nil:
				t.Fatal(err)
			case row.refused != "":
				wanted(t, "lldb", out, row.refused)
			default:
				one := "(?:" + strings.Join(pids, "|") + ")"
				wanted(t, "lldb", out, "Process "+one+" stopped", "Process "+one+" detached")
			}
		})
	}
}

// copied copies an executable.
func copied(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o755); err != nil {
		t.Fatal(err)
	}
}
