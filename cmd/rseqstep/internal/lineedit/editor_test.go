package lineedit

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// script is a console whose keys are there already; the input ends after them.
type script struct {
	keys  []byte
	out   strings.Builder
	width func() int // nil: 80 columns
	stops int        // Ctrl-Z was carried out
}

func (s *script) next() (event, byte, error) {
	if len(s.keys) == 0 {
		return eventHangup, 0, nil
	}
	b := s.keys[0]
	s.keys = s.keys[1:]
	return eventByte, b, nil
}

func (s *script) waiting() bool     { return false }
func (s *script) write(text string) { s.out.WriteString(text) }
func (s *script) suspend()          { s.stops++ }

func (s *script) columns() int {
	if s.width == nil {
		return 80
	}
	return s.width()
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

func reader(s *script, history *History) *reading {
	return &reading{console: s, ask: "> ", complete: words, history: history, killed: &ring{}}
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
		{"one\x15two\x15\x19\x1by\r", "one"},
		{"ab\x14\r", "ba"},
		{"one two\x1bb\x1bd\r", "one "},
		{"e\u0301x\x7f\x7f\r", ""}, // a mark goes with the character it stands on
		{"de\t\r", "de"},
		{"del\t x\r", "delete x"},
		{"p di\tx\r", "p displayx"},
		{"ét\x7fb\t\r", "éb"},
		{"\x10\r", "next 2"},
		{"\x10\x10\x0e\x0e\r", ""},
		{"br\x10\r", "break é main"},
		{"\x12main\r", "break é main"},
		{"\x12mainx\x7f\x05!\r", "break é main!"},
		{"keep\x12main\x07\r", "keep"},
		{"\x12\xc3\xa9\x12\x12\x12\r", "break é main"},
		{"a\x1a\x1c\x00b\r", "ab"},
	} {
		h := &History{}
		for _, l := range []string{"break é main", "next 2"} {
			h.Add(l)
		}
		if got, err := reader(&script{keys: []byte(c.keys)}, h).read(); got != c.want || err != nil {
			t.Errorf("%q: %q, %v; want %q", c.keys, got, err, c.want)
		}
	}
}

func TestALineCanBeGivenUp(t *testing.T) {
	for keys, want := range map[string]error{
		"\x03": ErrInterrupted, "abc\x03": ErrInterrupted, "\x1b[\x03": ErrInterrupted, "\x12\x03": ErrInterrupted,
		"d\t\t\x03": ErrInterrupted, "\x19\x1by\x03": ErrInterrupted,
		"\x04": io.EOF, "\x12\x04": io.EOF, "": io.EOF, "abc": io.EOF, "\x12ab": io.EOF,
	} {
		if got, err := reader(&script{keys: []byte(keys)}, &History{}).read(); !errors.Is(err, want) {
			t.Errorf("%q: %q, %v; want %v", keys, got, err, want)
		}
	}
}

func TestTheSecondTabListsTheCandidates(t *testing.T) {
	s := &script{keys: []byte("d\t\t\r")}
	if _, err := reader(s, nil).read(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(s.out.String(), "delete   detach   display\r\n") {
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

// alphabet is the keys that a random typist presses: all that do something, and
// parts of those.
func alphabet() []string {
	keys := []string{"a", "é", "e\u0301", "漢", "d", "del", "di", " ", "main", "\xff", "\xc3", "\x1b", "\x1b[", "\x1bO", "\x1b[1;5", "\x1b[3~", "\t", "\t\t", "\x1by", "\x1b\x7f"}
	for b := range 0x20 {
		keys = append(keys, string(rune(b)))
	}
	for _, final := range "ABCDHFZ~" {
		keys = append(keys, "\x1b["+string(final))
	}
	return keys
}

// TestAnyKeysLeaveALine types at random in windows of random sizes: nothing
// panics, the cursor stays in the row, and the input is read to its end.
func TestAnyKeysLeaveALine(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	keys := alphabet()
	for range 2000 {
		var typed bytes.Buffer
		for range random.IntN(200) {
			typed.WriteString(keys[random.IntN(len(keys))])
		}
		s := &script{keys: typed.Bytes(), width: func() int { return 1 + random.IntN(60) }}
		h := &History{}
		for range random.IntN(10) {
			h.Add(keys[random.IntN(12)] + keys[random.IntN(12)])
		}
		killed := &ring{}
		for {
			r := reader(s, h)
			r.killed = killed
			text, err := r.read()
			if r.pos < 0 || r.pos > len(r.text) {
				t.Fatalf("%q: the cursor is at %d of %q", typed.String(), r.pos, text)
			}
			h.Add(text)
			if errors.Is(err, io.EOF) && len(s.keys) == 0 {
				break
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("\x12a\x12\x10\x1b[1;5\x03"), uint8(20))
	f.Fuzz(func(t *testing.T, keys []byte, columns uint8) {
		h := &History{}
		h.Add("é délire")
		h.Add("漢字 main")
		s := &script{keys: keys, width: func() int { return max(int(columns), 1) }}
		for len(s.keys) > 0 {
			text, _ := reader(s, h).read()
			h.Add(text)
		}
	})
}

// TestTheViewFitsItsRow looks at every cursor of lines in windows of every size.
func TestTheViewFitsItsRow(t *testing.T) {
	for _, text := range []string{"", "abc", "a long line that does not fit", "漢字漢字漢字漢字漢字漢字", "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301", "\x01\x02\x7f\u0085", "a漢e\u0301b漢字x"} {
		for _, ask := range []string{"", "> ", "a prompt that is long: "} {
			for columns := 1; columns < 50; columns++ {
				l := &line{text: []rune(text)}
				for l.pos = range len(l.text) + 1 {
					shown, cursor := view(ask, l, columns)
					if w := widths([]rune(shown)); w >= columns && columns > 1 || cursor < 0 || cursor >= columns {
						t.Fatalf("%q, %q, cursor %d, %d columns: %q takes %d, cursor %d", ask, text, l.pos, columns, shown, w, cursor)
					}
				}
			}
		}
	}
	l := &line{text: []rune("0123456789abcdefghij"), pos: 10}
	if shown, cursor := view("> ", l, 14); shown != "> <6789abcde>" || cursor != 7 {
		t.Errorf("%q, %d", shown, cursor)
	}
}

func TestHistoryIsReadAsItWasWritten(t *testing.T) {
	h := &History{}
	if _, err := h.ReadFrom(strings.NewReader("one\r\n\nbad \xff\n\x1b[2J\ntwo\ntwo\nlast")); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := h.WriteTo(&b); err != nil || b.String() != "one\ntwo\nlast\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
	for range 2 * historySize {
		h.Add("x")
		h.Add("y")
	}
	if len(h.lines) != historySize {
		t.Errorf("%d lines are kept", len(h.lines))
	}
}
