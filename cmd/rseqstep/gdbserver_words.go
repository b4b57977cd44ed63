package main

import (
	"fmt"
	"io"

	"rseqstep/cmd/rseqstep/internal/ops"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
	"rseqstep/table"
)

// unitLines describes a stop's units, as the client's console shows them.
func unitLines(e *stepper.Engine, stop stepper.Stop) []string {
	return show.Units(stop.Units, naming(e), show.Style{})
}

func naming(e *stepper.Engine) show.Naming {
	return func(a table.Addr) string {
		name, off, ok := e.Symbols().Symbol(a)
		switch {
		case !ok:
			return ""
		case off == 0:
			return name
		}
		return fmt.Sprintf("%s+%#x", name, off)
	}
}

// writeSections is "monitor rseq", or "monitor rseq info ARGS": a summary of the sections, those that
// ran or that are asked for, and the threads' registrations, as "info rseq" at the prompt.
func writeSections(e *stepper.Engine, args string, w io.Writer) {
	choice, err := show.ParseChoice(args)
	if err != nil {
		fmt.Fprintln(w, err)
		return
	}
	sections := e.Image().Sections()
	if len(sections) == 0 {
		fmt.Fprintln(w, "No restartable sequences.")
	} else {
		s := ops.Survey{Source: ops.Source{Arch: e.Target().Arch(), Memory: e.Target()}, Name: e.SectionName, Symbols: e.Symbols(), Counts: e.SectionCounts(), Threads: e.Threads(),
			At: func(a table.Addr) (*table.Placed, bool) { p := e.Image().At(a); return p, p != nil }}
		list := s.Sections(sections)
		list.Seen, list.Command = "rseqstep has seen %s run", "monitor rseq info --all"
		list.Write(w, choice, 0) // the client's terminal is not known
	}
	if choice.Pattern != nil {
		return
	}
	fmt.Fprintln(w)
	r := show.Registrations{Threads: e.Threads(), Selected: e.Thread(), Name: e.SectionName, Command: "monitor rseq info --all"}
	r.Write(w, choice.All, 0)
}
