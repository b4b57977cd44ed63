package commands

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/table/tabletest"
)

// harmful are the commands that a fuzzer must not run: they start programs, attach to
// processes, or access files outside of the test.
var harmful = []string{"shell", "!", "make", "run", "start", "starti", "attach", "source", "cd", "file", "core-file", "core", "directory", "quit"}

// FuzzCommands types its input at the prompt of a session that has a program and no
// process: there is no panic and no flood of output, and every line either does
// something or reports an error.
func FuzzCommands(f *testing.F) {
	for _, text := range []string{
		"break main if x > 1 thread 2\ninfo breakpoints\ndelete 1-3", "p/x 1+2*3\np $1\nx/4xw $sp", "define a\nb\nend\na 1 2",
		"handle SIGUSR1 nostop noprint\ninfo signals", "display/i $pc\nundisplay 1", "commands\nsilent\nend", "set var $i = 3\nset stuck-limit 5\nshow stuck-limit",
		"printf \"%d %s\\n\", 1, \"x\"", "list 1,\nlist main", "until 3", "ignore 1 99999999999", "info rseq\ninfo ops\nrseq", "help all\napropos step\nhelp info", "watch *(int*)0",
		"tbreak *0x1000", "define loop\nloop\nend\nloop", "echo \\101\\", "condition 1 a ==", "disassemble /r 0x1000,+20", "ops 1", "opv", "p 'a.c'::b", "set args 'a b", "info line 3",
	} {
		f.Add(text)
	}
	program := f.TempDir() + "/program"
	if err := os.WriteFile(program, tabletest.Program(nil), 0o600); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tabletest.Hurry(t)
		var out, complaints bytes.Buffer
		in := &prompt.Interp{Err: &complaints}
		s := session.New(session.Config{Out: &out, Err: &complaints, Program: program, Settings: session.DefaultSettings()})
		defer s.Close()
		All(in, s)
		for _, name := range harmful {
			if c, err := in.Commands.Find(name); err == nil {
				c.Run, c.Subs = func(string) error { return nil }, nil
			}
		}
		for _, line := range strings.Split(text, "\n") {
			if strings.Count(line, "$arg") > 4 || len(line) > 1<<12 {
				return // a definition that doubles its text each time it calls itself
			}
			in.Completions(line)
		}
		err := in.Loop(&prompt.Lines{Text: strings.Split(text, "\n")})
		var quit *prompt.Quit
		if err != nil && !errors.As(err, &quit) {
			t.Fatalf("the loop ended: %v", err)
		}
		if in.Failed > 0 && complaints.Len() == 0 {
			t.Fatal("a command failed without a word")
		}
		if out.Len() > 64<<20 {
			t.Fatalf("%d bytes printed", out.Len())
		}
	})
}
