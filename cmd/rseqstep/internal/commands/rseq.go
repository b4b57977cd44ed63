package commands

import (
	"fmt"
	"text/tabwriter"

	"rseqstep/cmd/rseqstep/internal/ops"
	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
	"rseqstep/table"
)

// infoRseq shows the sections, the threads' registrations, and the counts.
func (d *desk) infoRseq(args string) error {
	if args != "" {
		return prompt.Message("info rseq does not take %q; \"info rseq ops\" says what the sequences do.", args)
	}
	if d.Program == "" && !d.HasProcess() {
		return prompt.Message("No program: name one with \"file\", or attach to a process.")
	}
	sections := d.Sections()
	if d.JSON != nil {
		return d.rseqJSON(sections)
	}
	if len(sections) == 0 {
		where := "this program's file"
		if d.HasProcess() {
			where = "the program or the libraries it has loaded"
		}
		d.printf("No restartable sequences: none is declared in %s.\nrseqstep learns of sequences made at run time when a thread arms one.\n", where)
	} else {
		d.showSections(sections)
	}
	if !d.HasProcess() {
		d.printf("The program is not being run: these are addresses in the file, and what its libraries declare is not known yet.\n")
		return nil
	}
	d.printf("\n")
	return d.showRegistrations()
}

// rseqJSON is info rseq under --json.
func (d *desk) rseqJSON(sections []*table.Placed) error {
	r := show.Rseq{Sections: sections, Name: d.SectionName}
	if d.Core() != nil {
		r.At = d.SectionAt
	}
	if e, err := d.Engine(); err == nil {
		r.FeatureSize, r.Counts, r.Threads = e.RseqFeatureSize(), e.SectionCounts(), e.Threads()
	}
	return r.WriteJSON(d.JSON)
}

func (d *desk) showSections(sections []*table.Placed) {
	counts := map[table.Addr]stepper.Counts{}
	if e, err := d.Engine(); err == nil {
		counts = e.SectionCounts()
	}
	tw := tabwriter.NewWriter(d.Out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "[Start,End)\tAbort\tExits\tFlags\tPasses\tCommits\tAborts\tSide exits\tModule\tSection")
	for _, p := range sections {
		flags := "-"
		if p.Section != nil && p.Section.Flags != 0 {
			flags = fmt.Sprintf("%#x", p.Section.Flags)
		}
		module := "(made at run time)"
		if p.Module != nil {
			module = show.Path(p.Module.Path)
		}
		n := counts[p.Start]
		fmt.Fprintf(tw, "[%v,%v)\t%v\t%s\t%s\t%d\t%d\t%d\t%d\t%s\t%s\n", p.Start, p.End, p.Abort, d.exits(p), flags,
			n.Passes, n.Commits, n.Aborts, n.SideExits, module, d.SectionName(p))
	}
	tw.Flush()
}

// exits returns a section's exits besides post-commit and abort, as decoding finds
// them.
func (d *desk) exits(p *table.Placed) string {
	text := ""
	if body, err := (ops.Source{Arch: d.Arch(), Memory: d}).Body(p); err == nil {
		for _, e := range body.Exits {
			if e.Addr != p.End && e.Addr != p.Abort {
				text += " " + e.Addr.String()
			}
		}
	}
	if text == "" {
		return "-"
	}
	return text[1:]
}

func (d *desk) showRegistrations() error {
	e, err := d.Engine()
	if err != nil {
		return err
	}
	tw := tabwriter.NewWriter(d.Out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "  Thread\tArea\tSize\tMode\tSignature\tCPU\tSlice\tArmed")
	registered, unknown := 0, 0
	for _, t := range e.Threads() {
		mark := " "
		if t.TID == e.Thread() {
			mark = "*"
		}
		if !t.Rseq.Config.Registered() {
			what := "not registered"
			if t.Rseq.Unknown {
				what = "not known"
				unknown++
			}
			fmt.Fprintf(tw, "%s %d (%d)\t%s\t\t\t\t\t\t%s\n", mark, t.Number, t.TID, what, d.standsIn(e, t, ""))
			continue
		}
		registered++
		fmt.Fprintf(tw, "%s %d (%d)\t%v\t%d\t%v\t%#x\t%d\t%v\t%s\n", mark, t.Number, t.TID, t.Rseq.Config.Area, t.Rseq.Config.Size, t.Mode, t.Rseq.Config.Signature, t.Rseq.CPU, t.Rseq.Slice, d.standsIn(e, t, d.armed(e, t.Rseq)))
	}
	tw.Flush()
	if d.Core() != nil {
		d.coreRegistrations(unknown)
	}
	if registered == 0 && unknown == 0 {
		d.printf("No thread has registered an rseq area%s.\n", kernelHint())
	} else if n := e.RseqFeatureSize(); n > 0 {
		d.printf("The kernel has rseq features of %d bytes (AT_RSEQ_FEATURE_SIZE).\n", n)
	}
	return nil
}

// armed describes the content of a thread's rseq_cs field.
func (d *desk) armed(e *stepper.Engine, r stepper.ThreadRseq) string {
	switch {
	case r.Armed == 0:
		return "no"
	case r.Section == nil:
		return fmt.Sprintf("descriptor %v (not known)", r.Armed)
	case r.Live:
		return e.SectionName(r.Section) + ", live"
	}
	return e.SectionName(r.Section) + ", not inside"
}

// infoVDSO lists the vDSO's functions.
func (d *desk) infoVDSO(string) error {
	e, err := d.Engine()
	if err != nil {
		return err
	}
	v := e.VDSO()
	if v == nil {
		d.printf("The process has no vDSO, or it cannot be read: its calls are system calls.\n")
		return nil
	}
	d.printf("vDSO at [%v,%v); each of these runs as one unit:\n", v.Base, v.High)
	tw := tabwriter.NewWriter(d.Out, 0, 8, 2, ' ', 0)
	for _, f := range v.Functions {
		fmt.Fprintf(tw, "%s\t[%v,%v)\n", f.Name, f.Start, f.End)
	}
	return tw.Flush()
}
