package session

import (
	"errors"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper"
)

// Breakpoints returns the user's breakpoints, up to date.
func (s *Session) Breakpoints() []*Breakpoint {
	s.dropGone()
	for _, b := range s.breakpoints {
		s.refresh(b)
	}
	return s.breakpoints
}

// Breakpoint returns one by its number.
func (s *Session) Breakpoint(number int) (*Breakpoint, error) {
	for _, b := range s.Breakpoints() {
		if b.Number == number {
			return b, nil
		}
	}
	return nil, prompt.Message("No breakpoint number %d.", number)
}

// Delete removes a breakpoint.
func (s *Session) Delete(b *Breakpoint) error {
	for i, have := range s.breakpoints {
		if have == b {
			s.breakpoints = append(s.breakpoints[:i:i], s.breakpoints[i+1:]...)
			break
		}
	}
	if b.live == nil || s.process == nil {
		return nil
	}
	number := b.live.Number
	b.live = nil
	return s.process.engine.DeleteBreakpoint(number)
}

// Enable enables or disables a breakpoint. It sets one that could not be set when the
// process began.
func (s *Session) Enable(b *Breakpoint, on bool) error {
	was := b.Enabled
	b.Enabled = on
	s.look(b)
	var err error
	switch {
	case s.process != nil && b.live != nil:
		err = s.process.engine.EnableBreakpoint(b.live.Number, 0, on)
	case s.Live() && on:
		err = s.plant(b)
	}
	if err != nil {
		b.Enabled = was
	}
	return err
}

// EnablePlace enables or disables one of a breakpoint's Places, the first of which is 1.
func (s *Session) EnablePlace(b *Breakpoint, place int, on bool) error {
	s.refresh(b)
	switch {
	case place < 1 || place > len(b.Places):
		return prompt.Message("Bad breakpoint location number '%d'", place)
	case s.process == nil || b.live == nil:
		b.Places[place-1].Off = !on
		return nil
	}
	err := s.process.engine.EnableBreakpoint(b.live.Number, place, on)
	s.refresh(b)
	return err
}

// SetCondition changes a breakpoint's condition; "" removes it.
func (s *Session) SetCondition(b *Breakpoint, condition string) error {
	if err := s.validCondition(b, condition); err != nil {
		return err
	}
	was := b.Condition
	b.Condition = condition
	when, err := s.when(b)
	if err != nil {
		b.Condition = was
		return err
	}
	if b.live != nil {
		b.live.When = when
	}
	return nil
}

// SetIgnore makes a breakpoint ignore the next n hits.
func (s *Session) SetIgnore(b *Breakpoint, n int) {
	b.Ignore = n
	if b.live != nil {
		b.live.Ignore = n
	}
}

// validCondition refuses a condition that is valid at none of b's places, such as one that names
// what the program does not have.
func (s *Session) validCondition(b *Breakpoint, condition string) error {
	if condition == "" || b.Watch() || b.Catches() || s.set() == nil {
		return nil
	}
	var first error
	for _, p := range b.Places {
		err := s.Values().ConditionAt(condition, p.Addr)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// unplant removes a breakpoint that has no number yet from the process.
func (s *Session) unplant(b *Breakpoint) error {
	if b.live == nil {
		return nil
	}
	return s.process.engine.DeleteBreakpoint(b.live.Number)
}

func isInside(err error) bool {
	return errors.Is(err, stepper.ErrInsideSection)
}
