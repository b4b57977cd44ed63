package remote

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// "info os" shows the same as on stock gdbserver: the program is in each table.
func TestInfoOSListsTheProgram(t *testing.T) {
	bin, program := rseqstep(t), seed(t)
	script := "break main\ncontinue\ninfo os\ninfo os processes\ninfo os threads\ninfo os procgroups\npython print('is', gdb.selected_inferior().pid)\n" + refused("info os nothing")
	for name, out := range map[string]string{
		"ours":  gdb(t, bin, program, "", "CONNECT\n"+script),
		"stock": gdbRuns(t, program, fmt.Sprintf("target remote | %s - %s\n%s", tabletest.NeedTool(t, "gdbserver"), program, script)),
	} {
		wantInOrder(t, out, "processes ", "Listing of all processes", "procgroups", "threads", "Listing of all threads",
			"pid ", "user ", "command ", "cores", program, "pid ", "command ", "tid ", "core", "seed ", "pgid ", "leader command", "command line", program)
		_, pid, _ := strings.Cut(out, "\nis ")
		pid, _, _ = strings.Cut(pid, "\n")
		if strings.Count(out, "\n"+pid+" ") < 2 {
			t.Errorf("%s: process %s is not in two tables:\n%s", name, pid, out)
		}
	}
	w, _, _ := serve(t, bin, "--multi", "SOCKET")
	if reply := w.ask("qXfer:osdata:read:processes:0,fff"); !strings.HasPrefix(reply, "m<?xml") && !strings.HasPrefix(reply, "l<?xml") {
		t.Errorf("without a process: %.60q", reply)
	}
	if reply := w.ask("qXfer:osdata:read:nothing:0,fff"); !strings.HasPrefix(reply, "E") {
		t.Errorf("a table that there is none of: %q", reply)
	}
}

// The server expands a tilde, as gdbserver does.
func TestWorkingDirectoryMayBeginWithATilde(t *testing.T) {
	bin, program := rseqstep(t), seed(t)
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(home, "below"), 0o755); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{"~": home, "~/": home, "~/below": filepath.Join(home, "below"), "~/below/../": home} {
		out := gdbRuns(t, program, fmt.Sprintf("target extended-remote | HOME=%s %s gdbserver --multi -\nset remote exec-file %s\nset cwd %s\nbreak main\nrun\n"+
			"python print('in', __import__('os').readlink('/proc/%%d/cwd' %% gdb.selected_inferior().pid))\ncontinue\n", home, bin, program, dir))
		wantInOrder(t, out, "Breakpoint 1, main", "in "+want+"\n", "exited normally")
	}
	if _, err := expanded("~nobody-has-this-name/x"); err == nil {
		t.Error("a user that there is none of has a home directory")
	}
}

// gdbserver's users look for this text when a program cannot be started.
func TestServerThatCannotStartItsProgramSaysSo(t *testing.T) {
	out, err := exec.Command(rseqstep(t), "gdbserver", "localhost:0", "/nonexistent/program").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "/nonexistent/program: no such file or directory") || !strings.HasSuffix(string(out), "\nExiting\n") {
		t.Errorf("%v:\n%s", err, out)
	}
}
