package lineedit

import (
	"bufio"
	"io"
	"strings"
	"unicode/utf8"
)

// History is the lines read before, the oldest first.
type History struct{ lines []string }

const historySize = 1000

// Add appends a line, unless it is the last one already.
func (h *History) Add(text string) {
	if n := len(h.lines); text == "" || n > 0 && h.lines[n-1] == text {
		return
	}
	h.lines = append(h.lines, text)
	if len(h.lines) > historySize {
		h.lines = h.lines[1:]
	}
}

// ReadFrom adds the lines of r; what is no text is left out. It returns the
// bytes read.
func (h *History) ReadFrom(r io.Reader) (int64, error) {
	in, n := bufio.NewReader(r), int64(0)
	for {
		text, err := in.ReadString('\n')
		n += int64(len(text))
		if text = strings.TrimRight(text, "\r\n"); printable(text) {
			h.Add(text)
		}
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// WriteTo writes a line each.
func (h *History) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, strings.Join(append(h.lines[:len(h.lines):len(h.lines)], ""), "\n"))
	return int64(n), err
}

func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// walk is a way through the history from a line being edited: along the lines
// that begin as it did.
type walk struct {
	fits []string // the lines, and last the one being edited
	at   int
}

func (h *History) walk(text string) *walk {
	w := &walk{}
	for _, l := range h.lines {
		if strings.HasPrefix(l, text) {
			w.fits = append(w.fits, l)
		}
	}
	w.at = len(w.fits)
	w.fits = append(w.fits, text)
	return w
}

// move goes by lines and returns where that leads; it stays inside.
func (w *walk) move(by int) string {
	w.at = min(max(w.at+by, 0), len(w.fits)-1)
	return w.fits[w.at]
}

// find is the newest line before the given number that has pattern in it, and
// where in it, in characters.
func (h *History) find(pattern string, before int) (number, pos int, ok bool) {
	for i := min(before, len(h.lines)) - 1; i >= 0; i-- {
		if at := strings.Index(h.lines[i], pattern); at >= 0 {
			return i, utf8.RuneCountInString(h.lines[i][:at]), true
		}
	}
	return 0, 0, false
}
