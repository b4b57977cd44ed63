package main

import (
	"fmt"
	"strings"
	"syscall"
	"testing"

	"rseqstep/table/tabletest"
)

// outcome is the effect of an input on a question.
type outcome int

const (
	open    outcome = iota // the question still waits
	again                  // the input is not an answer: the question is asked again
	given                  // the command is cancelled: "Quit"
	refused                // the answer is no
	agreed                 // the answer is yes
	eofYes                 // the end of the input, which means yes
	eofNo                  // the end of the input, which means no
)

// An input is typed at a question. Expected is what gdb does with it (gdb 13.1,
// tried key by key; TestQuestionsAreAnsweredAsInGDB compares with the gdb that
// is there).
type input struct {
	name, keys string
	plain      outcome // of a question (y or n)
	defaulted  outcome // of a question (y or [n])
}

func inputs() []input {
	return []input{
		{"Tab", "\t", open, open},
		{"Tab twice", "\t\t", open, open},
		{"Ctrl-Z where no shell waits", "\x1a", open, open},
		{"Ctrl-Backslash", "\x1c", open, open},
		{"arrows", "\x1b[D\x1b[C\x1b[B\x1b[B", open, open},
		{"Home, End, Delete", "\x1b[H\x1b[F\x1b[3~", open, open},
		{"Alt-Q", "\x1bq", open, open},
		{"Ctrl-L", "\x0c", open, open},
		{"Ctrl-C", "\x03", given, given},
		{"Ctrl-C in a line", "yes\x03", given, given},
		{"Ctrl-C in a key", "\x1b[1\x03", given, given},
		{"Ctrl-C in a search", "\x12y\x03", given, given},
		{"an empty line", "\r", again, refused},
		{"rubbish", "rubbish\r", again, again},
		{"a blank and y", " y\r", again, again},
		{"a long line", strings.Repeat("xyz ", 500) + "\r", again, again},
		{"bytes that are no text", "\xff\xfe\xc3\r", again, again},
		{"n", "n\r", refused, refused},
		{"No", "No\r", refused, refused},
		{"a search and n", "\x12\x07n\r", refused, refused},
		{"Ctrl-D", "\x04", eofYes, eofNo},
		{"y", "y\r", agreed, agreed},
		{"Yesterday", "Yesterday\r", agreed, agreed},
	}
}

// question is a question of the prompt's.
type question struct {
	name    string
	setup   []string // commands before
	command string
	asked   string // how the question ends
	refused string // what is said when the answer is no
	agreed  string // what is said when it is yes; "": the session ends
}

func questions(program string) []question {
	live := []string{"break marker", "run"}
	const kept = "\n" // nothing is said
	return []question{
		{"quit", live, "quit", "Quit anyway? (y or n) ", "Not confirmed.", ""},
		{"run", live, "run", "Start it from the beginning? (y or n) ", "Program not restarted.", "Breakpoint 1, "},
		{"start", live, "start", "Start it from the beginning? (y or n) ", "Program not restarted.", "Temporary breakpoint "},
		{"starti", live, "starti", "Start it from the beginning? (y or n) ", "Program not restarted.", "Program stopped."},
		{"kill", live, "kill", "Kill the program being debugged? (y or n) ", "Not confirmed.", "killed]"},
		{"file", live, "file " + program, "Are you sure you want to change the file? (y or n) ", "File not changed.", kept},
		{"attach", live, "attach nobody", "A program is being debugged already.  Kill it? (y or n) ", "Not killed.", "nobody"},
		{"core-file", live, "core-file nosuch", "A program is being debugged already.  Kill it? (y or n) ", "Program not killed.", "nosuch: "},
		{"return", live, "return", "Make marker return now? (y or n) ", "Not confirmed", "main"},
		{"delete", []string{"break marker"}, "delete", "Delete all breakpoints? (y or n) ", kept, kept},
		{"undisplay", []string{"display 1"}, "undisplay", "Delete all auto-display expressions? (y or n) ", kept, kept},
		{"unset environment", nil, "unset environment", "Delete all environment variables? (y or n) ", kept, kept},
		{"define what there is", nil, "define next", `Really redefine built-in command "next"? (y or n) `, `Command "next" not redefined.`, `"end".`},
		{"define once more", []string{"define foo\rend"}, "define foo", `Redefine command "foo"? (y or n) `, `Command "foo" not redefined.`, `"end".`},
		{"a pending breakpoint", nil, "break nosuch", "Make breakpoint pending on future shared library load? (y or [n]) ", kept, "Breakpoint "},
	}
}

const ourPrompt = "(rseqstep) "

// promptOn is the debugger's prompt at a terminal.
func promptOn(t *testing.T, program string) *typist {
	t.Helper()
	tabletest.NeedPtrace(t)
	x := atTerminal(t, ourPrompt, tabletest.Command(t), "--no-color", program)
	x.expect(ourPrompt)
	return x
}

// TestEveryQuestionIsAnsweredOrGoesOn types every input at every question: the session
// continues, or ends if the answer says so, as in gdb.
func TestEveryQuestionIsAnsweredOrGoesOn(t *testing.T) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "calls.c", Flags: []string{"-lm"}})
	for _, q := range questions(program) {
		t.Run(q.name, func(t *testing.T) {
			t.Parallel()
			x := (*typist)(nil)
			for _, in := range inputs() {
				if x == nil {
					x = promptOn(t, program)
					for _, c := range q.setup {
						x.enter(c)
					}
				}
				want := in.plain
				if strings.Contains(q.asked, "[n]") {
					want = in.defaulted
				}
				x.types(q.command + "\r")
				x.expect(q.asked)
				x.types(in.keys)
				if x.answered(q, in, want) {
					x.end()
					x = nil
				}
			}
		})
	}
}

// answered checks the effect of an input, and reports whether the session cannot be
// used further.
func (x *typist) answered(q question, in input, want outcome) (spent bool) {
	x.t.Helper()
	switch want {
	case open:
		x.types("n\r")
		x.expect(q.refused)
	case again:
		x.expect("Please answer y or ")
		x.expect(q.asked)
		x.types("n\r")
		x.expect(q.refused)
	case given:
		x.expect("Quit")
	case refused:
		x.expect(q.refused)
	case eofNo:
		x.expect("EOF [assumed N]")
	case eofYes, agreed:
		if want == eofYes {
			x.expect("EOF [assumed Y]")
		}
		if q.agreed == "" {
			if status := x.ended(); status != 0 {
				x.t.Errorf("%s: status %d", in.name, status)
			}
			return true
		}
		x.expect(q.agreed)
	}
	if q.agreed == `"end".` && (want == agreed || want == eofYes) {
		x.expect(">")
		x.types("end\r")
	}
	x.expect(ourPrompt)
	if !strings.Contains(x.enter("print 6*7"), "= 42") {
		x.t.Fatalf("%s at %s: the session does not go on:\n%s", in.name, q.name, x.shown())
	}
	return want == agreed || want == eofYes
}

// TestLinesOfACommandAreReadOrGivenUp types every input where a command reads
// lines of its own.
func TestLinesOfACommandAreReadOrGivenUp(t *testing.T) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "calls.c", Flags: []string{"-lm"}})
	for _, c := range []struct{ command, show, has string }{
		{"commands", "info breakpoints", "print 1234"},
		{"define mine", "mine", "= 1234"},
	} {
		t.Run(c.command, func(t *testing.T) {
			t.Parallel()
			for _, in := range inputs() {
				x := promptOn(t, program)
				x.enter("break marker")
				x.types(c.command + "\r")
				x.expect(`"end".`)
				x.expect(">")
				x.types("print 1234\r")
				x.expect("\n")
				x.expect(">")
				x.types(in.keys)
				kept := true
				switch in.plain {
				case given:
					x.expect("Quit")
					kept = false
				case eofYes:
					x.expect("quit")
				case open:
					x.types("\x03") // whatever the key began is over, and so is the command
					x.expect("Quit")
					kept = false
				default:
					x.expect("\n")
					x.expect(">")
					x.types("end\r")
				}
				x.expect(ourPrompt)
				if got := x.enter(c.show); kept != strings.Contains(got, c.has) {
					t.Errorf("%s: kept should be %v:\n%s", in.name, kept, got)
				}
				if !strings.Contains(x.enter("print 6*7"), "= 42") {
					t.Fatalf("%s: the session does not go on:\n%s", in.name, x.shown())
				}
				x.end()
			}
		})
	}
}

// TestASignalEndsEveryQuestion ends the debugger while it waits for an answer, as
// at its prompt.
func TestASignalEndsEveryQuestion(t *testing.T) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "calls.c", Flags: []string{"-lm"}})
	all := append(questions(program), question{name: "commands", setup: []string{"break marker"}, command: "commands", asked: `"end".`},
		question{name: "the prompt", command: "print 1", asked: "= 1"})
	for _, q := range all {
		t.Run(q.name, func(t *testing.T) {
			t.Parallel()
			for _, hangup := range []bool{false, true} {
				x := promptOn(t, program)
				for _, c := range q.setup {
					x.enter(c)
				}
				x.types(q.command + "\r")
				x.expect(q.asked)
				const inOrder = 128 + int(syscall.SIGTERM) // whichever signal asked for it
				const late = 128 + int(syscall.SIGHUP)     // it came when the end of the input had ended the session
				if hangup {
					x.master.Close() // a window that is closed: the end of the input, and SIGHUP
				} else if err := x.cmd.Process.Signal(syscall.SIGTERM); err != nil {
					t.Fatal(err)
				}
				if status := x.ended(); status != inOrder && !(hangup && (status == 0 || status == late)) {
					t.Errorf("hangup %v: status %d\n%s", hangup, status, x.shown())
				}
			}
		})
	}
}

// TestAQuestionFollowsTheWindow changes the window's size while a question waits.
func TestAQuestionFollowsTheWindow(t *testing.T) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "calls.c", Flags: []string{"-lm"}})
	x := promptOn(t, program)
	x.enter("break marker")
	for _, size := range [][2]uint16{{24, 80}, {1, 1}, {0, 0}, {3, 12}, {500, 1000}} {
		x.types("delete\r")
		x.expect("Delete all breakpoints? (y or n) ")
		x.resize(size[0], size[1])
		x.types("xyz\x12abc\t\r")
		x.expect("Please answer y or n.")
		x.resize(24, 100)
		x.types("\x03")
		x.expect("Quit")
		x.expect(ourPrompt)
	}
	if !strings.Contains(x.enter("print 6*7"), "= 42") {
		t.Fatalf("the session does not go on:\n%s", x.shown())
	}
}

// TestCtrlZStopsThePromptForItsShell stops the debugger at a question and continues it,
// from a shell with job control.
func TestCtrlZStopsThePromptForItsShell(t *testing.T) {
	tabletest.NeedPtrace(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "calls.c", Flags: []string{"-lm"}})
	x := atTerminal(t, "shell> ", tabletest.NeedTool(t, "bash"), "--norc", "--noprofile", "--noediting", "-i")
	x.enter("PS1='shell''> '")
	x.types(fmt.Sprintf("%s --no-color %s\r", tabletest.Command(t), program))
	x.expect(ourPrompt)
	x.types("break marker\r")
	x.expect("\nBreakpoint 1")
	x.types("delete\r")
	x.expect("Delete all breakpoints? (y or n) ")
	x.types("\x1a")
	x.expect("Stopped")
	x.expect("shell> ")
	if !strings.Contains(x.enter("echo $((6*7))"), "42") {
		t.Fatalf("the shell does not go on:\n%s", x.shown())
	}
	x.types("fg\r")
	x.expect("Delete all breakpoints? (y or n) ")
	x.types("n\r")
	x.expect(ourPrompt)
	x.types("info breakpoints\r")
	x.expect("marker")
	x.types("quit\r")
	x.expect("shell> ")
}

// TestQuestionsAreAnsweredAsInGDB types the inputs at two questions of gdb's,
// one of each kind.
func TestQuestionsAreAnsweredAsInGDB(t *testing.T) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "calls.c", Flags: []string{"-lm"}})
	start := func() *typist {
		x := atTerminal(t, "(gdb) ", tabletest.NeedTool(t, "gdb"), "-nx", "-q", "-iex", "set debuginfod enabled off", "-iex", "set style enabled off", program)
		x.expect(x.prompt)
		return x
	}
	x, lost := start(), 0
	for _, in := range inputs() {
		if strings.Contains(in.keys, "\t") {
			continue // gdb asks whether to display all possibilities, and loses a Ctrl-C that comes meanwhile (gdb 13)
		}
		for _, defaulted := range []bool{false, true} {
			want, command, asked := in.plain, "delete\r", "? (y or n) " // "Delete all breakpoints, watchpoints, …" since gdb 18
			if defaulted {
				want, command, asked = in.defaulted, "break nosuch\r", "shared library load? (y or [n]) "
			} else {
				x.enter("break marker")
			}
			x.types(command)
			x.expect(asked)
			x.types(in.keys)
			switch want {
			case open, again:
				if want == again {
					x.expect("Please answer y or ")
					x.expect(asked)
				}
				x.types("\x03")
				fallthrough
			case given:
				if !x.shows("Quit") { // gdb 13 loses a Ctrl-C now and then that comes while it puts a question
					if lost++; lost > 3 {
						t.Fatalf("%s: gdb has lost %d\n%s", in.name, lost, x.shown())
					}
					x = start()
					continue
				}
			case eofYes:
				x.expect("EOF [assumed Y]")
			case eofNo:
				x.expect("EOF [assumed N]")
			}
			x.expect(x.prompt)
			listed := x.enter("info breakpoints")
			if strings.Contains(listed, "Undefined command") { // gdb has lost a key as well
				listed = x.enter("info breakpoints")
			}
			has := strings.Contains(listed, "in marker")
			if gone := want == agreed || want == eofYes; !defaulted && has == gone {
				t.Errorf("%s: the breakpoint is there: %v\n%s", in.name, has, x.shown())
			}
			x.types("\x15delete\r") // what a key has left in the line goes first
			if answered := x.expect(x.prompt, "(y or n) "); strings.HasSuffix(answered, "(y or n) ") {
				x.types("y\r")
				x.expect(x.prompt)
			}
		}
	}
}
