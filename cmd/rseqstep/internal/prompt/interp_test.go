package prompt

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// typed is a Source as a person would be.
type typed struct{ Lines }

func (*typed) Interactive() bool { return true }

func TestEmptyLineRepeatsAsTheCommandAsks(t *testing.T) {
	var log []string
	in := newInterp(&log)
	src := &typed{Lines{Text: []string{"next 2", "", "list main", "", "", "x/4xw $sp", "", "once", "", "p 1", ""}}}
	if err := in.Loop(src); err != nil {
		t.Fatal(err)
	}
	want := []string{"next 2", "next 2", "list main", "list", "list", "x /4xw $sp", "x /4xw", "once", "print 1", "print 1"}
	if diff := cmp.Diff(want, log); diff != "" {
		t.Error(diff)
	}
}

func TestEmptyLineOfAScriptDoesNothing(t *testing.T) {
	var log []string
	in := newInterp(&log)
	if err := in.Loop(&Lines{Text: []string{"next", "", ""}}); err != nil || len(log) != 1 {
		t.Errorf("%v, %q", err, log)
	}
}

func TestScriptEndsAtItsFirstErrorAndSaysWhere(t *testing.T) {
	var log []string
	in := newInterp(&log)
	err := in.Script(&Lines{Name: "file", Text: []string{"next", "fail", "next"}})
	if err == nil || err.Error() != "file:2: it failed" || len(log) != 1 {
		t.Errorf("err = %v, log = %q", err, log)
	}
}

func TestLoopGoesOnAfterAnErrorAndCountsIt(t *testing.T) {
	var log []string
	in := newInterp(&log)
	if err := in.Loop(&Lines{Text: []string{"fail", "next"}}); err != nil || len(log) != 1 || in.Failed != 1 {
		t.Errorf("%v, log = %q, failed = %d", err, log, in.Failed)
	}
	if got := in.Err.(*bytes.Buffer).String(); got != "it failed\n" {
		t.Errorf("printed %q", got)
	}
}

// Ctrl-D asks as quit does, and the session goes on where it is not confirmed.
func TestEndOfTypedInputIsQuit(t *testing.T) {
	var log []string
	in := newInterp(&log)
	asked := 0
	in.Commands.Add(&Command{Name: "quit", Run: func(string) error {
		if asked++; asked < 3 {
			return errors.New("Not confirmed.")
		}
		return &Quit{Status: 4}
	}})
	var quit *Quit
	if err := in.Loop(&typed{Lines{Text: []string{"next"}}}); !errors.As(err, &quit) || quit.Status != 4 || asked != 3 || len(log) != 1 {
		t.Errorf("err = %v, asked %d times, log = %q", err, asked, log)
	}
	if err := in.Loop(&Lines{Text: []string{"next"}}); err != nil || asked != 3 {
		t.Errorf("a script's end: err = %v, asked %d times", err, asked)
	}
}

func TestQuitEndsEverySource(t *testing.T) {
	var log []string
	in := newInterp(&log)
	in.Commands.Add(&Command{Name: "quit", Run: func(string) error { return &Quit{Status: 3} }})
	in.Commands.Add(&Command{Name: "source", Run: func(string) error { return in.Script(&Lines{Name: "inner", Text: []string{"quit", "next"}}) }})
	err := in.Loop(&Lines{Text: []string{"source", "next"}})
	var quit *Quit
	if !errors.As(err, &quit) || quit.Status != 3 || len(log) != 0 {
		t.Errorf("err = %v, log = %q", err, log)
	}
}

func TestBlockTakesTheLinesUpToEnd(t *testing.T) {
	var log, block []string
	in := newInterp(&log)
	in.Commands.Add(&Command{Name: "commands", Block: true, Run: func(string) (err error) { block, err = in.Block(">"); return err }})
	if err := in.Script(&Lines{Text: []string{"commands", "silent", "  p x", "end", "next"}}); err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(block, []string{"silent", "p x"}) || !cmp.Equal(log, []string{"next"}) {
		t.Errorf("block = %q, log = %q", block, log)
	}
	// As in gdb, the end of the script is the block's too, and a block may hold another.
	if err := in.Script(&Lines{Text: []string{"commands", "silent"}}); err != nil || !cmp.Equal(block, []string{"silent"}) {
		t.Errorf("a block without its end: %v, %q", err, block)
	}
	if err := in.Script(&Lines{Text: []string{"commands", "comm", "p x", "end", "p y", "end", "next"}}); err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(block, []string{"comm", "p x", "end", "p y"}) || !cmp.Equal(log, []string{"next", "next"}) {
		t.Errorf("block in a block = %q, log = %q", block, log)
	}
}

func TestAfterRunsWhatAStopLeftBehindOnce(t *testing.T) {
	var log []string
	in := newInterp(&log)
	left := [][]string{{"p 1", "continue"}, {"p 2"}}
	in.After = func() []string {
		if len(left) == 0 {
			return nil
		}
		lines := left[0]
		left = left[1:]
		return lines
	}
	if err := in.Execute("next"); err != nil {
		t.Fatal(err)
	}
	if want := []string{"next", "print 1", "continue", "print 2"}; !cmp.Equal(log, want) {
		t.Errorf("log = %q, want %q", log, want)
	}
}

func TestPipeTakesNoByteBeyondItsLine(t *testing.T) {
	r := strings.NewReader("run\nfor the program\nlast")
	p := &Pipe{R: r}
	if line, err := p.Line(""); line != "run" || err != nil {
		t.Fatalf("%q, %v", line, err)
	}
	if r.Len() != len("for the program\nlast") {
		t.Errorf("%d bytes are left", r.Len())
	}
	p.Line("")
	if line, err := p.Line(""); line != "last" || err != nil {
		t.Errorf("a last line without its end: %q, %v", line, err)
	}
	if _, err := p.Line(""); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

func TestCompletionsFollowTheTable(t *testing.T) {
	var log []string
	in := newInterp(&log)
	for line, want := range map[string]struct {
		head string
		list []string
	}{
		"st":           {"", []string{"start", "starti", "step"}},
		"info r":       {"info ", []string{"registers", "rseq"}},
		"i ":           {"i ", []string{"breakpoints", "registers", "rseq"}},
		"p cou":        {"p ", []string{"count", "counter"}},
		"p 1 + *count": {"p 1 + *", []string{"count", "counter"}},
		"p/x oth":      {"p/x ", []string{"other"}},
		"nosuch x":     {"nosuch x", nil},
	} {
		head, list := in.Completions(line)
		if head != want.head || !cmp.Equal(list, want.list) {
			t.Errorf("Completions(%q) = %q, %q; want %q, %q", line, head, list, want.head, want.list)
		}
	}
}

func TestHelpComesFromTheTable(t *testing.T) {
	var log []string
	in := newInterp(&log)
	for topic, want := range map[string]string{"": "running", "running": "next, n", "info": "info registers", "info reg": "Does registers", "n": "Does next"} {
		var out bytes.Buffer
		if err := in.Help(&out, topic); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("help %q: %v, %q has no %q", topic, err, out.String(), want)
		}
	}
	if err := in.Help(io.Discard, "nosuch"); err == nil {
		t.Error("help on an unknown command succeeds")
	}
	var out bytes.Buffer
	in.Apropos(&out, "REGISTERS")
	if !strings.HasPrefix(out.String(), "info registers") {
		t.Errorf("apropos: %q", out.String())
	}
}
