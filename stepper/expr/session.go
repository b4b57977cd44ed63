package expr

import (
	"errors"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/macro"
	"rseqstep/stepper/symbols"
)

// Session is what outlives a single expression: the value history ($1, $2, …),
// convenience variables, and the types read from the modules. It is not safe
// for concurrent use.
type Session struct {
	// Options say how values are shown.
	Options Options
	// UTF8 shows valid UTF-8 in strings as characters, not as octal bytes.
	UTF8 bool

	history    []Value
	vars       map[string]Value
	infos      map[*symbols.Module]*Info
	basics     *basics
	basics128  *basics                         // for another long double; nil until needed
	regs       map[*machine.Arch]registerViews // see views
	tags       map[string]*Type                // complete types of tags only declared elsewhere
	recognised map[*Type]recogniser            // see recogniser
	Examine    ExamineState                    // where a bare "x" continues
	Macros     map[string]macro.Definition     // the user's own

	macroScope macroScope
}

// NewSession makes an empty session.
func NewSession() *Session {
	b := newBasics(false)
	return &Session{Options: DefaultOptions(), vars: map[string]Value{}, infos: map[*symbols.Module]*Info{}, basics: b,
		regs: map[*machine.Arch]registerViews{}, tags: map[string]*Type{}, recognised: map[*Type]recogniser{}}
}

// views are the names of an architecture's registers.
func (s *Session) views(a *machine.Arch) registerViews {
	if s.regs[a] == nil {
		s.regs[a] = newRegisterViews(s.basics, a)
	}
	return s.regs[a]
}

// Forget drops the information about modules that are gone. Call it when the
// process's modules have changed.
func (s *Session) Forget(keep []*symbols.Module) {
	old := s.infos
	s.infos, s.tags, s.recognised = map[*symbols.Module]*Info{}, map[string]*Type{}, map[*Type]recogniser{}
	for _, m := range keep {
		if i, ok := old[m]; ok {
			s.infos[m] = i
		}
	}
}

// Record adds a value to the history with its current bytes, and returns its
// number: "$1" is 1.
func (c *Context) Record(v Value) (number int, recorded Value, err error) {
	if k := strip(v.Type).Kind; k != Func && k != NoDebug && k != Void && !v.lost {
		full, err := c.fetch(v)
		switch {
		case err == nil:
			v = full
		case errors.Is(err, errNotSaved), errors.Is(err, errOptimizedOut), v.kind == placePieces:
		default:
			return 0, v, err
		}
	}
	v.past = true
	c.Session.history = append(c.Session.history, v)
	return len(c.Session.history), v, nil
}

// past is the value of "$", "$$", "$3" or "$$3".
func (s *Session) past(absolute bool, n int) (Value, error) {
	last := len(s.history)
	if !absolute {
		n = last - n
		if last == 0 || n == 0 {
			return Value{Type: s.basics.void, have: true}, nil
		}
	}
	switch {
	case n > last:
		return Value{}, sentence("History has not yet reached $%d.", n)
	case n < 1:
		return Value{}, sentence("History does not go back to $$%d.", last-n)
	}
	return s.history[n-1], nil
}

// SetVariable sets a convenience variable; the name is without "$". The command
// layer uses it for $_, $__, $_exitcode, $bpnum.
func (s *Session) SetVariable(name string, v Value) {
	v.past = false
	s.vars[name] = v
}

// SetInteger sets a convenience variable to an int.
func (s *Session) SetInteger(name string, n int64) {
	t := s.basics.int
	if int64(int32(n)) != n {
		t = s.basics.long
	}
	s.vars[name] = newValue(t, leave(uint64(n), int(t.Size)))
}
