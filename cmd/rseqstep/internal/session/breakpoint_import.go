package session

import (
	"errors"

	"rseqstep/stepper"
	"rseqstep/stepper/symbols"
)

// imported reports whether b's location, which was not found for the reason err, is a function
// that the program takes from a library: the process will have it.
func (s *Session) imported(b *Breakpoint, err error) bool {
	set := s.set()
	return set != nil && errors.Is(err, symbols.ErrNoSymbol) && set.Imports(b.Location)
}

// stubs returns the program's own stubs that call an imported function.
func (s *Session) stubs(function string) (list []stepper.Place) {
	set := s.set()
	if set == nil {
		return nil
	}
	for _, a := range set.Stubs(function) {
		p := s.PlaceOf(a)
		p.Function = function + "@plt"
		list = append(list, p)
	}
	return list
}
