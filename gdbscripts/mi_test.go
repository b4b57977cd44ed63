package gdbscripts

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

func TestRecordsOfMIAreParsed(t *testing.T) {
	r := parseMI(`12^done,bkpt={number="1",at="a \"b\"",empty=[],list=[{x="1"},{x="2"}]},stack=[frame={level="0"},frame={level="1"}]`)
	if r.token != "12" || r.kind != '^' || r.class != "done" || r.text("bkpt", "at") != `a "b"` || r.text("bkpt", "number") != "1" {
		t.Errorf("%+v", r)
	}
	if got := fmt.Sprint(r.results["stack"], r.results["bkpt"].(map[string]any)["list"]); got != "[map[level:0] map[level:1]] [map[x:1] map[x:2]]" {
		t.Error(got)
	}
	if r := parseMI(`~"a\nb"`); r.kind != '~' || r.class != "a\nb" {
		t.Errorf("%+v", r)
	}
	if r := parseMI("attempts 1"); r.kind != 0 || r.class != "attempts 1" {
		t.Errorf("%+v", r)
	}
}

// Each of an editor's steps passes the loop of the original report.
func TestAnEditorPassesTheSeedLoop(t *testing.T) {
	program := tabletest.Build(t, seedLoop)
	for _, interpreter := range tabletest.Some(t, 1, []string{"mi", "mi2", "mi3"}) {
		f := startFront(t, hostGDB(t, "-i="+interpreter, program))
		f.do("-break-insert 17")
		for _, how := range []string{"next", "next-instruction", "step-instruction"} {
			f.runTo("breakpoint-hit", "-exec-run")
			at := f.runTo("end-stepping-range", "-exec-%s", how)
			for n := 0; at.text("frame", "line") != "18"; n++ {
				if n == 1000 {
					t.Fatalf("-exec-%s is in line 17 still", how)
				}
				at = f.runTo("end-stepping-range", "-exec-%s", how)
			}
			if v := f.do("-data-evaluate-expression v").text("value"); v != "1" {
				t.Errorf("-exec-%s: v is %s", how, v)
			}
		}
		f.runTo("exited-normally", "-exec-continue")
		f.do("-gdb-exit")
	}
}

// A breakpoint in a section of four threads costs no update: with a condition that never
// holds, and hit.
func TestAnEditorsBreakpointInASectionLosesNoUpdate(t *testing.T) {
	program := counterProgram(t)
	f := startFront(t, hostGDB(t, "-i=mi", "--args", program, "4", "200"))
	f.do(`-break-insert -c "$rsp == 0" *commit_store`)
	f.do("-break-insert -t *commit_store")
	at := f.runTo("breakpoint-hit", "-exec-run")
	if got := at.text("frame", "func"); got != "compare_and_store" {
		t.Errorf("it stops in %q", got)
	}
	f.do("-exec-continue")
	f.wait("sum", func(r miRecord) bool { return strings.Contains(r.class, "sum 800 of 800") })
	f.wait("end", func(r miRecord) bool { return r.text("reason") == "exited-normally" })
}

// A vector has gdb's printer's children, in a variable object.
func TestAnEditorSeesAVector(t *testing.T) {
	f := startFront(t, hostGDB(t, "-i=mi", hostProgram(t)))
	f.do("-enable-pretty-printing")
	f.do("-break-insert -f add")
	f.do("-exec-arguments one two")
	f.runTo("breakpoint-hit", "-exec-run")
	f.runTo("function-finished", "-exec-finish")
	v := f.do("-var-create v * numbers")
	if v.text("dynamic") != "1" || !strings.Contains(v.text("value")+v.text("displayhint"), "array") {
		t.Fatalf("no printer of libstdc++'s is at work: %v", v.results)
	}
	if got := f.do("-var-list-children --all-values v"); got.text("numchild") != "3" || !strings.Contains(fmt.Sprint(got.results), "value:3") {
		t.Errorf("children %v", got.results)
	}
	f.runTo("end-stepping-range", "-exec-next")
	f.do("-var-update --all-values v")
	if got := f.do("-var-list-children --all-values v").text("numchild"); got != "4" && got != "3" {
		t.Errorf("%s children", got)
	}
	if got := f.runTo("exited", "-exec-continue").text("exit-code"); got != "07" {
		t.Errorf("exit code %s", got)
	}
}

// The terminal that an editor names is the program's: VS Code's C++ extension gives
// --tty, Emacs -inferior-tty-set.
func TestTheProgramHasTheTerminalThatAnEditorNames(t *testing.T) {
	ways := map[string]func(tty string) (args, commands []string){
		"--tty":             func(tty string) ([]string, []string) { return []string{"--tty=" + tty}, nil },
		"-inferior-tty-set": func(tty string) ([]string, []string) { return nil, []string{"-inferior-tty-set " + tty} },
	}
	program := hostProgram(t)
	for _, way := range tabletest.SomeKeys(t, 1, ways) {
		t.Run(way, func(t *testing.T) {
			master, slave := tabletest.Terminal(t)
			defer slave.Close()
			defer master.Close()
			args, commands := ways[way](slave.Name())
			f := startFront(t, hostGDB(t, append(args, "-i=mi", "--args", program, "read")...))
			for _, c := range commands {
				f.do("%s", c)
			}
			for range 2 {
				f.do("-exec-run")
				if _, err := io.WriteString(master, "typed\n\x04"); err != nil {
					t.Fatal(err)
				}
				f.stop()
			}
			slave.Close()
			text := readAll(master)
			wantInOrder(t, text, "terminals 1 1 1", "line typed", "terminals 1 1 1", "line typed")
			if said := f.said(); strings.Contains(said, "line typed") {
				t.Errorf("gdb's output has the program's:\n%s", said)
			}
		})
	}
}

// readAll is what a terminal has received whose other end is closed everywhere.
func readAll(master *os.File) string {
	var text []byte
	buf := make([]byte, 4096)
	for {
		n, err := master.Read(buf)
		text = append(text, buf[:n]...)
		if err != nil {
			return string(text)
		}
	}
}

// An editor pauses the program by a command, or as VS Code's C++ extension does by a SIGINT
// to the process that gdb has named.
func TestAnEditorPausesTheProgram(t *testing.T) {
	ways := map[string]func(f *front, pid int){
		"-exec-interrupt": func(f *front, _ int) { f.do("-exec-interrupt") },
		"SIGINT": func(f *front, pid int) {
			if err := syscall.Kill(pid, syscall.SIGINT); err != nil {
				f.t.Fatal(err)
			}
		},
	}
	program := hostProgram(t)
	for _, way := range tabletest.SomeKeys(t, 1, ways) {
		t.Run(way, func(t *testing.T) {
			f := startFront(t, hostGDB(t, "-i=mi", "--args", program, "wait"))
			if way == "-exec-interrupt" {
				f.do("-gdb-set mi-async on")
			}
			f.do("-exec-run")
			f.seen = 0
			group := f.wait("process", func(r miRecord) bool { return r.class == "thread-group-started" })
			f.wait("output", func(r miRecord) bool { return strings.HasPrefix(r.class, "terminals") })
			pid, err := strconv.Atoi(group.text("pid"))
			if err != nil {
				t.Fatal(err)
			}
			ways[way](f, pid)
			if r := f.stop(); r.text("signal-name") != "SIGINT" && r.text("signal-name") != "0" {
				t.Errorf("it stops with %v", r.results)
			}
			f.do("-gdb-set var over = 1")
			if got := f.runTo("exited", "-exec-continue").text("exit-code"); got != "07" {
				t.Errorf("exit code %s", got)
			}
		})
	}
}

// VS Code's C++ extension has a terminal run a shell, and that gdb in the background, with
// pipes for MI and the terminal for the program. The terminal is the shell's: neither the
// program nor gdb may take it away.
func TestAnEditorsTerminalStaysItsShells(t *testing.T) {
	dir := t.TempDir()
	link := dir + "/rseqstep-gdb"
	if err := os.Symlink(server(t), link); err != nil {
		t.Fatal(err)
	}
	for _, pipe := range []string{"in", "out"} {
		if err := syscall.Mkfifo(dir+"/"+pipe, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	master, slave := tabletest.Terminal(t)
	defer master.Close()
	shell := exec.Command("/bin/sh", "-c", `set -o monitor; "$0" --interpreter=mi -nx --tty=$(tty) < "$1/in" > "$1/out" & wait $!; read line; echo "shell read $line"`, link, dir)
	shell.Env = append(os.Environ(), "XDG_DATA_HOME="+dir, "PYTHONDONTWRITEBYTECODE=1")
	shell.Stdin, shell.Stdout, shell.Stderr = slave, slave, slave
	shell.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	limit := time.AfterFunc(patience, func() { _ = shell.Process.Kill() })
	defer limit.Stop()
	in, err := os.OpenFile(dir+"/in", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Open(dir + "/out")
	if err != nil {
		t.Fatal(err)
	}
	f := talkMI(t, in, out)
	f.do("-file-exec-and-symbols %s", hostProgram(t))
	f.do("-exec-arguments read")
	f.do("-break-insert -f main")
	f.runTo("breakpoint-hit", "-exec-run")
	f.do("-exec-continue")
	if _, err := io.WriteString(master, "typed\n\x04"); err != nil {
		t.Fatal(err)
	}
	if got := f.stop().text("exit-code"); got != "07" {
		t.Errorf("exit code %s\n%s", got, f.said())
	}
	f.do("-gdb-exit")
	if _, err := io.WriteString(master, "more\n"); err != nil {
		t.Fatal(err)
	}
	if err := shell.Wait(); err != nil {
		t.Errorf("the shell: %v", err)
	}
	wantInOrder(t, readAll(master), "terminals 1 1 1", "line typed", "shell read more")
}
