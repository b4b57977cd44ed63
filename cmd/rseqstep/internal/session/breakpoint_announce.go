package session

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
)

// announce tells the user where b is, and what else is there.
func (s *Session) announce(b *Breakpoint) {
	if b.Catches() {
		s.printf("Catchpoint %d (%s)\n", b.Number, b.event())
		return
	}
	if b.Event != nil {
		s.printf("%s %d (%s)\n", b.Noun(), b.Number, b.Event.Name)
		return
	}
	s.announceOthers(b)
	s.printf("%s %d", b.Noun(), b.Number)
	switch {
	case b.Watch():
		s.printf(": %s\n", b.Location)
		return
	case b.Pending && len(b.Places) == 0:
		s.printf(" (%s) pending.\n", b.Location)
		return
	case len(b.Places) == 0:
		s.printf(" (%s).\n", b.Location)
		return
	}
	p := b.Places[0]
	s.printf(" at %v", p.Addr)
	if len(b.Places) > 1 {
		s.printf(": %s. (%d locations)\n", b.Location, len(b.Places))
		return
	}
	if p.Line.Line != 0 {
		s.printf(": file %s, line %d.", s.Style.File(show.Path(p.Line.File)), p.Line.Line)
	}
	s.printf("\n")
	if p.Trap != 0 {
		s.printf("It is inside a restartable sequence. The trap is at %v, the store that arms the sequence; from there rseqstep steps the\nthread here with its rseq registration removed, so that it stops live and still commits.\n", p.Trap)
	}
	if p.Asked != 0 {
		s.printf("%v is inside an exclusive sequence, whose store fails if a thread stops there. The thread stops before the sequence,\nat the load-exclusive.\n", p.Asked)
	}
}

// announceOthers names the breakpoints that are at b's addresses already.
func (s *Session) announceOthers(b *Breakpoint) {
	for _, p := range b.Places {
		var others []string
		for _, o := range s.breakpoints {
			if o == b || o.Watch() || o.Catches() || !slices.ContainsFunc(o.Places, func(q stepper.Place) bool { return q.Addr == p.Addr }) {
				continue
			}
			text := strconv.Itoa(o.Number)
			if o.Thread != 0 {
				text += fmt.Sprintf(" (thread %d)", o.Thread)
			}
			if !o.Enabled {
				text += " (disabled)"
			}
			others = append(others, text)
		}
		switch last := len(others) - 1; {
		case last == 0:
			s.printf("Note: breakpoint %s also set at pc %v.\n", others[0], p.Addr)
		case last > 0:
			s.printf("Note: breakpoints %s and %s also set at pc %v.\n", strings.Join(others[:last], ", "), others[last], p.Addr)
		}
	}
}
