package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/page"
	"rseqstep/stat"
)

// liveTable shows a recording while it runs: a table that is drawn anew in place on a terminal, a
// line each time elsewhere.
type liveTable struct {
	to     io.Writer
	size   func() (width, height int, ok bool) // ok is false if it is no terminal
	style  show.Style
	what   string // is recorded
	before *stat.Report
	lines  int // of the table that is on the screen
}

// newLiveTable returns what shows a recording, nil if nothing is to be shown. A program that
// rseqstep has started writes to the same terminal, so its table must be asked for.
func newLiveTable(e *env, o *statOptions, subject string, asked, program bool) *liveTable {
	out, _ := e.stdout.(*os.File)
	terminal := out != nil && term.IsTerminal(int(out.Fd()))
	switch {
	case asked && !o.live, !asked && (!terminal || program || o.json):
		return nil
	case terminal && !o.json:
		size := func() (int, int, bool) {
			w, h, err := term.GetSize(int(out.Fd()))
			return w, h, err == nil && w > 0 && h > 0
		}
		return &liveTable{to: out, size: size, style: e.style(false), what: subject}
	}
	return &liveTable{to: e.stderr, size: func() (int, int, bool) { return 0, 0, false }, what: subject}
}

// show shows a report.
func (l *liveTable) show(r *stat.Report) {
	defer func() { l.before = r }()
	width, height, ok := l.size()
	if !ok {
		fmt.Fprintf(l.to, "rseqstep: %s\n", page.Clean(r.Line(l.before)))
		return
	}
	var b strings.Builder
	b.WriteString(l.erase())
	lines := r.Top(l.before, width, height-2)
	for n, line := range lines {
		if line = page.Clean(line); n == 0 || n == 2 {
			line = l.style.Here(line)
		}
		b.WriteString(line + "\n")
	}
	end := []rune("Ctrl-C ends the recording of " + page.Clean(l.what))
	b.WriteString(l.style.Dim(string(end[:min(len(end), width)])) + "\n")
	l.lines = len(lines) + 1
	io.WriteString(l.to, b.String())
}

// erase returns what removes the table from the screen (ECMA-48: CPL, ED).
func (l *liveTable) erase() string {
	if l.lines == 0 {
		return ""
	}
	return fmt.Sprintf("\x1b[%dF\x1b[J", l.lines)
}

// end removes the table, because the summary follows.
func (l *liveTable) end() {
	if l != nil {
		io.WriteString(l.to, l.erase())
		l.lines = 0
	}
}
