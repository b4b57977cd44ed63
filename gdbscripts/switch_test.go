package gdbscripts

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// The two ways to where a test begins: with the server from the start, or
// handed over as the process stands there. BREAK is the place.
var ways = map[string]string{
	"before run": "rseq on\nbreak BREAK\nrun\n",
	"adopted":    "break BREAK\nrun\nrseq on\n",
}

// inBothWays runs a script from a place on.
func inBothWays(t *testing.T, fixture tabletest.Fixture, place, script string, check func(t *testing.T, out string)) {
	t.Helper()
	bin := server(t)
	program := tabletest.Build(t, fixture)
	for _, name := range tabletest.SomeKeys(t, 1, ways) {
		t.Run(name, func(t *testing.T) {
			check(t, gdb(t, switching(bin)+strings.Replace(ways[name], "BREAK", place, 1)+script, program))
		})
	}
}

var seedLoop = tabletest.Fixture{Source: "seed.c"}

// The loop of the original report, by each of gdb's own commands: one attempt.
func TestRseqOnPassesTheSeedLoopByEveryCommand(t *testing.T) {
	commands := map[string]string{
		"next":  "next\n",
		"until": "until\n",
		"step":  "step\nstep\nstep\nstep\n",
		"stepi": strings.Repeat("stepi\n", 40),
	}
	for _, name := range tabletest.SomeKeys(t, 2, commands) {
		t.Run(name, func(t *testing.T) {
			inBothWays(t, seedLoop, "17", commands[name]+"info locals\ncontinue\n", func(t *testing.T, out string) {
				wantInOrder(t, out, "Breakpoint 1, main", "attempts 1\n", "exited normally")
				if name == "next" || name == "until" {
					wantInOrder(t, out, "Breakpoint 1, main", "18\t", "v = 1\n")
				}
			})
		})
	}
}

func TestRseqOnWatchesAndFinishesInTheSeedLoop(t *testing.T) {
	inBothWays(t, seedLoop, "17", "delete 1\nwatch v\ncontinue\nbreak seed.c:18\nfinish\ndelete 2\ncontinue\np attempts\ncontinue\n", func(t *testing.T, out string) {
		wantInOrder(t, out, "Hardware watchpoint 2: v", "Old value = 0", "New value = 1", "Breakpoint 3, main", "$1 = 1\n", "attempts 1\n", "exited normally")
	})
}

func TestRseqOnStepsThroughTheVDSO(t *testing.T) {
	fixture := tabletest.Fixture{Source: "vdso.c"}
	inBothWays(t, fixture, "15", "next\nnext\nnext\nnext\ncontinue\n", func(t *testing.T, out string) {
		wantInOrder(t, out, "Breakpoint 1, main", "16\t", "17\t", "18\t", "20\t", "ok\n", "exited normally")
	})
	inBothWays(t, fixture, "15", "stepi 2500\ncontinue\n", func(t *testing.T, out string) {
		wantInOrder(t, out, "Breakpoint 1, main", "returned", "ok\n", "exited normally")
	})
}

func TestAChangeOfHandsIsUnseen(t *testing.T) {
	bin := server(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "hands.c"})
	out := gdb(t, switching(bin)+`break looked_at
run
tbreak main
python from_lwp = {t.ptid[1]: t.num for t in gdb.selected_inferior().threads()}
up
watch end
display told
break count thread 2
rseq on
python print("same threads", from_lwp == {t.ptid[1]: t.num for t in gdb.selected_inferior().threads()})
python print("level", gdb.selected_frame().level())
info breakpoints
continue
rseq off
continue
rseq on
rseq off
delete
set var over = 1
continue
`, program)
	wantInOrder(t, out, "Watchpoint 3 (end) is now number", "rseq is on", "same threads True", "level 1", "watchpoint",
		"stop only in thread 2", "hit Breakpoint 1", "rseq is off", "hit Breakpoint 1", "continued 0, told 0", "exited normally")
}

// A signal that the program has stopped for is delivered when it goes on, once.
func TestAPendingSignalIsPassedOnOnce(t *testing.T) {
	bin := server(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "hands.c"})
	out := gdb(t, switching(bin)+`tbreak looked_at
run
python import os, signal
python os.kill(gdb.selected_inferior().pid, signal.SIGUSR1)
continue
rseq on
rseq off
rseq on
set var over = 1
continue
`, program)
	wantInOrder(t, out, "received signal SIGUSR1", "continued 0, told 1", "exited normally")
}

func TestRseqOffUndoesWhatRseqOnChanged(t *testing.T) {
	bin := server(t)
	program := tabletest.Build(t, seedLoop)
	list := "python print([str(gdb.parameter(n)) for n in ('sysroot', 'remote exec-file', 'remotetimeout', 'suppress-cli-notifications', 'scheduler-locking', 'confirm')])\ninfo signals SIGCONT\n"
	scripts := map[string]string{
		"without a process": "rseq on\nrseq off\n",
		"with a process":    "break main\nrun\nrseq on\nrseq off\n",
		"after it ended":    "rseq on\nrun\nrseq off\n",
		"by disconnecting":  "rseq on\ndisconnect\n",
	}
	for _, name := range tabletest.SomeKeys(t, 2, scripts) {
		t.Run(name, func(t *testing.T) {
			out := gdb(t, switching(bin)+list+"echo ----\\n\n"+scripts[name]+"echo ----\\n\n"+list+"show rseq\n", program)
			parts := strings.Split(out, "----\n")
			if len(parts) != 3 || !strings.HasPrefix(parts[2], parts[0]) {
				t.Errorf("the settings are not what they were:\n%s", out)
			}
			wantInOrder(t, parts[2], "rseq is off")
		})
	}
}

// What gdb launched ends with gdb, whoever has it meanwhile; what it attached to goes on.
func TestQuittingKillsWhatWasLaunched(t *testing.T) {
	bin := server(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "hands.c"})
	pid := "python print('pid', gdb.selected_inferior().pid)\n"
	scripts := map[string]string{
		"launched by the server": "rseq on\nbreak looked_at\nrun\n",
		"adopted":                "break looked_at\nrun\nrseq on\n",
		"taken back":             "break looked_at\nrun\nrseq on\nrseq off\n",
		"launched, taken back":   "rseq on\nbreak looked_at\nrun\nrseq off\n",
	}
	for _, name := range tabletest.SomeKeys(t, 2, scripts) {
		t.Run(name, func(t *testing.T) {
			out := gdb(t, switching(bin)+scripts[name]+pid, program)
			m := regexp.MustCompile(`pid (\d+)`).FindStringSubmatch(out)
			if m == nil || !gone(m[1]) {
				t.Errorf("it goes on:\n%s", out)
			}
		})
	}
}

func TestQuittingLetsAnAttachedProcessGo(t *testing.T) {
	bin := server(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "hands.c"})
	scripts := map[string]string{
		"adopted":    "attach PID\nrseq on\n",
		"taken back": "attach PID\nrseq on\nrseq off\n",
		"by server":  "rseq on\nattach PID\n",
		"detached":   "attach PID\nrseq on\ndetach\n",
	}
	for _, name := range tabletest.SomeKeys(t, 2, scripts) {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(program)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() {
				_ = cmd.Process.Kill() // it may have ended
				_ = cmd.Wait()
			}()
			time.Sleep(50 * time.Millisecond) // to main's loop, or nearly: any place will do
			pid := strconv.Itoa(cmd.Process.Pid)
			said := gdb(t, switching(bin)+strings.Replace(scripts[name], "PID", pid, 1)+"info threads\n", program)
			// Only what runs can be told to end; a stopped process would stay.
			said += gdb(t, "set confirm off\nattach "+pid+"\nset var over = 1\ndetach\n", program)
			text := make([]byte, 100)
			n, _ := out.Read(text)
			if got := string(text[:n]); got != "continued 0, told 0\n" {
				t.Errorf("it says %q\n%s", got, said)
			}
		})
	}
}

// A gdb that is killed leaves no server behind.
func TestTheServerEndsWithGDB(t *testing.T) {
	bin := server(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "hands.c"})
	out, err := exec.Command(tabletest.NeedTool(t, "gdb"), "-nx", "-q", "-batch", "-x", entryName, "-x", scriptFile(t, switching(bin)+
		"rseq on\nbreak looked_at\nrun\npython print('pid', gdb.selected_inferior().pid)\n"+
		"python print('parent', open('/proc/%d/stat' % gdb.selected_inferior().pid).read().split(') ')[1].split()[1])\n"+
		"python gdb.flush(); import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n"), program).CombinedOutput()
	if err == nil {
		t.Fatal("gdb has not been killed")
	}
	for _, who := range []string{"pid", "parent"} {
		m := regexp.MustCompile(who + ` (\d+)`).FindStringSubmatch(string(out))
		if m == nil || !gone(m[1]) {
			t.Errorf("%s goes on:\n%s", who, out)
		}
	}
}

func TestAMissingProgramIsSaid(t *testing.T) {
	program := tabletest.Build(t, seedLoop)
	t.Setenv("PATH", os.Getenv("PATH"))
	out, _ := exec.Command(tabletest.NeedTool(t, "gdb"), "-nx", "-q", "-batch", "-x", entryName, "-x", scriptFile(t, switching("/nonexistent/rseqstep")+"rseq on\n"), program).CombinedOutput()
	wantInOrder(t, string(out), `"/nonexistent/rseqstep" (set rseq binary) cannot be run`)
}

func TestAutoTurnsRseqOn(t *testing.T) {
	bin := server(t)
	program := tabletest.Build(t, seedLoop)
	out := gdb(t, switching(bin)+"set rseq auto on\nshow rseq\nbreak 17\nrun\nnext\nkill\nrun\nnext\ncontinue\n", program)
	wantInOrder(t, out, "rseq is on", `"rseq on" is the default`, "Breakpoint 1, main", "18\t", "killed", "Breakpoint 1, main", "18\t", "attempts 1")
}

// gdb has no shell start the program then, and sends words.
func TestRedirectionsAreDone(t *testing.T) {
	bin := server(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "echo.c"})
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/in", []byte("first\nsecond\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	gdb(t, switching(bin)+"set startup-with-shell on\nrseq on\nset cwd "+dir+"\nrun \"one word\" < in >out 2>&1\n", program)
	out, err := os.ReadFile(dir + "/out")
	if want := "arg 1 one word\nline 1 first\nline 2 second\nlines 2\n"; err != nil || string(out) != want {
		t.Errorf("out has %q, %v; want %q", out, err, want)
	}
	text := gdb(t, switching(bin)+"set startup-with-shell off\nrseq on\nrun < in\n", program)
	wantInOrder(t, text, "arg 1 <\n", "arg 2 in\n")
}

func TestTheWriterOfTheScriptsIsTheirServer(t *testing.T) {
	bin := server(t)
	program := tabletest.Build(t, seedLoop)
	entry, err := exec.Command(bin, "gdb-script", t.TempDir()).Output()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tabletest.NeedTool(t, "gdb"), "-nx", "-q", "-batch", "-x", strings.TrimSpace(string(entry)), "-ex", "rseq on", "-ex", "break 17",
		"-ex", "run", "-ex", "next", "-ex", "continue", program).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	wantInOrder(t, string(out), "rseq is on", "18\t", "attempts 1")
}
