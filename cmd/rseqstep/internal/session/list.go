package session

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
)

// listing is the position of `list`.
type listing struct {
	file        string
	first, last int  // the lines listed last; 0 for none
	center      int  // the line to list around, if nothing was listed since the stop
	set         bool // file and center are valid
}

// at makes `list` show the surroundings of l next.
func (g *listing) at(l stepper.Line) {
	*g = listing{file: l.File, center: l.Line, set: true}
}

func (g *listing) reset() { *g = listing{} }

// List runs `list ARGS`: nothing (continue after the last line), "-", N, N,M, f,
// file:N, *ADDR and pairs of them.
func (s *Session) List(args string) error {
	size := s.Settings.ListSize
	switch {
	case args == "" || args == "+":
		if s.list.last != 0 {
			return s.lines(s.list.last+1, s.list.last+size)
		}
		if err := s.listHere(); err != nil {
			return err
		}
		first := max(1, s.list.center-size/2)
		return s.lines(first, first+size-1)
	case args == "-":
		if !s.list.set {
			if err := s.listHere(); err != nil {
				return err
			}
		}
		end := s.list.first - 1
		if s.list.first == 0 {
			end = max(1, s.list.center-size/2) - 1
		}
		if end < 1 {
			return prompt.Message("Already at the start of %s.", show.Path(s.list.file))
		}
		return s.lines(max(1, end-size+1), end)
	}
	from, to, ranged := strings.Cut(args, ",")
	from, to = strings.TrimSpace(from), strings.TrimSpace(to)
	if !ranged {
		l, err := s.LineOf(from)
		if err != nil {
			return err
		}
		s.list.at(l)
		first := max(1, l.Line-size/2)
		return s.lines(first, first+size-1)
	}
	return s.listRange(from, to)
}

func (s *Session) listRange(from, to string) error {
	size := s.Settings.ListSize
	var a, b stepper.Line
	var err error
	if from != "" {
		if a, err = s.LineOf(from); err != nil {
			return err
		}
		s.list.at(a)
	}
	if to != "" {
		if b, err = s.LineOf(to); err != nil {
			return err
		}
		if from == "" {
			s.list.at(b)
			return s.lines(max(1, b.Line-size+1), b.Line)
		}
		return s.lines(a.Line, b.Line)
	}
	return s.lines(a.Line, a.Line+size-1)
}

// listHere moves the listing to the selected frame's line, or to main.
func (s *Session) listHere() error {
	if s.list.set {
		return nil
	}
	if frames, err := s.Frames(s.level + 1); err == nil && s.level < len(frames) && frames[s.level].Line.Line != 0 {
		s.list.at(frames[s.level].Line)
		return nil
	}
	l, err := s.LineOf("main")
	if err != nil {
		return prompt.Message("No symbol table is loaded.  Use the \"file\" command.")
	}
	s.list.at(l)
	return nil
}

// LineOf finds the line that a location of `list` names. A bare number is a line of the
// file listed last.
func (s *Session) LineOf(text string) (stepper.Line, error) {
	if n, err := strconv.Atoi(text); err == nil {
		if err := s.listHere(); err != nil {
			return stepper.Line{}, err
		}
		return stepper.Line{File: s.list.file, Line: n}, nil
	}
	if strings.HasPrefix(text, "*") {
		a, err := s.Values().Address(text[1:])
		if err != nil {
			return stepper.Line{}, err
		}
		if p := s.PlaceOf(a); p.Line.Line != 0 {
			return p.Line, nil
		}
		return stepper.Line{}, prompt.Message("No line number information available for address %v.", a)
	}
	if file, number, ok := cutLine(text); ok {
		// A line without code is listed too, and so is one after the last line with
		// code.
		places, err := s.Lookup(file + ":1")
		for _, p := range places {
			if filepath.Base(p.Line.File) == filepath.Base(file) {
				return stepper.Line{File: p.Line.File, Line: number}, nil
			}
		}
		if err != nil {
			return stepper.Line{}, err
		}
	}
	places, err := s.Lookup(text)
	if err != nil {
		return stepper.Line{}, err
	}
	for _, p := range places {
		if p.Line.Line != 0 {
			// The function's own line, if its body begins a few lines later.
			if f, ok := s.Symbols().Function(p.Addr); ok && f.Body == p.Addr && !strings.Contains(text, ":") {
				if l, ok := s.Symbols().Line(f.Entry, 0); ok && l.Line != 0 {
					return l, nil
				}
			}
			return p.Line, nil
		}
	}
	return stepper.Line{}, prompt.Message("Function %q has no line information.", text)
}

// cutLine splits FILE:LINE.
func cutLine(text string) (file string, line int, ok bool) {
	i := strings.LastIndexByte(text, ':')
	if i < 1 {
		return "", 0, false
	}
	line, err := strconv.Atoi(strings.TrimSpace(text[i+1:]))
	return strings.TrimSpace(text[:i]), line, err == nil && line > 0
}

// lines prints lines first to last of the file being listed.
func (s *Session) lines(first, last int) error {
	all := s.SourceLines(s.list.file)
	if all == nil {
		return prompt.Message("%s: cannot be read.  Use \"directory DIR\" to add a directory with sources.", show.Path(s.list.file))
	}
	if first > len(all) {
		return prompt.Message("Line number %d out of range; %q has %d lines.", first, show.Path(s.list.file), len(all))
	}
	if last < first {
		return prompt.Message("Line %d comes before line %d.", last, first)
	}
	last = min(last, len(all))
	for n := first; n <= last; n++ {
		s.printf("%s\n", show.SourceLine(n, all[n-1]))
	}
	s.list = listing{file: s.list.file, first: first, last: last, center: s.list.center, set: true}
	return nil
}

// SearchLines shows the nearest line of the file being listed that matches, after the lines listed
// last (direction 1) or before them (-1).
func (s *Session) SearchLines(pattern string, direction int) error {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return prompt.Message("Invalid regexp: %s", pattern)
	}
	if err := s.listHere(); err != nil {
		return err
	}
	all, n := s.SourceLines(s.list.file), max(1, s.list.center-s.Settings.ListSize/2)
	switch {
	case s.list.last == 0: // where list would begin
	case direction > 0:
		n = s.list.last + 1
	default:
		n = s.list.first - 1
	}
	for ; n >= 1 && n <= len(all); n += direction {
		if re.MatchString(all[n-1]) {
			s.history.SetInteger("_", int64(n))
			return s.lines(n, n)
		}
	}
	return prompt.Message("Expression not found")
}
