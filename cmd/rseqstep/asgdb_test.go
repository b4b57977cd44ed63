package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// conversation is a list of commands for a program that this prompt and gdb answer alike.
type conversation struct {
	source   string
	compiler string
	flags    []string
	commands []string
}

// conversations are tried in both. A command whose answer differs on purpose is not here.
func conversations() map[string]conversation {
	return map[string]conversation{
		"macros": {"../../stepper/symbols/testdata/macros.c", "gcc", []string{"-g3", "-DCMD=33"}, []string{
			"break 24", "run", "print SCALE", "print ADD(n, r)", "print ADD(1", "print ADD(1)", "print ADD", "print ADD (1,2)", "print XSTR(ADD(1, SCALE))",
			"print CAT(glo, bal)", "macro expand LOG(\"x\")", "macro expand NAMED(\"x\", 1, 2)", "macro expand EMPTY", "print MULTI(4)", "print INH", "print CMD",
			"print LOCAL", "print LATE", "print TWICE", "info macro SCALE", "info macro ADD", "info macro MULTI", "info macro INH", "info macro CMD",
			"info macro TWICE", "info macro LOG", "info macro NAMED", "info macro LOCAL", "info macro __LINE__", "info macro -a INH", "info macro",
			"print __LINE__", "print sizeof(__FILE__)", "macro define USR(x) x + SCALE", "print USR(3)", "macro list", "macro undef USR", "macro list", "print USR(3)",
			"macro expand \"SCALE\" SCALE 'S' SCALE1", "print $SCALE", "whatis SCALE", "output SCALE", "printf \"%d\\n\", ADD(1, 2)", "up", "print LATE", "print LOCAL",
			"print a.FIELD->id", "set var v = LATE", "print v", "display SCALE",
		}},
		"scripts": {"../../testdata/vars.c", "gcc", []string{"-g", "-O0"}, []string{
			"break marker", "run", "if global_int\nprint 1\nelse\nprint 2\nend", "if 0\nprint 1\nelse\nif 0\nprint 3\nelse\nprint 4\nend\nend", "set var $i = 0",
			"while $i < 5\nset var $i = $i + 1\nif $i == 2\nloop_continue\nend\nif $i == 4\nloop_break\nend\nprint $i\nend", "print $i", "if", "while",
			"eval \"print %d + %d\", 1, 2", "define twice\nif $argc == 1\nprint $arg0 * 2\nend\nend", "twice 4", "document twice\nDouble it.\nAll of it.\nend",
			"up-silently", "print argument", "down-silently", "select-frame 1", "print text", "frame function main", "select-frame 0", "define each\nset var $n = 0\nwhile $n < $argc\neval \"print %d\", $n\nset var $n++\nend\nend", "each a b c",
			"break main if global_int == 1", "tbreak locals\ncommands\nsilent\nif 1\nprint 42\nend\nend",
		}},
		"places": {"../../testdata/vars.c", "gcc", []string{"-g", "-O0"}, []string{
			"info symbol main", "break marker", "run", "info frame", "info source", "info symbol main", "info symbol global_int", "info symbol $pc", "info address main", "info address global_int",
			"info line marker", "print $_", "info line main", "x/2dw &global_int", "print $_", "print $__", "whatis $__", "up", "info frame", "info source", "down 20", "info stack 1",
			"print global_int", "print $1 = 5", "print $arr = array", "whatis $arr", "print $p = p", "print $p.x = 77", "print $p", "print p.x",
		}},
		"watchpoints": {"../../testdata/accesses.c", "gcc", []string{"-g", "-O0"}, []string{
			"break main", "run", "rwatch word", "awatch word", "watch word", "enable count 3 4", "continue", "continue", "continue", "delete 2-3", "break 9", "hbreak 11", "continue", "continue",
			"info breakpoints", "delete", "rwatch word", "rwatch word",
		}},
		"several places": {"../../testdata/inline.c", "gcc", []string{"-g", "-O2"}, []string{
			"set print entry-values no", "break inner", "info breakpoints", "disable 1.1", "info breakpoints", "disable 1", "info breakpoints", "enable 1", "disable 1.7", "disable 9.1", "disable 1.",
			"disable 1.3-2", "disable 9 7", "enable 7 8.1", "enable 1.1", "run", "disable 1.2-3", "info breakpoints", "continue", "enable 1.3", "continue", "enable 1.2", "enable count 2 1", "info breakpoints",
			"continue", "info breakpoints", "continue", "info breakpoints", "enable 1", "info breakpoints", "enable count 1 1", "info breakpoints", "enable delete 1", "info breakpoints",
			"enable count", "enable count 2", "break 29", "commands 2 1\nsilent\nend", "info breakpoints 2", "info breakpoints 9", "delete 8 2 9", "info breakpoints 2",
		}},
		"displays": {"../../testdata/inline.c", "gcc", []string{"-g", "-O0"}, []string{
			"display nosuch", "display 3 +", "display sink", "display/x sink + 16", "display *(int *)0", "break outer", "run", "display x", "display/x $pc", "info display", "up", "display", "info display",
			"continue", "disable display 9 3", "undisplay 8 1", "display", "info display", "display/i 16", "undisplay 6", "display/xw 0", "display/1bx &sink", "display/2bx &sink", "display/3hd &sink",
		}},
		"entry values": {"../../stepper/expr/testdata/entryvalues.c", "gcc", []string{"-g", "-O2"}, []string{
			"break stop", "run", "bt -frame-arguments all 2", "bt -entry-values no 2", "bt -frame-arg presence -full 2", "bt 1", "up", "print val", "print val@entry", "print text@entry", "print val@entry + 1", "print sink@entry", "print nosuch@entry", "info args", "continue",
			"bt 2", "continue", "bt 2", "continue", "bt 2", "up", "print val@entry", "print wide@entry", "continue", "bt 2", "continue", "bt 2", "continue", "bt 2",
			"set print entry-values no", "bt 2", "set print entry-values only", "bt 2", "set print entry-values both", "bt 2", "set print entry-values compact", "bt 2",
			"set print entry-values preferred", "bt 2", "set print entry-values if-needed", "bt 2", "up", "continue", "set print entry-values default", "continue", "bt 2",
		}},
		"finding": {"../../testdata/vars.c", "gcc", []string{"-g", "-O0"}, []string{
			"find &global_int, +4, global_int", "print $numfound", "break marker", "run", "up", "find &array[0], +sizeof(array), array[1]", "print $_", "print $numfound", "find /w array, array + 1, array[0]",
			"find/1 text, +100, 'e'", "find text, +100, {char[2]}text", "find /2b array, +sizeof(array), 0", "find /h array, +8, 12345", "find array, +2, array[0]", "find array, array - 1, 1",
			"list 3,3", "forward-search int", "search main", "print $_", "reverse-search include", "print $_", "search nowhere to be found", "print {char[3]}\"abc\"", "print {short}\"ab\"",
			"alias gi = print/x global_int", "gi", "alias pl = list", "pl 3,4", "with print elements 3 -- print text", "print text", "with p el 4 -- with print address off -- print text", "with",
			"tbreak marker", "break marker",
		}},
		"tagged pointers": {"../../testdata/tagged.c", "gcc", []string{"-g", "-O0", "-no-pie"}, []string{
			"x/2gx &tagged", "break stores", "run", "print tagged", "print *tagged", "x/2gd tagged", "print name", "x/s name", "print *name@4", "print tagged == &word", "output *tagged",
			"set var *tagged = 7", "print word", "set var *name = 'T'", "print text", "watch *tagged", "continue", "continue", "info watchpoints",
		}},
	}
}

func TestThePromptAnswersAsGDB(t *testing.T) {
	tabletest.NeedPtrace(t)
	for name, c := range conversations() {
		t.Run(name, func(t *testing.T) {
			program := filepath.Join(t.TempDir(), "prog")
			source, err := filepath.Abs(c.source)
			if err != nil {
				t.Fatal(err)
			}
			args := append(append([]string{"-w", "-o", program}, c.flags...), source)
			if out, err := exec.Command(tabletest.NeedTool(t, c.compiler), args...).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			c.compare(t, program)
		})
	}
}

// compare gives the commands to gdb and to the prompt, each as one script.
func (c conversation) compare(t *testing.T, program string) {
	var script strings.Builder
	for _, line := range append([]string{"set confirm off", "set pagination off", "set width 0"}, c.commands...) {
		script.WriteString("echo \\n" + divider + "\\n\n" + line + "\n")
	}
	answers := func(name string, args ...string) []string {
		cmd := exec.Command(name, args...)
		cmd.Env = append(os.Environ(), "LC_ALL=C", "NO_COLOR=1")
		cmd.Stdin = strings.NewReader(script.String())
		out, _ := cmd.CombinedOutput() // the status is 1 after a command that failed
		return strings.Split(string(out), divider+"\n")
	}
	theirs := answers(tabletest.NeedTool(t, "gdb"), "-nx", "-q", "-iex", "set debuginfod enabled off", "-iex", "set startup-with-shell off", "-iex", "set backtrace past-main on", program)
	ours := answers(tabletest.Command(t), "--nx", program)
	const before = 4 // the greeting, and the answers to the settings
	if n := len(c.commands) + before; len(theirs) != n || len(ours) != n {
		t.Fatalf("%d commands, %d answers of gdb, %d of the prompt:\n%s", n, len(theirs), len(ours), ours)
	}
	for i, line := range c.commands {
		if got, want := plainAnswer(ours[before+i]), plainAnswer(theirs[before+i]); got != want {
			t.Errorf("%s\n%s\ngdb:\n%s", line, got, want)
		}
	}
}

// divider stands before the answer of each command.
const divider = "@@@"

var answerNoise = regexp.MustCompile(`(?m)^(?:\(gdb\) )*(Starting program: .*|\[Thread debugging .*|Using host libthread_db .*|Continuing\.|Run till exit .*)\n|\(gdb\) ?(?:[> ]*>)?|\(rseqstep\) ?|0x7ff[0-9a-f]+`)

// laterWords are what some version of gdb after 13 says, and what 13 says instead.
var laterWords = strings.NewReplacer(`"if" command requires`, `if command requires`, `"while" command requires`, `while command requires`,
	`(void (*)()) 0x`, `(void *) 0x`) // $_ after "info line"

// plainAnswer is an answer without prompts, what only gdb says of a start, and addresses of the stack.
func plainAnswer(s string) string {
	return laterWords.Replace(strings.TrimSpace(answerNoise.ReplaceAllString(s, "")))
}
