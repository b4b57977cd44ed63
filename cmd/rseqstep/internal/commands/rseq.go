package commands

import (
	"fmt"
	"text/tabwriter"

	"rseqstep/cmd/rseqstep/internal/ops"
	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/table"
)

// infoRseq shows a summary of the sections, those that ran or that are asked for, and the threads'
// registrations.
func (d *desk) infoRseq(args string) error {
	choice, err := show.ParseChoice(args)
	if err != nil {
		return prompt.Message("%v", err)
	}
	if d.Program == "" && !d.HasProcess() {
		return prompt.Message("No program: name one with \"file\", or attach to a process.")
	}
	sections := d.Sections()
	if d.JSON != nil {
		return d.rseqJSON(sections, choice)
	}
	if len(sections) == 0 {
		where := "this program's file"
		if d.HasProcess() {
			where = "the program or the libraries it has loaded"
		}
		d.printf("No restartable sequences: none is declared in %s.\nrseqstep learns of sequences made at run time when a thread arms one.\n", where)
	} else {
		d.survey(sections).Write(d.Out, choice, d.Columns())
	}
	switch {
	case choice.Pattern != nil:
		return nil
	case !d.HasProcess():
		show.Wrap(d.Out, "The program is not being run: these are addresses in the file, and what its libraries declare is not known yet.", d.Columns())
		return nil
	}
	d.printf("\n")
	return d.showRegistrations(choice.All)
}

// survey is what is known of sections.
func (d *desk) survey(sections []*table.Placed) *show.Sections {
	s := ops.Survey{Source: ops.Source{Arch: d.Arch(), Memory: d}, Name: d.SectionName, Symbols: d.Symbols()}
	if e, err := d.Engine(); err == nil {
		s.Counts, s.Threads, s.At = e.SectionCounts(), e.Threads(), d.SectionAt
	}
	out := s.Sections(sections)
	out.Command = "info rseq --all"
	if d.Core() != nil {
		out.Seen = "threads stand in %s"
	} else if d.HasProcess() {
		out.Seen = "rseqstep has seen %s run"
	}
	return out
}

// rseqJSON is info rseq under --json.
func (d *desk) rseqJSON(sections []*table.Placed, choice show.Choice) error {
	if choice.Pattern != nil {
		sections = d.survey(sections).Chosen(choice)
	}
	r := show.Rseq{Sections: sections, Name: d.SectionName}
	if d.Core() != nil {
		r.At = d.SectionAt
	}
	if e, err := d.Engine(); err == nil {
		r.FeatureSize, r.Counts, r.Threads = e.RseqFeatureSize(), e.SectionCounts(), e.Threads()
	}
	return r.WriteJSON(d.JSON)
}

func (d *desk) showRegistrations(all bool) error {
	e, err := d.Engine()
	if err != nil {
		return err
	}
	r := show.Registrations{Threads: e.Threads(), Selected: e.Thread(), Name: e.SectionName, Inside: d.standsIn, Command: "info rseq --all"}
	r.Write(d.Out, all, d.Columns())
	registered, unknown := 0, 0
	for _, t := range r.Threads {
		switch {
		case t.Rseq.Config.Registered():
			registered++
		case t.Rseq.Unknown:
			unknown++
		}
	}
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
