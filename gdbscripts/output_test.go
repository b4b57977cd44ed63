package gdbscripts

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// Under a front end some gdbs give Python the records that they would have sent
// to it; what our code reads must be the text in them.
func TestRecordsOfMIAreReadAsTheirText(t *testing.T) {
	out := gdbScript(t, "unwrap.py", `
import sys
from rseqstep_gdb import output
plain = "#0  main () at seed.c:12\n12\tint main(void) { return '~'; }\n"
for given, wanted in (
    ("", ""),
    (plain, plain),
    ('~"one line\\n"\n', "one line\n"),
    ('~"half a line, "\n~"and its end\\n"\n', "half a line, and its end\n"),
    ('~"a \\"quoted\\" \\\\n\\tname\\n"\n' + plain + '&"warning: w\\n"\n', 'a "quoted" \\n\tname\n' + plain + "warning: w\n"),
    ('~"\\303\\251\\033[0m\\n"\n@"target\\n"\n', "\u00e9\x1b[0m\ntarget\n"),
    ('~"\\303\\n"\n', "\ufffd\n"),
    ('say ~"x"\n', 'say ~"x"\n'),
    ('^running\n*running,thread-id="all"\n(gdb) \n~"[New Thread]\\n"\n=thread-created,id="2"\n*stopped\n', "[New Thread]\n"),
    ("=> 0x1 <main>:\tret\n* 1 Thread\n", "=> 0x1 <main>:\tret\n* 1 Thread\n"),
):
    if output.unwrapped(given) != wanted:
        print("%r is read as %r, not as %r" % (given, output.unwrapped(given), wanted))
`, nil)
	if out != "" {
		t.Error(out)
	}
}

// output.of is the one place that reads what a command prints.
func TestWhatCommandsPrintIsReadInOnePlace(t *testing.T) {
	alone := regexp.MustCompile(`^\s*gdb\.execute\(`) // a statement: what it returns is dropped
	err := fs.WalkDir(files, packageName, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "/output.py") {
			return err
		}
		text, err := fs.ReadFile(files, path)
		for n, line := range strings.Split(string(text), "\n") {
			if strings.Contains(line, "to_string=") && !alone.MatchString(line) {
				t.Errorf("%s:%d reads gdb.execute(…, to_string=True); use output.of", path, n+1)
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// record is what a front end is sent of a command's text.
var record = regexp.MustCompile(`(?m)^~"((?:[^"\\]|\\.)*)"$`)

// The commands that list say to a front end what they say at the prompt.
func TestListsAreTheSameInAFrontEnd(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	program := tabletest.Build(t, seedLoop)
	lists := []string{"info rseq", "rseq sections", "rseq threads", "print $_rseq_section()", "rseq sections nothing"}
	plain := gdb(t, live(t)+"break 17\nrun\necho MARK\\n\n"+strings.Join(lists, "\n")+"\necho MARK\\n\n", program)
	c := frontEnd(t, program)
	c.console(`break 17`)
	c.console(`run`)
	c.wait("*stopped")
	c.console(`echo MARK\\n`)
	for _, command := range lists {
		c.console(command)
	}
	c.console(`echo MARK\\n`)
	c.wait("MARK")
	c.wait("MARK")
	var sent strings.Builder
	for _, m := range record.FindAllStringSubmatch(c.written(), -1) {
		sent.WriteString(strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\"`, `"`, `\\`, `\`).Replace(m[1]))
	}
	between := func(text string) string {
		parts := strings.Split(text, "MARK\n")
		if len(parts) != 3 {
			t.Fatalf("%d parts in\n%s", len(parts), text)
		}
		lists := regexp.MustCompile(`(1 \()\d+(\).* 0x53053053 +)\d+( .*\n)`).ReplaceAllString(parts[1], "${1}PID${2}CPU${3}")
		return regexp.MustCompile(` {2,}`).ReplaceAllString(lists, "  ") // columns are as wide as the process id
	}
	if want, got := between(plain), between(sent.String()); want != got {
		t.Errorf("at the prompt:\n%s\nin a front end:\n%s", want, got)
	}
}

// The commands that move the thread work in a front end as at the prompt: rseq is
// switched on by the first, with a breakpoint inside; then over lines, through a call.
func TestAFrontEndStepsBySections(t *testing.T) {
	bin := server(t)
	c := frontEnd(t, tabletest.Build(t, tabletest.Fixture{Source: "counter.c", Opt: "-O2", Flags: []string{"-pthread"}}))
	steps := []struct{ command, says string }{
		{"set rseq binary " + bin, "^done"},
		{"break *commit_store", "commit_store"},
		{"run 1 3", `*stopped,reason="breakpoint-hit"`}, // gdb's own: this section starts again
		{"rseq continue", `*stopped,reason="breakpoint-hit"`},
		{"rseq threads", ", live"},
		{"rseq stepi", "committed on CPU"},
		{"rseq continue", `*stopped,reason="breakpoint-hit"`},
		{"delete", "^done"},
		{"rseq next", "work"},
		{"rseq step", prompt},
		{"rseq continue", "sum 3 of 3"},
	}
	for _, s := range steps {
		c.console(s.command)
		c.wait(s.says)
	}
	c.wait("exited-normally")
	if m := regexp.MustCompile(`~"[\^*=][a-z].*`).FindString(c.written()); m != "" {
		t.Errorf("a record is shown to the user: %s\n%s", m, c.written())
	}
}

// frontEnd is a gdb behind pipes that speaks MI.
func frontEnd(t *testing.T, program string) *console {
	t.Helper()
	c := behindPipes(t, "-nx", "-q", "-i=mi", "-iex", "set debug-file-directory /nonexistent", "-iex", "set startup-with-shell off",
		"-iex", "set width 0", "-iex", "set confirm off", "-x", entryName, program)
	c.wait(prompt)
	return c
}

// console sends a command as a front end sends what its user types.
func (c *console) console(command string) {
	c.t.Helper()
	c.send(`-interpreter-exec console "` + command + "\"\n")
}

// written is all that gdb and the program have written so far.
func (c *console) written() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text
}
