package session

import (
	"fmt"
	"regexp"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper"
	"rseqstep/stepper/expr"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/symbols"
	"rseqstep/table"
)

// values evaluates with package expr, in a process or in a file.
type values struct {
	s       *Session
	process *process // nil without one
	file    *program // nil with a process, or without a program
	frames  []stepper.Frame
	whole   bool                // frames is the whole stack
	tid     int                 // the thread of those frames
	watches map[string]*watched // by expression
}

// valuesFor returns Values for a process or a file; nil, nil for neither.
func (s *Session) valuesFor(p *process, f *program) Values {
	return &values{s: s, process: p, file: f, watches: map[string]*watched{}}
}

// Forget drops cached stack contents, and modules that are no longer loaded.
func (v *values) Forget() {
	v.frames, v.whole = nil, false
	if set := v.set(); set != nil {
		v.s.history.Forget(set.Modules())
	}
}

// set returns the symbols, nil if there are none.
func (v *values) set() *symbols.Set {
	switch {
	case v.process != nil:
		return v.process.symbols
	case v.file != nil:
		return v.file.symbols
	}
	return nil
}

// unwound returns at least max frames of the selected thread, if it has that many.
func (v *values) unwound(max int) []stepper.Frame {
	if v.process == nil {
		return nil
	}
	e := v.process.engine
	if v.tid != e.Thread() {
		v.Forget()
		v.tid = e.Thread()
	}
	if !v.whole && len(v.frames) < max {
		frames, err := e.Frames(v.tid, max)
		if err != nil {
			return nil
		}
		v.frames, v.whole = frames, len(frames) < max
	}
	return v.frames
}

// at returns the context of a frame of the selected thread.
func (v *values) at(level int) *expr.Context {
	if v.process == nil {
		return v.of(0, level)
	}
	return v.of(v.process.engine.Thread(), level)
}

// of returns the context of a thread whose frames v has.
func (v *values) of(tid, level int) *expr.Context {
	c := &expr.Context{Session: v.s.history, Arch: v.s.Arch(), Warn: func(text string) { fmt.Fprintf(v.s.Err, "warning: %s\n", text) }}
	if set := v.set(); set != nil {
		c.Source = set
	}
	if v.process == nil {
		if v.file != nil {
			c.Mem = v.file
		}
		return c
	}
	e := v.process.engine
	c.Mem = v.process.target
	c.Frames = v.unwound(level + 1)
	// Two more than the selected frame: entry values are found in the caller.
	c.Further = func() []stepper.Frame { return v.unwound(level + 3) }
	c.Selected = level
	if level >= len(c.Frames) {
		c.Selected = 0
	}
	c.Write = e.WriteMemory
	c.WriteRegs = func(r *machine.Regs) error { v.Forget(); return e.SetRegs(tid, *r) }
	c.Thread = func() int { return e.Numbers()[tid] }
	c.Exception = func() (table.Addr, string, error) { return v.s.exception(tid) }
	c.Siginfo = func() ([]byte, error) { return v.process.target.Siginfo(tid) }
	c.XState = func() ([]byte, error) { return v.process.target.XState(tid) }
	c.WriteXState = func(area []byte) error { return v.process.target.SetXState(tid, area) }
	return c
}

// ContextAt selects a thread and one of its frames, and returns the context in which
// expressions of that frame are evaluated, until the program moves. Error: ErrNotRun.
func (s *Session) ContextAt(tid, level int) (*expr.Context, error) {
	if s.process == nil {
		return nil, ErrNotRun
	}
	if err := s.process.engine.SelectThread(tid); err != nil {
		return nil, err
	}
	s.level = level
	v, ok := s.process.values.(*values)
	if !ok {
		return nil, ErrNotRun
	}
	return v.at(level), nil
}

// ContextOf returns the context of a thread's innermost frame without selecting it, for
// deciding on a breakpoint while the program is under way. Error: ErrNotRun.
func (s *Session) ContextOf(tid int) (*expr.Context, error) {
	p := s.process
	if p == nil {
		return nil, ErrNotRun
	}
	frames, err := p.engine.Frames(tid, 1)
	if err != nil {
		return nil, err
	}
	v := &values{s: s, process: p, frames: frames, whole: true, tid: p.engine.Thread()}
	c := v.of(tid, 0)
	c.Further = func() []stepper.Frame {
		frames, _ := p.engine.Frames(tid, 3) // without the callers an entry value is not known
		return frames
	}
	return c, nil
}

// here returns the selected frame, in which functions of the program can be called.
func (v *values) here() *expr.Context {
	c := v.at(v.s.level)
	c.Caller = caller{v}
	return c
}

// Expressions returns the context of the selected frame; without a process it is that of the file.
func (s *Session) Expressions() *expr.Context {
	if v, ok := s.Values().(*values); ok {
		return v.here()
	}
	return &expr.Context{Session: s.history}
}

func (v *values) Evaluate(text string) error {
	_, err := v.here().Evaluate(text)
	v.Forget()
	return err
}

// Address evaluates an address in the code: a function stands for its first
// instruction, anything else for its number.
func (v *values) Address(text string) (table.Addr, error) {
	return addressIn(v.here(), text)
}

func addressIn(c *expr.Context, text string) (table.Addr, error) {
	e, err := c.Parse(text)
	if err != nil {
		return 0, err
	}
	val, err := c.Eval(e)
	if err != nil {
		return 0, err
	}
	if val.Type != nil && (val.Type.Kind == expr.Func || val.Type.Kind == expr.NoDebug) {
		if a, ok := val.Addr(); ok {
			return a, nil
		}
	}
	n, err := c.Integer(e)
	return table.Addr(n), err
}

// Watchable returns the address and size that a debug register would watch for an
// expression.
func (v *values) Watchable(text string) (table.Addr, int, error) {
	if v.process == nil {
		return 0, 0, prompt.Message("The program is not being run: the expression has no address yet.")
	}
	return v.watchableIn(v.here(), text)
}

// Within implements Values.
func (v *values) Within(text string) (locals bool, err error) {
	c := v.here()
	e, err := c.Parse(text)
	if err == nil {
		err = c.Resolves(e)
	}
	return err == nil && c.UsesVariables(e), err
}

// Worthy implements Values.
func (v *values) Worthy(text string) error {
	c := v.here()
	e, err := c.Parse(text)
	if err != nil {
		return err
	}
	if e.Constant() {
		return prompt.Message("Cannot watch constant value `%s'.", text)
	}
	if e.Names() && c.Source == nil {
		return ErrNoFile
	}
	return c.Resolves(e)
}

func (v *values) watchableIn(c *expr.Context, text string) (table.Addr, int, error) {
	e, err := c.Parse(text)
	if err != nil {
		return 0, 0, err
	}
	if e.Calls() {
		return 0, 0, prompt.Message("Cannot watch %q: rseqstep would have to call the function after each instruction. Watch the memory that holds its value instead.", text)
	}
	w, err := c.Watch(e)
	if err != nil {
		return 0, 0, err
	}
	a, size := w.Addr, int(w.Len)
	switch {
	case size != 1 && size != 2 && size != 4 && size != 8:
		return 0, 0, prompt.Message("Cannot watch %q: it has %d bytes, and a debug register watches 1, 2, 4 or 8. Watch a part of it.", text, size)
	case uint64(a)%uint64(size) != 0:
		return 0, 0, prompt.Message("Cannot watch %q: its address %v must be a multiple of its %d bytes, for a debug register.", text, a, size)
	}
	was := make([]byte, size)
	if n, _ := v.process.target.ReadMemory(a, was); n < size {
		was = nil // there may be memory later
	}
	v.watches[text] = &watched{typ: w.Value.Type, addr: a, local: w.Frame != 0}
	v.Content(text, was)
	return a, size, nil
}

func (v *values) Condition(text string) (func(int) (bool, error), error) {
	e, err := v.here().Parse(text)
	if err != nil {
		return nil, err
	}
	if e.Calls() {
		return nil, prompt.Message("A breakpoint's condition cannot call functions of the program, because all threads are stopped while it is tested. Use \"if\" in the breakpoint's \"commands\" instead.")
	}
	return func(tid int) (bool, error) {
		if v.s.process == nil {
			return true, nil
		}
		c, err := v.s.ContextOf(tid)
		if err != nil {
			return true, err
		}
		e, err := c.Parse(text)
		if err != nil {
			return true, err
		}
		return c.True(e)
	}, nil
}

// FunctionsMatching returns the functions whose names the expression matches.
func (s *Session) FunctionsMatching(pattern string) ([]symbols.Match, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, prompt.Message("Invalid regexp: %w", err)
	}
	set := s.set()
	if set == nil {
		return nil, ErrNoFile
	}
	return set.Functions(re), nil
}

func (v *values) Functions(pattern string) ([]string, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, prompt.Message("Invalid regexp: %w", err)
	}
	set := v.set()
	if set == nil {
		return nil, ErrNoFile
	}
	head := "All defined functions:"
	if pattern != "" {
		head = fmt.Sprintf("All functions matching regular expression %q:", pattern)
	}
	lines := []string{head}
	file, plain := "", false
	for _, m := range set.Functions(re) {
		switch {
		case m.Debug && m.Line.File != file:
			file = m.Line.File
			lines = append(lines, "", "File "+file+":")
		case !m.Debug && !plain:
			plain = true
			lines = append(lines, "", "Non-debugging symbols:")
		}
		if m.Debug {
			lines = append(lines, fmt.Sprintf("%d:\t%s", m.Line.Line, m.Name))
		} else {
			lines = append(lines, fmt.Sprintf("%#016x  %s", uint64(m.Addr), m.Name))
		}
	}
	return lines, nil
}
