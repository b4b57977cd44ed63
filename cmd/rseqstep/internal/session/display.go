package session

import (
	"strings"

	"rseqstep/cmd/rseqstep/internal/show"
)

// Display is an expression shown at every stop.
type Display struct {
	Number  int
	Format  string // without the slash
	Expr    string
	Enabled bool

	within string // the function whose variables it names; "": none
}

// memory reports whether the format examines memory, as x does.
func (d *Display) memory() bool {
	return strings.ContainsAny(d.Format, "is") || strings.ContainsAny(d.Format, "0123456789bhwg")
}

// AddDisplay adds an expression and shows it.
func (s *Session) AddDisplay(format, expr string) error {
	locals, err := s.Values().Within(expr)
	if err != nil {
		return err
	}
	s.displayed++
	d := &Display{Number: s.displayed, Format: format, Expr: expr, Enabled: true}
	if locals {
		d.within = s.inFunction()
	}
	s.displays = append(s.displays, d)
	s.showDisplay(d)
	return nil
}

// inFunction is the function of the selected frame.
func (s *Session) inFunction() string {
	if f, err := s.Frame(); err == nil {
		return f.Function
	}
	return ""
}

// Means reports whether a display's local variables are those of the selected frame, and all its
// names are known there.
func (s *Session) Means(d *Display) bool {
	_, err := s.Values().Within(d.Expr)
	return err == nil && (d.within == "" || d.within == s.inFunction())
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

// showDisplay prints one. It leaves out an expression that belongs to another function, as gdb
// leaves out one that belongs to another block.
func (s *Session) showDisplay(d *Display) {
	if s.displaying || !s.Means(d) { // displaying: a function that a display calls has stopped
		return
	}
	s.displaying = true
	defer func() { s.displaying = false }()
	show := s.Values().Output
	if d.memory() {
		show = s.Values().Examine
	}
	text, err := show(d.Format, d.Expr)
	if err != nil {
		text += "<error: " + err.Error() + ">" // behind what could be read
	}
	if s.displayJSON(d, text) {
		return
	}
	if !d.memory() {
		format := ""
		if d.Format != "" {
			format = "/" + d.Format + " "
		}
		s.printf("%d: %s%s = %s\n", d.Number, format, d.Expr, text)
		return
	}
	count, letters := inOrder(d.Format)
	between := "\n"
	if count == "" && !strings.Contains(letters, "i") {
		between = "  "
	}
	s.printf("%d: x/%s%s %s%s%s\n", d.Number, count, letters, d.Expr, between, strings.TrimRight(text, "\n"))
}

// inOrder returns a format of x as gdb writes it: the count unless it is 1, the format's letter and
// the size's.
func inOrder(format string) (count, letters string) {
	letters = strings.TrimLeft(format, "0123456789")
	if count = strings.TrimSuffix(format, letters); count == "1" {
		count = ""
	}
	only := func(size bool) string {
		return strings.Join(strings.FieldsFunc(letters, func(r rune) bool { return strings.ContainsRune("bhwg", r) != size }), "")
	}
	return count, only(false) + only(true)
}

// displayJSON writes a display as an object, if objects are asked for.
func (s *Session) displayJSON(d *Display, text string) bool {
	if s.JSON != nil {
		show.WriteInfo(s.JSON, "display", show.Fields{"number": d.Number, "format": d.Format, "expression": d.Expr, "value": strings.TrimRight(text, "\n")})
	}
	return s.JSON != nil
}
