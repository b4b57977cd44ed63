package session

import (
	"errors"
	"fmt"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper"
	"rseqstep/stepper/symbols"
	"rseqstep/table"
)

// At reports whether the breakpoint is at one of the places.
func (b *Breakpoint) At(places []stepper.Place) bool {
	for _, have := range b.Places {
		for _, p := range places {
			if have.Addr == p.Addr {
				return true
			}
		}
	}
	return false
}

// Replant sets a changed breakpoint in the process again.
func (s *Session) Replant(b *Breakpoint) error {
	if !s.Live() {
		b.Enabled = true
		return nil
	}
	if b.live != nil {
		if err := s.process.engine.DeleteBreakpoint(b.live.Number); err != nil {
			return err
		}
		b.live = nil
	}
	b.Enabled = true
	hits := b.Hits
	err := s.plant(b)
	if b.Hits = hits; err == nil {
		b.live.Hits = hits
	}
	return err
}

// Hit returns the breakpoints at the place where the selected thread stopped.
func (s *Session) Hit() []*Breakpoint {
	frames, err := s.Frames(1)
	if err != nil {
		return nil
	}
	var out []*Breakpoint
	for _, b := range s.Breakpoints() {
		if !b.Watch() && !b.Catches() && b.Event == nil && b.At([]stepper.Place{{Addr: frames[0].PC}}) {
			out = append(out, b)
		}
	}
	return out
}

// Lookup returns the places of a location: as Symbols.Lookup, and "*EXPR".
func (s *Session) Lookup(location string) ([]stepper.Place, error) {
	if strings.HasPrefix(location, "*") {
		a, err := s.addressAt(location)
		if err != nil {
			return nil, err
		}
		return []stepper.Place{s.PlaceOf(a)}, nil
	}
	var near stepper.Frame
	if frames, err := s.Frames(s.level + 1); err == nil && s.level < len(frames) {
		near = frames[s.level]
	}
	if _, err := s.need(); err != nil {
		return nil, err
	}
	places, _, err := s.find(s.qualify(location), near.PC)
	return places, err
}

// find looks up a location. full is the location without namespace aliases, inline namespaces
// and using declarations, which only the expressions of a unit know.
func (s *Session) find(location string, near table.Addr) (places []stepper.Place, full string, err error) {
	sy, err := s.need()
	if err != nil {
		return nil, location, err
	}
	places, err = sy.Lookup(location, near)
	if errors.Is(err, symbols.ErrNoSymbol) {
		for _, name := range s.Expressions().Imported(strings.Trim(location, "'")) {
			if places, err := sy.Lookup(name, near); err == nil {
				return places, name, nil
			}
		}
	}
	return places, location, err
}

// qualify prefixes a bare line number with the current file.
func (s *Session) qualify(location string) string {
	var n int
	if _, err := fmt.Sscanf(location+"\n", "%d\n", &n); err != nil {
		return location
	}
	if l, err := s.DefaultLine(); err == nil {
		return fmt.Sprintf("%s:%d", l.File, n)
	}
	return location
}

// DefaultLine is what a bare line number refers to: the file listed last, the selected
// frame's, or main's.
func (s *Session) DefaultLine() (stepper.Line, error) {
	if s.list.set {
		line := s.list.center
		return stepper.Line{File: s.list.file, Line: line}, nil
	}
	if err := s.listHere(); err != nil {
		return stepper.Line{}, err
	}
	l := stepper.Line{File: s.list.file, Line: s.list.center}
	return l, nil
}

// ThreadID returns the kernel's id of the thread with a user's number.
func (s *Session) ThreadID(number int) (int, error) {
	if s.process != nil {
		for tid, n := range s.process.engine.Numbers() {
			if n == number {
				return tid, nil
			}
		}
	}
	return 0, prompt.Message("Unknown thread %d.", number)
}

// NameThread gives a thread a name for the user, or with "" its own one again.
func (s *Session) NameThread(tid int, name string) {
	if s.names == nil {
		s.names = map[int]string{}
	}
	s.names[tid] = name
}

// ThreadName returns the name that the user gave a thread, or else its own.
func (s *Session) ThreadName(t stepper.ThreadInfo) string {
	if name := s.names[t.TID]; name != "" {
		return name
	}
	return t.Name
}

// SelectThread selects the thread with a number.
func (s *Session) SelectThread(number int) error {
	tid, err := s.ThreadID(number)
	if err != nil {
		return err
	}
	s.level = 0
	s.list.reset()
	s.process.values.Forget()
	return s.process.engine.SelectThread(tid)
}
