package prompt

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// record makes a command that notes down how it was run.
func record(log *[]string, name string, aliases ...string) *Command {
	return &Command{Name: name, Aliases: aliases, Class: Running, Short: "Does " + name, Repeat: RepeatSame,
		Run: func(args string) error { *log = append(*log, strings.TrimSpace(name+" "+args)); return nil }}
}

func newInterp(log *[]string) *Interp {
	list := record(log, "list", "l")
	list.Repeat = RepeatBare
	info := &Command{Name: "info", Aliases: []string{"i"}, Class: Status, Short: "Shows",
		Subs: NewRegistry("info", record(log, "breakpoints", "b"), record(log, "registers", "r"), record(log, "rseq"))}
	fail := &Command{Name: "fail", Class: Support, Short: "Fails", Run: func(string) error { return errors.New("it failed") }}
	print := record(log, "print", "p")
	print.Complete = func(string) []string { return []string{"counter", "count", "other"} }
	x := record(log, "x")
	x.Repeat = RepeatBare
	once := record(log, "once")
	once.Repeat = RepeatNot
	return &Interp{Err: new(bytes.Buffer), Commands: NewRegistry("", record(log, "next", "n"), record(log, "nexti", "ni"), record(log, "step", "s"),
		record(log, "start"), record(log, "starti"), record(log, "continue", "c"), record(log, "condition"), list, info, fail, print, x, once)}
}

func TestFindPrefersExactNamesThenUniquePrefixes(t *testing.T) {
	var log []string
	in := newInterp(&log)
	for word, want := range map[string]string{"n": "next", "ni": "nexti", "next": "next", "nexti": "nexti", "s": "step", "start": "start", "ste": "step",
		"c": "continue", "cont": "continue", "cond": "condition", "p": "print", "pri": "print", "li": "list", "inf": "info"} {
		c, err := in.Commands.Find(word)
		if err != nil || c.Name != want {
			t.Errorf("Find(%q) = %v, %v; want %s", word, c, err, want)
		}
	}
}

func TestFindNamesTheCandidatesOfAnAmbiguousPrefix(t *testing.T) {
	var log []string
	_, err := newInterp(&log).Commands.Find("st")
	var ambiguous *AmbiguousError
	if !errors.As(err, &ambiguous) || !cmp.Equal(ambiguous.Fits, []string{"start", "starti", "step"}) {
		t.Errorf("err = %v", err)
	}
}

func TestUnknownCommandSuggestsTheClosest(t *testing.T) {
	var log []string
	in := newInterp(&log)
	for word, want := range map[string]string{"cotninue": "continue", "prnt": "print", "zzzzzz": "", "satrt": "start", "foo": "", "go": "continue,run", "regist": "info registers"} {
		_, err := in.Commands.Find(word)
		var unknown *UnknownError
		if !errors.As(err, &unknown) || strings.Join(unknown.Suggestions, ",") != want {
			t.Errorf("Find(%q): %v, want the suggestion %q", word, err, want)
		}
	}
	if err := in.Execute("info regsters"); err == nil || !strings.Contains(err.Error(), `"info registers"`) {
		t.Errorf("a subcommand's error does not suggest it: %v", err)
	}
}

func TestSplitNeedsNoSpaceBeforeFormatsAndOperators(t *testing.T) {
	for line, want := range map[string][2]string{"p/x n": {"p", "/x n"}, "p $rax": {"p", "$rax"}, "p$rax": {"p", "$rax"}, "x/4xw $sp": {"x", "/4xw $sp"},
		"!ls -l": {"!", "ls -l"}, "  next 3 ": {"next", "3"}, "info b": {"info", "b"}, "p*q": {"p", "*q"}, "": {"", ""}, "@#": {"@#", ""}} {
		word, rest := Split(line)
		if got := [2]string{word, rest}; got != want {
			t.Errorf("Split(%q) = %q, want %q", line, got, want)
		}
	}
}

func TestWordsKeepsQuotedSpaces(t *testing.T) {
	got, err := Words(`a 'b c' "d \"e" f\ g ''`)
	if want := []string{"a", "b c", `d "e`, "f g", ""}; err != nil || !cmp.Equal(got, want) {
		t.Errorf("Words = %q, %v, want %q", got, err, want)
	}
	if _, err := Words("'open"); err == nil {
		t.Error("an open quote is accepted")
	}
}

func TestLinesFindTheirCommandThroughSubcommands(t *testing.T) {
	var log []string
	in := newInterp(&log)
	for _, line := range []string{"i r rip", "info b", "p/x  1 + 2", "# a comment", "", "next 3"} {
		if err := in.Execute(line); err != nil {
			t.Errorf("%q: %v", line, err)
		}
	}
	want := []string{"registers rip", "breakpoints", "print /x  1 + 2", "next 3"}
	if diff := cmp.Diff(want, log); diff != "" {
		t.Error(diff)
	}
	if err := in.Execute("info"); err == nil || !strings.Contains(err.Error(), "registers") {
		t.Errorf("info alone: %v", err)
	}
}
