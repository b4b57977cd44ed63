package show

import (
	"os"

	"golang.org/x/term"
)

// Style colours text for a terminal. The zero value leaves it plain.
type Style struct {
	Color bool
	Intel bool // instructions in the syntax of Intel, not of AT&T
}

// StyleFor returns the Style for a file: colours on a terminal, unless NO_COLOR is set
// to anything or TERM says that there are none (see no-color.org).
func StyleFor(f *os.File, noColor bool) Style {
	if noColor || f == nil || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return Style{}
	}
	return Style{Color: term.IsTerminal(int(f.Fd()))}
}

// Columns is the width of a file's terminal, 0 if it is none.
func Columns(f *os.File) int {
	if f == nil {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

func (s Style) in(code, text string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// The colours are those of gdb's default style (gdb manual, "Output Styling").

func (s Style) Func(t string) string { return s.in("33", t) }
func (s Style) File(t string) string { return s.in("32", t) }
func (s Style) Addr(t string) string { return s.in("34", t) }
func (s Style) Dim(t string) string  { return s.in("2", t) }
func (s Style) Note(t string) string { return s.in("36", t) }
func (s Style) Here(t string) string { return s.in("1", t) }
func (s Style) Bad(t string) string  { return s.in("31", t) }
