package session

import (
	"path/filepath"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/signals"
	"rseqstep/stepper/symbols"
	"rseqstep/table"
)

// SignalTable is the `handle` table; it outlives processes.
func (s *Session) SignalTable() *stepper.SignalTable {
	if s.process != nil {
		return s.process.engine.Signals()
	}
	if s.handle == nil {
		s.handle = signals.NewTable()
	}
	return s.handle
}

// copySignals sets the session's table in a new process, and makes the session use the
// process's table from now on.
func (s *Session) copySignals(t *stepper.SignalTable) {
	if s.handle != nil {
		*t = *s.handle
	}
	s.handle = t
}

// SectionAt finds the critical section around an address of the process.
func (s *Session) SectionAt(a table.Addr) (*table.Placed, bool) {
	if s.process == nil {
		return nil, false
	}
	p := s.process.engine.Image().At(a)
	return p, p != nil
}

// FrameOf returns the innermost frame of a thread, ready to be shown; with arguments
// only for the selected thread.
func (s *Session) FrameOf(tid int) (*show.Frame, error) {
	if s.process == nil {
		return nil, ErrNoStack
	}
	if tid == s.process.engine.Thread() {
		frames, err := s.Frames(2)
		if err != nil {
			return nil, err
		}
		return s.shown(frames, 0), nil
	}
	frames, err := s.process.engine.Frames(tid, 1)
	if err != nil {
		return nil, err
	}
	if len(frames) == 0 {
		return nil, ErrNoStack
	}
	f := &show.Frame{Frame: frames[0], MidLine: !s.process.symbols.LineStart(frames[0].PC, frames[0].Inlined)}
	return f, nil
}

// ModuleName returns the path of the module that contains an address.
func (s *Session) ModuleName(a table.Addr) string {
	if set := s.set(); set != nil {
		if m := set.Module(a); m != nil {
			return m.Path
		}
	}
	return "no module"
}

// Auxv returns the process's auxiliary vector. See getauxval(3).
func (s *Session) Auxv() ([]byte, error) {
	if s.process == nil {
		return nil, prompt.Message("The program has no auxiliary information now.")
	}
	return s.process.target.Auxv()
}

// HasDebugInfo reports whether the module of that path has debug information.
func (s *Session) HasDebugInfo(path string) bool {
	set := s.set()
	if set == nil {
		return false
	}
	for _, m := range set.Modules() {
		if m.Path == path {
			return m.HasDWARF()
		}
	}
	return false
}

// SourceFiles returns the paths of all source files that debug information names, sorted.
func (s *Session) SourceFiles() []string {
	if set := s.set(); set != nil {
		return set.SourceFiles()
	}
	return nil
}

// IsProgram reports whether a module's path is that of the program's file.
func (s *Session) IsProgram(path string) bool {
	abs, err := filepath.Abs(s.Program)
	return err == nil && (path == abs || path == s.Program)
}

// set returns the symbols as their own type, nil if there are none.
func (s *Session) set() *symbols.Set {
	switch {
	case s.process != nil:
		return s.process.symbols
	case s.file != nil:
		return s.file.symbols
	}
	return nil
}

// SymbolNames returns functions and global variables that begin with prefix, for completion: the
// program's own first.
func (s *Session) SymbolNames(prefix string) []string {
	set := s.set()
	if set == nil || prefix == "" {
		return nil
	}
	data, code := set.CompleteData(prefix), set.Complete(prefix)
	own := s.own(data)
	out := append(append([]string(nil), data[:own]...), code[:s.own(code)]...)
	return append(append(out, data[own:]...), code[s.own(code):]...)
}

// own returns how many of the names are defined by the program itself.
func (s *Session) own(names []string) int {
	set := s.set()
	for i, name := range names {
		a, ok := set.Address(name)
		if !ok {
			continue // a name that only the debug information has
		}
		if m := set.Module(a); m != nil && !s.IsProgram(m.Path) {
			return i
		}
	}
	return len(names)
}

// LocationNames returns functions and files that begin with prefix, for completion.
func (s *Session) LocationNames(prefix string) []string {
	set := s.set()
	if set == nil || prefix == "" {
		return nil
	}
	return append(set.Complete(prefix), set.CompleteFile(prefix)...)
}

// ReadMemory reads the process's memory, or without a process the segments of the file.
func (s *Session) ReadMemory(a table.Addr, p []byte) (int, error) {
	if s.process != nil {
		return s.process.target.ReadMemory(a, p)
	}
	if s.file != nil {
		return s.file.ReadMemory(a, p)
	}
	return 0, ErrNoFile
}

// Arch returns the architecture of the process, or without one that of the file; nil if
// there is neither, and so no code.
func (s *Session) Arch() *machine.Arch {
	switch {
	case s.process != nil:
		return s.process.target.Arch()
	case s.file != nil:
		return s.file.arch
	}
	return nil
}

// Sections returns those of the process, or without one those of the file.
func (s *Session) Sections() []*table.Placed {
	switch {
	case s.process != nil:
		return s.process.engine.Image().Sections()
	case s.file != nil:
		return table.NewImage([]*table.Module{s.file.module}).Sections()
	}
	return nil
}

// SectionName returns symbol+offset of a section.
func (s *Session) SectionName(p *table.Placed) string {
	if s.process != nil {
		return s.process.engine.SectionName(p)
	}
	if n := s.Name(p.Start); n != "" {
		return n
	}
	return p.Start.String()
}
