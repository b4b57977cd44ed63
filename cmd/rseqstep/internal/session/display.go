package session

import (
	"errors"
	"strings"

	"rseqstep/cmd/rseqstep/internal/show"
)

// Display is an expression shown at every stop.
type Display struct {
	Number  int
	Format  string // without the slash
	Expr    string
	Enabled bool
}

// memory reports whether the format examines memory, as x does.
func (d *Display) memory() bool {
	return strings.ContainsAny(d.Format, "is") || strings.ContainsAny(d.Format, "0123456789bhwg")
}

// AddDisplay adds an expression and shows it if there is a process.
func (s *Session) AddDisplay(format, expr string) {
	s.displayed++
	d := &Display{Number: s.displayed, Format: format, Expr: expr, Enabled: true}
	s.displays = append(s.displays, d)
	if s.HasProcess() {
		s.showDisplay(d)
	}
}

// Displays returns the expressions shown at every stop.
func (s *Session) Displays() []*Display { return s.displays }

// Undisplay removes one, or all for 0; it returns false if the number does not exist.
func (s *Session) Undisplay(number int) bool {
	if number == 0 {
		s.displays = nil
		return true
	}
	for i, d := range s.displays {
		if d.Number == number {
			s.displays = append(s.displays[:i:i], s.displays[i+1:]...)
			return true
		}
	}
	return false
}

// ShowDisplays prints every enabled display.
func (s *Session) ShowDisplays() {
	for _, d := range s.displays {
		if d.Enabled {
			s.showDisplay(d)
		}
	}
}

// showDisplay prints one. It leaves out an expression that cannot be evaluated here, as
// gdb leaves out one that belongs to another block.
func (s *Session) showDisplay(d *Display) {
	if s.displaying {
		return // a function that a display calls has stopped
	}
	s.displaying = true
	defer func() { s.displaying = false }()
	if d.memory() {
		if text, err := s.Values().Examine(d.Format, d.Expr); err == nil && !s.displayJSON(d, text) {
			s.printf("%d: x/%s %s\n%s\n", d.Number, d.Format, d.Expr, strings.TrimRight(text, "\n"))
		}
		return
	}
	text, err := s.Values().Output(d.Format, d.Expr)
	var call *abandonedError
	switch {
	case errors.As(err, &call):
		text = "<error: " + err.Error() + ">"
	case err != nil:
		return
	}
	if s.displayJSON(d, text) {
		return
	}
	format := ""
	if d.Format != "" {
		format = "/" + d.Format + " "
	}
	s.printf("%d: %s%s = %s\n", d.Number, format, d.Expr, text)
}

// displayJSON writes a display as an object, if objects are asked for.
func (s *Session) displayJSON(d *Display, text string) bool {
	if s.JSON != nil {
		show.WriteInfo(s.JSON, "display", show.Fields{"number": d.Number, "format": d.Format, "expression": d.Expr, "value": strings.TrimRight(text, "\n")})
	}
	return s.JSON != nil
}
