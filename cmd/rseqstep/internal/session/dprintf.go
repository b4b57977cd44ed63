package session

import "fmt"

// AddPrint sets a breakpoint that prints as printf does, and does not stop (gdb's dprintf).
// b.Print is the format and its arguments.
func (s *Session) AddPrint(b *Breakpoint) error {
	b.Filter = func(tid int) (bool, error) {
		if b.live != nil {
			b.live.Hits++ // a hit is otherwise counted only if it stops
		}
		text, err := s.printedAt(tid, b.Print)
		if err != nil {
			return false, fmt.Errorf("dprintf %d: %w", b.Number, err)
		}
		s.printf("%s", text)
		return false, nil
	}
	return s.Add(b)
}

// printedAt formats arguments of printf in the innermost frame of a thread while the program
// is under way.
func (s *Session) printedAt(tid int, arguments string) (string, error) {
	p := s.process
	frames, err := p.engine.Frames(tid, 3)
	if err != nil {
		return "", err
	}
	level := s.level
	defer func() { s.level = level }()
	s.level = 0
	v := &values{s: s, process: p, frames: frames, whole: true, tid: p.engine.Thread()}
	return v.Printf(arguments)
}
