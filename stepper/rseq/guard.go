package rseq

import (
	"errors"
	"fmt"
	"syscall"

	"rseqstep/table"
)

// Guard refuses a breakpoint inside a section, where the kernel would abort the section, and on a
// signature, where the kernel would kill the program. Errors: *InsideError.
func (s *Sections) Guard(a table.Addr) error {
	if p := s.Covering(a); p != nil {
		return s.inside(a, p)
	}
	if p := s.image.SignatureAt(a); p != nil {
		return fmt.Errorf("%v lies on the signature before the abort handler %v of the section %s: a breakpoint there would make the kernel kill the program; break at %v",
			a, p.Abort, s.Name(p), p.Abort)
	}
	return nil
}

// GuardOwn is Guard for a trap of the debugger's own. It also refuses the middle of an
// instruction (Guard allows that for the user, who may know more about the code than its control
// flow shows), and the inside of an exclusive sequence. Errors: *InsideError, *MiddleError,
// *SequenceError.
func (s *Sections) GuardOwn(a table.Addr) error {
	if err := s.Guard(a); err != nil {
		return err
	}
	if err := s.outsideSequences(a); err != nil {
		return err
	}
	return s.middle(a)
}

// GuardAborting refuses a trap that is to make the kernel restart a section, unless it stands inside
// one at the beginning of an instruction and on no signature. Errors: *MiddleError, and those that
// say why.
func (s *Sections) GuardAborting(a table.Addr) error {
	if s.image.At(a) == nil {
		return fmt.Errorf("%v is not inside a critical section", a)
	}
	if p := s.image.SignatureAt(a); p != nil {
		return fmt.Errorf("%v lies on the signature before the abort handler %v of the section %s", a, p.Abort, s.Name(p))
	}
	for _, p := range s.image.AllAt(a) {
		if b, err := s.Body(p); err == nil && b.Within(a) {
			return fmt.Errorf("%v is not the beginning of an instruction of the critical section %s", a, s.Name(p))
		}
	}
	return s.middle(a)
}

func (s *Sections) inside(a table.Addr, p *table.Placed) error {
	return &InsideError{Addr: a, Section: s.Name(p), Start: p.Start, End: p.End}
}

// Covering returns the section inside which no breakpoint may be inserted at a, nil if there is
// none. If a section begins with its own arming store, that address is allowed, because the
// section is not armed there, or not armed again yet.
func (s *Sections) Covering(a table.Addr) *table.Placed {
	if s.image.At(a) == nil {
		return nil
	}
	for _, p := range s.image.AllAt(a) {
		if trap, ok, err := s.Arming(p); err != nil || !ok || trap != a {
			return p
		}
	}
	return nil
}

// Places returns the addresses at which a trap for a is inserted: a itself, or the exits of the
// section, or the ways out of the exclusive sequence, that contains a.
func (s *Sections) Places(a table.Addr) []table.Addr {
	if p := s.Covering(a); p != nil {
		if body, err := s.Body(p); err == nil {
			return s.Exits(body)
		}
		return nil
	}
	if q, ok := s.SequenceAround(a); ok {
		return q.Ways
	}
	return []table.Addr{a}
}

// Allow reports whether traps of the debugger's own may be inserted at all the places.
func (s *Sections) Allow(places []table.Addr) bool {
	for _, a := range places {
		if s.GuardOwn(a) != nil {
			return false
		}
	}
	return true
}

// InsideTrap returns the process address of the trap for a breakpoint inside a section: its
// arming store. From there the debugger steps the thread to the breakpoint with its registration
// lifted. The result is 0 for an address outside all sections, and for an arming store inside
// one. Errors: that of memory that cannot be read, *InsideError if no such trap is possible, and
// one for an address in the middle of an instruction.
func (s *Sections) InsideTrap(a table.Addr) (table.Addr, error) {
	p := s.Covering(a)
	if p == nil {
		return 0, nil
	}
	trap, ok, err := s.Arming(p)
	if err != nil {
		return 0, err
	}
	body, err := s.Body(p)
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return 0, err
	}
	if !ok || err != nil || s.GuardOwn(trap) != nil {
		return 0, s.inside(a, p)
	}
	if body.Within(a) {
		return 0, fmt.Errorf("%v is not the beginning of an instruction of the critical section %s", a, s.Name(p))
	}
	return trap, nil
}
