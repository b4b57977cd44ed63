package stat

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"
)

func named(name string, offset uint64) string {
	if offset == 0 {
		return name
	}
	return fmt.Sprintf("%s+%#x", name, offset)
}

// maxInstructions is how many instructions a row of the table shows.
const maxInstructions = 4

// WriteText writes a report as a table with a summary above it.
func (r *Report) WriteText(w io.Writer) error {
	fmt.Fprintln(w, r.Summary())
	if line := r.passSummary(); line != "" {
		fmt.Fprintln(w, line)
	}
	if len(r.Rows) == 0 {
		return nil
	}
	fmt.Fprintln(w)
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(tw, "Aborts\tPer second\tShare\t")
	if r.Samples > 0 {
		fmt.Fprint(tw, "Time\t")
	}
	if r.Passes != nil {
		fmt.Fprint(tw, "Passes\tPer abort\t")
	}
	fmt.Fprintln(tw, "  Section")
	for _, row := range r.Rows {
		fmt.Fprintf(tw, "%d\t%.1f\t%s\t", row.Aborts, float64(row.Aborts)/r.Seconds, percent(row.Aborts, r.Recorded))
		if r.Samples > 0 {
			fmt.Fprintf(tw, "%s\t", percent(row.Samples, r.Samples))
		}
		if r.Passes != nil {
			fmt.Fprintf(tw, "%s\t%s\t", row.PassText(), row.PerAbort())
		}
		fmt.Fprintf(tw, "  %s\n", row.text())
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	r.writeUncounted(w)
	return r.writeProcesses(w)
}

// writeProcesses writes the processes that suffered aborts, if they are several.
func (r *Report) writeProcesses(w io.Writer) error {
	list := r.Processes()
	if len(list) < 2 {
		return nil
	}
	fmt.Fprintln(w)
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "Aborts\tShare\t  Process")
	for _, p := range list {
		fmt.Fprintf(tw, "%d\t%s\t  %d %s\n", p.Aborts, percent(p.Aborts, r.Recorded), p.PID, p.Name)
	}
	return tw.Flush()
}

// Summary is one line: how long, how many, and what is not in the numbers.
func (r *Report) Summary() string {
	b := &strings.Builder{}
	fmt.Fprintf(b, "%d aborts in %.2f s", r.Aborts, r.Seconds)
	if r.Seconds > 0 && r.Aborts > 0 {
		fmt.Fprintf(b, " (%.1f per second)", float64(r.Aborts)/r.Seconds)
	}
	if n := r.Aborted(); n == 1 {
		b.WriteString(", in 1 section")
	} else if n > 1 {
		fmt.Fprintf(b, ", in %d sections", n)
	}
	if r.Lost > 0 {
		fmt.Fprintf(b, "; %d records were lost, so the shares are those of %d aborts", r.Lost, r.Recorded)
	}
	if r.Unplaced > 0 {
		fmt.Fprintf(b, "; %d were in unknown memory", r.Unplaced)
	}
	return b.String()
}

// Aborted counts the sections that aborted.
func (r *Report) Aborted() (n int) {
	for _, row := range r.Rows {
		if row.Aborts > 0 {
			n++
		}
	}
	return n
}

// text is a row's section: function, file, source, and the instructions that it was interrupted at.
func (row *Row) text() string {
	b := &strings.Builder{}
	b.WriteString(row.Name)
	if row.Start.File != "" {
		fmt.Fprintf(b, " in %s", filepath.Base(row.Start.File))
	}
	if row.Source != "" {
		fmt.Fprintf(b, " at %s:%d", filepath.Base(row.Source), row.Line)
	}
	sep := " ("
	for _, cause := range Causes() {
		if n := row.Causes[cause]; n > 0 {
			fmt.Fprintf(b, "%s%s %s", sep, percent(n, row.Aborts), cause)
			sep = ", "
		}
	}
	if sep == ", " {
		b.WriteString(")")
	}
	list := row.Instructions()
	for n, at := range list {
		if n == maxInstructions {
			fmt.Fprintf(b, ", and %d more", len(list)-n)
			break
		}
		sep := ", "
		if n == 0 {
			sep = ": "
		}
		fmt.Fprintf(b, "%s%s at +%d", sep, percent(row.At[at], row.Aborts), at)
	}
	return b.String()
}

func percent(n, of uint64) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(of))
}
