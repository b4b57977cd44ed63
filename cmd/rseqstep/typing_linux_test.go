package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"rseqstep/table/tabletest"
)

// keystrokes is what a random typist presses: keys, parts of keys, commands and
// parts of commands.
func keystrokes() []string {
	keys := []string{"\t", "\t\t", "\r", "\r", "\x03", "\x04", "\x12", "\x1b", "\x1b[", "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[3~", "\x10", "\x0e", "\x0b", "\x15", "\x17", "\x19", "\x1by",
		"\x1a", "\x1c", "\x00", "\x0c", "\xff", "é", "y", "n", "y\r", "n\r", "end\r", "(", "\"", "'", "*", "$", " ", "1", "/x ", "if "}
	for _, c := range []string{"run", "start", "starti", "kill", "next", "step", "stepi", "nexti", "stepi 20", "continue", "finish", "until", "advance marker", "jump main", "return",
		"break marker", "break nosuch", "break main if calls > 100", "tbreak nothing", "hbreak marker", "watch calls", "catch syscall", "delete", "disable", "enable", "commands", "define mine", "mine",
		"display calls", "undisplay", "print calls", "print nothing()", "print $rip", "x/4i $pc", "set var calls = 3", "set inside on", "info rseq", "info threads", "info breakpoints", "info registers", "list", "disassemble",
		"backtrace", "up", "down", "frame 0", "opv", "abort at main", "help", "help all", "apropos break", "complete b", "file", "detach", "unset environment", "source /dev/null", "show version", "rubbish", "quit"} {
		keys = append(keys, c, c+"\r", c+"\r")
	}
	return keys
}

// TestThePromptTakesWhateverIsTyped types at random; after each burst Ctrl-C and a
// command are answered. RSEQSTEP_TIMES sets the bursts, RSEQSTEP_SEED the keys.
func TestThePromptTakesWhateverIsTyped(t *testing.T) {
	bursts, seed := 25, uint64(1)
	for name, set := range map[string]func(uint64){"RSEQSTEP_TIMES": func(n uint64) { bursts = int(n) }, "RSEQSTEP_SEED": func(n uint64) { seed = n }} {
		if text := os.Getenv(name); text != "" {
			n, err := strconv.ParseUint(text, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			set(n)
		}
	}
	program := tabletest.Build(t, tabletest.Fixture{Source: "calls.c", Flags: []string{"-lm"}})
	random, keys := rand.New(rand.NewPCG(seed, 0)), keystrokes()
	x := promptOn(t, program)
	for burst := range bursts {
		typed := ""
		for range 1 + random.IntN(30) {
			typed += keys[random.IntN(len(keys))]
		}
		x.types(typed)
		if !x.answers(1000 + burst) {
			if status := x.ended(); status != 0 && status != 1 || strings.Contains(x.shown(), "goroutine ") {
				t.Fatalf("seed %d: after %q: status %d\n%s", seed, typed, status, x.shown())
			}
			x = promptOn(t, program)
		}
		if strings.Contains(x.shown(), "internal") {
			t.Fatalf("seed %d: after %q\n%s", seed, typed, x.shown())
		}
	}
}

// answers reports that the prompt answers a command, whatever it waits for, or
// false that the session has ended.
func (x *typist) answers(n int) bool {
	x.t.Helper()
	want := fmt.Sprintf("= %d\r\n", n)
	// Ctrl-C stops a program that runs, and gives up a line or an answer; what is
	// typed at a program is not read by the prompt, so both are tried again.
	for tries := 0; tries < 50; tries++ {
		if _, err := x.master.WriteString("\x03"); err != nil {
			return false
		}
		if _, err := x.master.WriteString(fmt.Sprintf("\x15print %d\r", n)); err != nil {
			return false
		}
		if x.shows(want) {
			return true
		}
		if x.isOver() {
			return false
		}
	}
	x.t.Fatalf("the prompt does not answer:\n%s", x.shown())
	return false
}

// TestCtrlCEndsWhateverRuns interrupts every command that lets a program go which
// does not end, one that computes and one that waits for its input.
func TestCtrlCEndsWhateverRuns(t *testing.T) {
	for name, c := range map[string]struct {
		fixture tabletest.Fixture
		args    string
	}{
		"computing": {tabletest.Fixture{Source: "loop.c"}, "1000000000000"},
		"waiting":   {tabletest.Fixture{Source: "blocked.c", Flags: []string{"-pthread"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			x := promptOn(t, tabletest.Build(t, c.fixture))
			x.enter("break main")
			x.enter("run " + c.args)
			x.enter("delete 1")
			for i, command := range []string{"continue", "next 1000", "step 1000000", "until 1000000", "stepi 1000000000", "nexti 1000000000", "inject", "abort at 1", "advance rubbish", "finish", "jump main"} {
				x.types(command + "\r")
				if !x.answers(1000 + i) {
					t.Fatalf("%s has ended the session:\n%s", command, x.shown())
				}
			}
		})
	}
}

// Ctrl-\ at a moment at which the terminal makes a signal of it ends nothing: the session has a
// program to lose.
func TestSIGQUITEndsNoSession(t *testing.T) {
	x := promptOn(t, tabletest.Build(t, tabletest.Fixture{Source: "calls.c", Flags: []string{"-lm"}}))
	for n := range 20 {
		if err := x.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
			t.Fatal(err)
		}
		if !x.answers(1000 + n) {
			t.Fatalf("the session has ended with status %d\n%s", x.ended(), x.shown())
		}
	}
}
