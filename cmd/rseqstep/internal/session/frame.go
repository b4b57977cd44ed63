package session

import (
	"fmt"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
	"rseqstep/table"
)

// frameID identifies a frame across steps, as gdb's frame ids do: the function's entry
// and the stack address with which it was called.
type frameID struct {
	tid      int
	entry    table.Addr
	cfa      table.Addr
	inlined  int
	function string
}

func idOf(tid int, f *stepper.Frame) frameID {
	return frameID{tid: tid, entry: f.Entry, cfa: f.CFA, inlined: f.Inlined, function: f.Function}
}

// ErrNoStack is the error of commands that need a frame when there is none.
var ErrNoStack = prompt.Message("No stack.")

// Frames returns at most max frames of the selected thread, innermost first.
func (s *Session) Frames(max int) ([]stepper.Frame, error) {
	if s.process == nil {
		return nil, ErrNoStack
	}
	frames, err := s.process.engine.Frames(s.process.engine.Thread(), max)
	if err != nil {
		return nil, err
	}
	if len(frames) == 0 {
		return nil, ErrNoStack
	}
	return frames, nil
}

// Level returns the number of the selected frame.
func (s *Session) Level() int { return s.level }

// Frame returns the selected frame.
func (s *Session) Frame() (*show.Frame, error) {
	frames, err := s.Frames(s.level + 1)
	if err != nil {
		return nil, err
	}
	if s.level >= len(frames) {
		s.level = 0
	}
	return s.shown(frames, s.level), nil
}

// SelectFrame selects a frame. ErrTop and ErrBottom say that the stack ends; it then
// selects the last frame there is.
func (s *Session) SelectFrame(level int) error {
	if level < 0 {
		return ErrBottom
	}
	frames, err := s.Frames(level + 1)
	if err != nil {
		return err
	}
	if level >= len(frames) {
		if s.level == len(frames)-1 {
			return ErrTop
		}
		s.level = len(frames) - 1
		return nil
	}
	s.level = level
	s.list.reset()
	return nil
}

// ErrTop and ErrBottom say that there is no frame further on.
var (
	ErrTop    = prompt.Message("Initial frame selected; you cannot go up.")
	ErrBottom = prompt.Message("Bottom (innermost) frame selected; you cannot go down.")
)

// shown returns frame number level of frames in the form that is shown.
func (s *Session) shown(frames []stepper.Frame, level int) *show.Frame {
	f := &show.Frame{Frame: frames[level], Level: level}
	switch {
	case f.Line.Line == 0, f.Called:
	case level == 0:
		f.MidLine = !s.process.symbols.LineStart(f.PC, f.Inlined)
	default: // a caller's PC is inside a line, unless the callee was inlined
		f.MidLine = !(frames[level-1].Inlined > 0 && frames[level-1].PC == f.PC) &&
			!(frames[level-1].Called && s.process.symbols.LineStart(f.PC, f.Inlined))
	}
	f.MidLine = f.MidLine && s.history.Options.Address
	if f.Function != "" && !f.Signal && f.Line.Line != 0 {
		f.Args = s.process.values.FrameArguments(level)
	}
	return f
}

// ShowFrame prints the selected frame as `frame`, `up` and `down` do.
func (s *Session) ShowFrame() error {
	f, err := s.Frame()
	if err != nil {
		return err
	}
	if s.JSON != nil {
		text, _ := s.SourceText(f.Line.File, f.Line.Line)
		s.list.at(f.Line)
		return f.WriteJSON(s.JSON, text)
	}
	s.printf("%s\n", f.Numbered(s.Style))
	s.showSource(f.Line)
	return nil
}

func (s *Session) showSource(l stepper.Line) {
	if l.Line == 0 {
		return
	}
	if text, ok := s.SourceText(l.File, l.Line); ok {
		s.printf("%s\n", show.SourceLine(l.Line, text))
	} else {
		s.printf("%d\tin %s\n", l.Line, show.Path(l.File))
	}
	s.list.at(l)
}

// Backtrace prints at most max frames (0: all), for a negative max the outermost ones,
// with local variables if full.
func (s *Session) Backtrace(max int, full bool) error {
	limit := max
	if max <= 0 {
		limit = MaxFrames
	}
	frames, err := s.Frames(limit + 1)
	if err != nil {
		return err
	}
	first, last := 0, len(frames)
	if max > 0 && last > max {
		last = max
	}
	if max < 0 && last > -max {
		first = last + max
	}
	old := s.level
	defer func() { s.level = old }()
	if s.JSON != nil {
		return s.stackJSON(frames, first, last, full)
	}
	for i := first; i < last; i++ {
		s.printf("%s\n", s.shown(frames, i).Numbered(s.Style))
		if full {
			s.level = i
			locals, err := s.process.values.Locals()
			if err != nil {
				return err
			}
			if len(locals) == 0 {
				s.printf("No locals.\n")
			}
			for _, l := range locals {
				s.printf("        %s\n", l)
			}
		}
	}
	if max > 0 && len(frames) > max {
		s.printf("(More stack frames follow...)\n")
	}
	if len(frames) > MaxFrames {
		return fmt.Errorf("backtrace ended after %d frames; give a number for more", MaxFrames)
	}
	return nil
}

// stackJSON writes the frames from number first up to last as a JSON object.
func (s *Session) stackJSON(frames []stepper.Frame, first, last int, full bool) error {
	stack := show.Stack{TID: s.process.engine.Thread(), More: last < len(frames)}
	for _, t := range s.process.engine.Threads() {
		if t.TID == stack.TID {
			stack.Thread = t.Number
		}
	}
	for i := first; i < last; i++ {
		stack.Frames = append(stack.Frames, s.shown(frames, i))
		if full {
			s.level = i
			locals, err := s.process.values.Locals()
			if err != nil {
				return err
			}
			stack.Locals = append(stack.Locals, locals)
		}
	}
	return stack.WriteJSON(s.JSON)
}

// MaxFrames limits a backtrace without a number: endless recursion fills 8 MiB of stack
// with frames of 32 bytes or more.
const MaxFrames = 1 << 18

// Name returns the name of an address in reports: "main+0x12", "" if no symbol covers
// it.
func (s *Session) Name(a table.Addr) string { return s.name(a, "%s+%#x") }

// Symbolic returns the name of an address as gdb's listings show it: "main+18".
func (s *Session) Symbolic(a table.Addr) string { return s.name(a, "%s+%d") }

func (s *Session) name(a table.Addr, format string) string {
	sy := s.Symbols()
	if sy == nil {
		return ""
	}
	name, off, ok := sy.Symbol(a)
	switch {
	case !ok:
		return ""
	case off == 0:
		return name
	}
	return fmt.Sprintf(format, name, off)
}
