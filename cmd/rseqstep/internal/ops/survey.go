package ops

import (
	"fmt"
	"path"
	"strings"

	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
	"rseqstep/table"
)

// Survey is what `info rseq` knows of a program's sections.
type Survey struct {
	Source
	Name    func(*table.Placed) string
	Symbols stepper.Symbols // nil: no source lines
	Counts  map[table.Addr]stepper.Counts
	Threads []stepper.ThreadInfo
	At      func(table.Addr) (*table.Placed, bool) // the section around a PC; nil without Threads
}

// Sections describes sections.
func (s Survey) Sections(list []*table.Placed) *show.Sections {
	here := map[*table.Placed]bool{}
	for _, t := range s.Threads {
		if t.Rseq.Section != nil {
			here[t.Rseq.Section] = true
		}
		if p, ok := s.At(t.PC); ok {
			here[p] = true
		}
	}
	out := &show.Sections{}
	for _, p := range list {
		row := show.Section{Placed: p, Name: s.Name(p), Counts: s.Counts[p.Start], Here: here[p]}
		row.Exits, row.Decoded = s.exits(p)
		if s.Symbols != nil {
			if l, ok := s.Symbols.Line(p.Start, 0); ok && l.Line > 0 {
				row.Source = fmt.Sprintf("%s:%d", path.Base(l.File), l.Line)
			}
		}
		out.List = append(out.List, row)
	}
	return out
}

// exits returns a section's exits besides post-commit and abort, as decoding finds them, and
// whether its code could be decoded.
func (s Survey) exits(p *table.Placed) (text string, decoded bool) {
	body, err := s.Body(p)
	if err != nil {
		return "-", false
	}
	for _, e := range body.Exits {
		if e.Addr != p.End && e.Addr != p.Abort {
			text += " " + e.Addr.String()
		}
	}
	if text == "" {
		text = " -"
	}
	return strings.TrimPrefix(text, " "), len(body.Insns) > 0
}
