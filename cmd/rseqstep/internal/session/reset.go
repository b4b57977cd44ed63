package session

import (
	"fmt"
	"strings"

	"rseqstep/stepper"
	"rseqstep/stepper/expr"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// relocate returns the function by which the engine finds a breakpoint's address in a
// program that the process has executed. It is nil if Location is not an expression, or
// is one that is a number or meant its value when it was set.
func (s *Session) relocate(b *Breakpoint) func() (stepper.Located, error) {
	if b.Fixed || b.Catches() || !b.Watch() && !b.Address || b.Address && !s.named(b.Location[1:]) {
		return nil
	}
	return func() (stepper.Located, error) { return s.Values().Relocate(b) }
}

// named reports whether an expression's address comes from what it names in the
// program. An expression with a register or a value of the history meant its value when
// it was set.
func (s *Session) named(text string) bool {
	if strings.Contains(text, "$") {
		return false
	}
	v, ok := s.Values().(*values)
	if !ok {
		return false
	}
	e, err := v.here().Parse(text)
	return err == nil && e.Names()
}

// applies returns the function by which the engine asks whether the condition is valid
// at an address of a program that the process has executed.
func (s *Session) applies(b *Breakpoint) func(table.Addr) error {
	return func(a table.Addr) error {
		if b.Condition == "" {
			return nil
		}
		return s.Values().ConditionAt(b.Condition, a)
	}
}

// name is the name in messages; the breakpoint has no number before it is set.
func (b *Breakpoint) name() string {
	if b.Watch() {
		return fmt.Sprintf("watchpoint %d", b.Number)
	}
	return fmt.Sprintf("breakpoint %d", b.Number)
}

// Relocate implements Values.
func (v *values) Relocate(b *Breakpoint) (stepper.Located, error) {
	v.Forget()
	c := v.at(0)
	c.Frames = nil // the frames of the thread that called execve(2) have nothing to do with it
	if b.Watch() {
		at, length, err := v.watchableIn(c, b.Location)
		return stepper.Located{Watch: at, WatchLength: length}, err
	}
	at, err := addressIn(c, b.Location[1:])
	return stepper.Located{Addrs: []table.Addr{at}}, err
}

// Local implements Values.
func (v *values) Local(text string) bool {
	w := v.watches[text]
	return w != nil && w.local
}

// standing returns the context of a frame that stands at an address, without values.
func (v *values) standing(a table.Addr) *expr.Context {
	c := v.at(0)
	depth, entering := v.set().Inlines(a)
	r := v.s.Arch().Regs(machine.Words{})
	r.SetPC(a)
	c.Frames = []stepper.Frame{{PC: a, Regs: r, Inlined: depth - entering}}
	c.Selected = 0
	return c
}

// Scope implements Values.
func (v *values) Scope(a table.Addr) (out []Named, err error) {
	if v.set() == nil {
		return nil, ErrNoFile
	}
	c := v.standing(a)
	seen := map[string]bool{}
	for _, list := range []func() ([]expr.Variable, error){c.Locals, c.Args} {
		vars, err := list()
		if err != nil {
			return nil, err
		}
		for _, x := range vars {
			n := Named{Name: x.Name}
			if e, err := c.Parse(x.Name); err == nil {
				n.Type, _ = c.Whatis(e)
			}
			if !seen[x.Name] {
				out = append(out, n)
			}
			seen[x.Name] = true
		}
	}
	return out, nil
}

// ConditionAt implements Values.
func (v *values) ConditionAt(condition string, a table.Addr) error {
	c := v.standing(a)
	e, err := c.Parse(condition)
	if err != nil {
		return err
	}
	return c.Resolves(e)
}

// dropGone removes the breakpoints that ended with a program.
func (s *Session) dropGone() {
	kept := s.breakpoints[:0:0]
	for _, b := range s.breakpoints {
		if b.live == nil || !b.live.Gone {
			kept = append(kept, b)
		}
	}
	s.breakpoints = kept
}
