//go:build linux

package remote

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// terminal is gdb on a pseudo-terminal of its own, as its user has it.
type terminal struct {
	t      *testing.T
	master *os.File
	said   chan string
	all    strings.Builder
	rest   string // the output that expect has not consumed yet
}

const ctrlC = "\x03"

// onTerminal starts gdb on a new pseudo-terminal (pty(7)).
func onTerminal(t *testing.T, program string) *terminal {
	t.Helper()
	master, slave := tabletest.Terminal(t)
	defer slave.Close()
	cmd := exec.Command(tabletest.NeedTool(t, "gdb"), "-nx", "-q", "-iex", "set debuginfod enabled off", "-iex", "set debug-file-directory /nonexistent",
		"-iex", "set sysroot /", "-iex", "set confirm off", "-iex", "set style enabled off", "-iex", "set pagination off", program)
	cmd.Env = append(os.Environ(), "TERM=dumb", "HOME="+t.TempDir())
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	x := &terminal{t: t, master: master, said: make(chan string, 1024)}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		master.Close()
	})
	go func() {
		defer close(x.said)
		buf := make([]byte, 4096)
		for {
			n, err := master.Read(buf)
			if n > 0 {
				x.said <- string(buf[:n])
			}
			if err != nil {
				return
			}
		}
	}()
	x.expect("(gdb) ")
	return x
}

// types sends gdb its user's input.
func (x *terminal) types(s string) {
	x.t.Helper()
	if _, err := x.master.WriteString(s); err != nil {
		x.t.Fatal(err)
	}
}

// does types a command and waits for the prompt after it.
func (x *terminal) does(command string) string {
	x.t.Helper()
	x.types(command + "\n")
	return x.expect("(gdb) ")
}

// expect waits for a text and returns the output before it.
func (x *terminal) expect(text string) string {
	x.t.Helper()
	deadline := time.After(tabletest.Patience(20 * time.Second))
	for {
		if before, after, ok := strings.Cut(x.rest, text); ok {
			x.rest = after
			return before
		}
		select {
		case s, ok := <-x.said:
			if !ok {
				x.t.Fatalf("gdb ended before %q:\n%s", text, x.all.String())
			}
			x.all.WriteString(s)
			x.rest += s
		case <-deadline:
			x.t.Fatalf("%q did not come:\n%s", text, x.all.String())
		}
	}
}

// runs waits until the process of a server is running: gdb prints "Continuing."
// before it sends the packet.
func (x *terminal) runs() {
	x.t.Helper()
	x.types("continue\n")
	x.expect("Continuing.")
}

const waitsSource = `#include <unistd.h>
int main(void)
{
	int ends[2];
	char c;
	if (pipe(ends)) return 3;
	return read(ends[0], &c, 1) != 1;
}
`

func TestCtrlCInGDBStopsTheProgram(t *testing.T) {
	bin := rseqstep(t)
	programs := map[string]struct{ path, args string }{
		"tight loop":   {path: spin(t)},
		"section loop": {path: tabletest.Build(t, tabletest.Fixture{Source: "hotline.c", Opt: "-O2"}), args: "2000000000"},
		"blocked":      {path: compile(t, "waits", waitsSource, "-g")},
	}
	for _, name := range slices.Sorted(maps.Keys(programs)) {
		p := programs[name]
		for _, tcp := range tabletest.Some(t, 1, []bool{false, true}) {
			connect := fmt.Sprintf("target remote | %s gdbserver - %s %s", bin, p.path, p.args)
			way := "pipe"
			if tcp {
				way = "tcp"
			}
			t.Run(name+" by "+way, func(t *testing.T) {
				if tcp {
					address := freePort(t)
					server := exec.Command(bin, append([]string{"gdbserver", address, p.path}, strings.Fields(p.args)...)...)
					if err := server.Start(); err != nil {
						t.Fatal(err)
					}
					t.Cleanup(func() {
						server.Process.Signal(syscall.SIGTERM)
						server.Wait()
					})
					within(t, "the server listens", func() bool {
						b, err := os.ReadFile("/proc/net/tcp")
						return err == nil && listens(string(b), address)
					})
					connect = "target remote " + address
				}
				x := onTerminal(t, p.path)
				x.does(connect)
				x.does("break main")
				x.does("continue")
				x.does("delete")
				for range 2 {
					x.runs()
					x.types(ctrlC)
					x.expect("received signal SIGINT")
					x.expect("(gdb) ")
				}
				if name != "blocked" {
					x.does("stepi 3") // nothing is left that would stop it again
					if out := x.does("info program"); !strings.Contains(out, "stopped") || strings.Contains(out, "SIGINT") {
						t.Errorf("after three steps: %s", out)
					}
				}
				if out := x.does("kill"); !strings.Contains(out, "killed") {
					t.Errorf("kill: %s", out)
				}
			})
		}
	}
}
