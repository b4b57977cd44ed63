package main

import (
	"fmt"
	"io"
	"text/tabwriter"

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

// writeSections is "monitor rseq": sections, counts and registrations.
func writeSections(e *stepper.Engine, w io.Writer) {
	sections := e.Image().Sections()
	if len(sections) == 0 {
		fmt.Fprintln(w, "No restartable sequences.")
	} else {
		counts := e.SectionCounts()
		tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
		fmt.Fprintln(tw, "[Start,End)\tAbort\tPasses\tCommits\tAborts\tSide exits\tSection")
		for _, p := range sections {
			n := counts[p.Start]
			fmt.Fprintf(tw, "[%v,%v)\t%v\t%d\t%d\t%d\t%d\t%s\n", p.Start, p.End, p.Abort, n.Passes, n.Commits, n.Aborts, n.SideExits, e.SectionName(p))
		}
		tw.Flush()
	}
	fmt.Fprintln(w)
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "  Thread\tArea\tSize\tMode\tSignature\tCPU\tSlice\tArmed")
	for _, t := range e.Threads() {
		mark, armed := " ", "no"
		if t.TID == e.Thread() {
			mark = "*"
		}
		r := t.Rseq
		switch {
		case !r.Config.Registered():
			fmt.Fprintf(tw, "%s %d (%d)\tnot registered\t\t\t\t\t\t\n", mark, t.Number, t.TID)
			continue
		case r.Live:
			armed = e.SectionName(r.Section) + ", live"
		case r.Armed != 0:
			armed = r.Armed.String() + ", not inside"
		}
		fmt.Fprintf(tw, "%s %d (%d)\t%v\t%d\t%v\t%#x\t%d\t%v\t%s\n", mark, t.Number, t.TID, r.Config.Area, r.Config.Size, t.Mode, r.Config.Signature, r.CPU, r.Slice, armed)
	}
	tw.Flush()
}
