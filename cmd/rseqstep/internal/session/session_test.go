package session

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper"
	"rseqstep/stepper/expr"
)

func TestEnvironmentChangesOneVariable(t *testing.T) {
	e := NewEnvironment([]string{"A=1", "B=x=y", "=odd", "A=2"})
	e.Set("C", "")
	e.Unset("B")
	if got, want := e.List(), []string{"A=2", "C="}; !cmp.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if _, ok := e.Lookup("B"); ok {
		t.Error("B is still set")
	}
	if e.Unset(""); len(e.List()) != 0 {
		t.Errorf("%q is left", e.List())
	}
}

func TestRedirectionsAreTakenOutOfTheArguments(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	if err := os.WriteFile(in, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	files, rest, err := openRedirections([]string{"a", "<" + in, ">", out, "b", "2>>" + out})
	if err != nil || !cmp.Equal(rest, []string{"a", "b"}) {
		t.Fatalf("%q, %v", rest, err)
	}
	defer files[1].Close()
	defer files[2].Close()
	if b, err := io.ReadAll(files[0]); err != nil || string(b) != "text" {
		t.Errorf("input is %q, %v", b, err)
	}
	files[0].Close()
	for _, bad := range [][]string{{"<"}, {"<" + filepath.Join(dir, "nosuch")}, {">" + dir}} {
		if _, _, err := openRedirections(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestArgumentsComeBackAsTheyWereSet(t *testing.T) {
	var s Session
	for _, text := range []string{"a b", `'a b' ''`, `it\'s "so"`} {
		if err := s.SetArgs(text); err != nil {
			t.Fatal(err)
		}
		want := s.Args
		if err := s.SetArgs(s.ArgsText()); err != nil || !cmp.Equal(s.Args, want) {
			t.Errorf("%q came back as %q (%v)", want, s.Args, err)
		}
	}
}

func TestPrintfArgumentsAreSplitAtOuterCommas(t *testing.T) {
	format, rest, err := quoted(`"a\t%d \"\101\"\n", f(1, 2), "x,y", ','`)
	if err != nil || format != "a\t%d \"A\"\n" {
		t.Fatalf("%q, %v", format, err)
	}
	args, err := splitArguments(rest)
	if want := []string{"f(1, 2)", `"x,y"`, "','"}; err != nil || !cmp.Equal(args, want) {
		t.Errorf("%q, %v, want %q", args, err, want)
	}
	for _, bad := range []string{"", "x", `"open`, `"a\`} {
		if _, _, err := quoted(bad); err == nil {
			t.Errorf("quoted(%q) is accepted", bad)
		}
	}
}

func TestReturnedNumbersKeepTheirWidth(t *testing.T) {
	if got := literal(0xffffffff_fffffffe, &expr.Type{Kind: expr.Int, Size: 4}); got != "0xfffffffeUL" {
		t.Error(got)
	}
	if got := literal(7, &expr.Type{Kind: expr.Int, Size: 8}); got != "0x7UL" {
		t.Error(got)
	}
}

// newSession is a session without a process.
func newSession(t *testing.T) (*Session, *bytes.Buffer) {
	t.Helper()
	out := new(bytes.Buffer)
	s := New(Config{Out: out, Err: out, Settings: DefaultSettings()})
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, out
}

func TestListGoesOnWhereItLeftOff(t *testing.T) {
	s, out := newSession(t)
	file := filepath.Join(t.TempDir(), "a.c")
	if err := os.WriteFile(file, []byte("1\n2\n3\n4\n5\n6\n7\n8\n9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Settings.ListSize = 4
	s.list.at(stepper.Line{File: file, Line: 5})
	for _, c := range []struct{ args, want string }{
		{"", "3\t3\n4\t4\n5\t5\n6\t6\n"},
		{"", "7\t7\n8\t8\n9\t9\n"},
		{"2,3", "2\t2\n3\t3\n"},
		{"-", "1\t1\n"},
		{"8,", "8\t8\n9\t9\n"},
		{",3", "1\t1\n2\t2\n3\t3\n"},
		{"5", "3\t3\n4\t4\n5\t5\n6\t6\n"},
	} {
		out.Reset()
		if err := s.List(c.args); err != nil || out.String() != c.want {
			t.Errorf("list %s: %q, %v; want %q", c.args, out.String(), err, c.want)
		}
	}
	if err := s.List("100,200"); err == nil {
		t.Error("lines past the end are accepted")
	}
	if err := s.List("5,4"); err == nil {
		t.Error("a range that runs backwards is accepted")
	}
}

func TestPendingDecidesOnUnknownLocations(t *testing.T) {
	reason := os.ErrNotExist
	for _, c := range []struct {
		pending Pending
		tty     bool
		answer  bool
		keep    bool
	}{{PendingOn, false, false, true}, {PendingOff, true, true, false}, {PendingAuto, false, true, false}, {PendingAuto, true, true, true}, {PendingAuto, true, false, false}} {
		s, _ := newSession(t)
		s.Settings.Pending, s.TTY = c.pending, c.tty
		s.Confirm = func(prompt.Question) (bool, error) { return c.answer, nil }
		if err := s.pend(reason); (err == nil) != c.keep {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestSourcesAreFoundInOtherDirectories(t *testing.T) {
	s, _ := newSession(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "moved.c"), []byte("first\nsecond\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.SourceText("/nosuch/moved.c", 2); ok {
		t.Fatal("a file that is not there was read")
	}
	s.SourceDirs(dir)
	if text, ok := s.SourceText("/nosuch/moved.c", 2); !ok || text != "second" {
		t.Errorf("%q, %v", text, ok)
	}
	if _, ok := s.SourceText("/nosuch/moved.c", 3); ok {
		t.Error("a line past the end was found")
	}
}

func TestSourceNewerThanTheProgramIsWarnedOfOnce(t *testing.T) {
	s, _ := newSession(t)
	var warned bytes.Buffer
	s.Err = &warned
	dir := t.TempDir()
	now := time.Now()
	for name, age := range map[string]time.Duration{"prog": time.Hour, "new.c": 0, "old.c": 2 * time.Hour} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("line\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	s.Program = filepath.Join(dir, "prog")
	for range 2 {
		s.SourceText(filepath.Join(dir, "old.c"), 1)
		s.SourceText(filepath.Join(dir, "new.c"), 1)
	}
	if n := strings.Count(warned.String(), "more recent"); n != 1 || strings.Contains(warned.String(), "old.c") {
		t.Errorf("%d warnings: %s", n, warned.String())
	}
}
