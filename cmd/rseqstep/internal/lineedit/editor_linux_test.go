package lineedit

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// script is a console whose keys are there already; the input ends after them.
type script struct {
	keys  []byte
	last  event // what comes after the keys; eventByte: eventHangup
	out   strings.Builder
	width func() int  // nil: 80 columns
	drawn func() bool // the window is resized before the next key; nil: never
	stops int         // Ctrl-Z was carried out
}

func (s *script) next() (event, byte, error) {
	if s.drawn != nil && s.drawn() {
		return eventRedraw, 0, nil
	}
	if len(s.keys) == 0 {
		if s.last != eventByte {
			return s.last, 0, nil
		}
		return eventHangup, 0, nil
	}
	b := s.keys[0]
	s.keys = s.keys[1:]
	return eventByte, b, nil
}

func (s *script) write(text string) { s.out.WriteString(text) }
func (s *script) suspend()          { s.stops++ }

func (s *script) size() (columns, rows int) {
	if s.width == nil {
		return 80, 24
	}
	return s.width(), s.width()
}

func words(text string) (string, []string) {
	at := strings.LastIndexByte(text, ' ') + 1
	var fits []string
	for _, w := range []string{"delete", "detach", "display", "ébène", "ébauche"} {
		if strings.HasPrefix(w, text[at:]) {
			fits = append(fits, w)
		}
	}
	return text[:at], fits
}

var command = Options{Ask: "> ", Complete: words, History: true}

// editorOn is an editor that has read the lines before.
func editorOn(t *testing.T, s *script, before ...string) *editor {
	t.Helper()
	e, err := newEditor(s, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.lib.Close() })
	for _, text := range before {
		if err := e.lib.SaveToHistory(text); err != nil {
			t.Fatal(err)
		}
	}
	return e
}

func TestKeysEditTheLine(t *testing.T) {
	for _, c := range []struct{ keys, want string }{
		{"abc\r", "abc"},
		{"ac\x1b[Db\r", "abc"},
		{"bc\x01a\x05d\r", "abcd"},
		{"abx\x7fc\r", "abc"},
		{"xabc\x01\x1b[3~\r", "abc"},
		{"xabc\x01\x04\r", "abc"},
		{"one two\x17\x19\x19\r", "one twotwo"},
		{"one two\x01\x0b\x19 and \x19\r", "one two and one two"},
		{"one\x15two\x19\r", "twoone"},
		{"ab\x14\r", "ba"},
		{"one two\x1bb\x0b\r", "one "},
		{"abc\x0b\x7f\x1f\r", "abc"},
		{"de\t\r", "de"},
		{"del\t x\r", "delete x"},
		{"p di\tx\r", "p displayx"},
		{"é\tx\x7f\r", "éb"},
		{"\x10\r", "next 2"},
		{"x\x10\x10\x0e\x0e\r", "x"},
		{"\x12main\r", "break é main"},
		{"\x12main\x05!\r", "break é main!"},
		{"\x12main\x07\r", ""},
		{"\x12\xc3\xa9\r", "break é main"},
		{"a\x1a\x1c\x00\x1b[Zb\r", "ab"},
	} {
		e := editorOn(t, &script{keys: []byte(c.keys)}, "break é main", "next 2")
		if got, err := e.read(command); got != c.want || err != nil {
			t.Errorf("%q: %q, %v; want %q", c.keys, got, err, c.want)
		}
	}
}

func TestALineCanBeGivenUp(t *testing.T) {
	begun := []string{"", "abc", "\x1b", "\x1b\x1b", "\x1b\x1b[", "\x1bO", "\x1b[1;5", "\xc3", "\x12", "\x12main", "\x12main\x1b[", "d\t\t", "d\x12\t", "\x10"}
	for _, keys := range begun {
		for ending, want := range map[string]error{"\x03": ErrInterrupted, "": io.EOF} {
			s := &script{keys: []byte(keys + ending)}
			if got, err := editorOn(t, s, "main").read(command); !errors.Is(err, want) {
				t.Errorf("%q: %q, %v; want %v", keys+ending, got, err, want)
			}
		}
		for last, want := range map[event]error{eventSignal: ErrInterrupted, eventStop: ErrStopped} {
			s := &script{keys: []byte(keys), last: last}
			if got, err := editorOn(t, s, "main").read(command); !errors.Is(err, want) {
				t.Errorf("%q, event %v: %q, %v; want %v", keys, last, got, err, want)
			}
		}
	}
	if got, err := editorOn(t, &script{keys: []byte("\x04abc")}).read(command); err != io.EOF {
		t.Errorf("Ctrl-D on an empty line: %q, %v", got, err)
	}
}

// TestALineIsBounded pastes more than a line can be.
func TestALineIsBounded(t *testing.T) {
	pasted := strings.Repeat("word ", 100_000)
	e := editorOn(t, &script{keys: []byte(pasted + "\x03" + pasted + "\r")})
	if _, err := e.read(command); !errors.Is(err, ErrInterrupted) {
		t.Errorf("Ctrl-C: %v", err)
	}
	if got, err := e.read(command); got != pasted[:maxRun] || err != nil {
		t.Errorf("%d characters, %v", len(got), err)
	}
}

// TestNothingIsReadBeyondTheLine looks at what is left for the program being
// debugged, and for the next line.
func TestNothingIsReadBeyondTheLine(t *testing.T) {
	for _, ending := range []string{"\r", "\n", "\x03", "\x1b[\x03", "\x12ma\x03", "\x12ma\r"} {
		s := &script{keys: []byte("next" + ending + "theirs\r")}
		e := editorOn(t, s, "main")
		_, err := e.read(command)
		if err != nil && !errors.Is(err, ErrInterrupted) {
			t.Fatal(err)
		}
		if string(s.keys) != "theirs\r" {
			t.Errorf("%q: %q is left", ending, s.keys)
		}
		if got, err := e.read(command); got != "theirs" || err != nil {
			t.Errorf("%q: then %q, %v", ending, got, err)
		}
	}
}

// TestAnAnswerIsNeitherCompletedNorKept reads an answer between commands.
func TestAnAnswerIsNeitherCompletedNorKept(t *testing.T) {
	s := &script{keys: []byte("del\x10\x12\t\ty\rsecond\r\x10\x10\x0e\x0e\r\x10\x10\r")}
	e := editorOn(t, s, "first")
	for i, want := range []string{"dely", "second", "", "first"} {
		o := command
		if i == 0 {
			o = Options{Ask: "Really? "}
		}
		if got, err := e.read(o); got != want || err != nil {
			t.Errorf("line %d: %q, %v; want %q", i, got, err, want)
		}
	}
}

func TestHistoryIsKeptInItsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	for _, c := range []struct{ keys, want string }{{"one é\r", "one é"}, {"two\r", "two"}, {"\x10\x10\r", "one é"}} {
		e, err := newEditor(&script{keys: []byte(c.keys)}, file)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := e.read(command); got != c.want || err != nil {
			t.Errorf("%q: %q, %v", c.keys, got, err)
		}
		if err := e.lib.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(file); string(text) != "one é\ntwo\none é\n" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestTheSecondTabListsTheCandidates(t *testing.T) {
	s := &script{keys: []byte("d\t\t\r")}
	if _, err := editorOn(t, s).read(command); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(s.out.String(), "> d\ndelete   detach   display\n") {
		t.Errorf("%q", s.out.String())
	}
	many := make([]string, 1000)
	for i := range many {
		many[i] = "word"
	}
	if got := list(many, 80); strings.Count(got, "word") != maxListed || !strings.Contains(got, "800 more") {
		t.Errorf("%d words are listed", strings.Count(got, "word"))
	}
}

// TestCompleteIsCalledOnTheReadersThread: that is the only one that may look at a
// tracee.
func TestCompleteIsCalledOnTheReadersThread(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	o, calls, tid := command, 0, syscall.Gettid()
	o.Complete = func(text string) (string, []string) {
		if calls++; syscall.Gettid() != tid {
			t.Error("it is called on another thread")
		}
		return words(text)
	}
	if _, err := editorOn(t, &script{keys: []byte("d\t\t\x12\tx\t\r")}).read(o); err != nil || calls != 4 {
		t.Errorf("%v, %d calls", err, calls)
	}
}

// alphabet is the keys that a random typist presses: all that do something, and
// parts of those.
func alphabet() []string {
	keys := []string{"a", "é", "e\u0301", "漢", "d", "del", "di", " ", "main", "\xff", "\xc3", "\x1b", "\x1b[", "\x1bO", "\x1b[1;5", "\x1b[3~", "\t", "\t\t", "\x1by", "\x1b\x7f", "\x7f"}
	for b := range 0x20 {
		keys = append(keys, string(rune(b)))
	}
	for _, final := range "ABCDHFRZ~" {
		keys = append(keys, "\x1b["+string(final))
	}
	return keys
}

// TestAnyKeysLeaveALine types at random in windows of random sizes: nothing
// panics, and the input is read to its end.
func TestAnyKeysLeaveALine(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	keys := alphabet()
	for range 1000 {
		var typed bytes.Buffer
		for range random.IntN(200) {
			typed.WriteString(keys[random.IntN(len(keys))])
		}
		s := &script{keys: typed.Bytes(), width: func() int { return 1 + random.IntN(60) }, drawn: func() bool { return random.IntN(4) == 0 }}
		var before []string
		for range random.IntN(10) {
			before = append(before, keys[random.IntN(11)]+keys[random.IntN(11)])
		}
		readAll(t, s, before...)
	}
}

// readAll reads lines until the input ends, by turns commands and answers.
func readAll(t *testing.T, s *script, before ...string) {
	typed := string(s.keys)
	e := editorOn(t, s, before...)
	o := command
	for {
		_, err := e.read(o)
		switch {
		case errors.Is(err, io.EOF) && len(s.keys) == 0:
			return
		case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, ErrInterrupted):
			t.Fatalf("%q: %v", typed, err)
		}
		o.History = !o.History
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("\x12a\x12\x10\x1b[1;5\x03"), uint8(20))
	f.Fuzz(func(t *testing.T, keys []byte, columns uint8) {
		s := &script{keys: keys[:min(len(keys), 500)], width: func() int { return max(int(columns), 1) }}
		readAll(t, s, "é délire", "漢字 main")
	})
}
