package exercise

import (
	"fmt"
	"io"
	"path"
	"strings"
	"text/tabwriter"
)

// Report is the outcome of all runs of a program.
type Report struct {
	Program string
	Options Options
	Runs    int
	Failed  *Result  // the run that failed, nil if none did
	Culprit *Culprit // nil: not searched for
	Stopped bool     // the user has interrupted it
	*Coverage
}

// WriteText writes the report for people.
func (r *Report) WriteText(w io.Writer) error {
	out := &strings.Builder{}
	t := r.Totals()
	fmt.Fprintf(out, "%s: %s\n", r.Program, r.verdict())
	if r.Failed != nil {
		r.failure(out)
	}
	learnt := ""
	if t.Learnt > 0 {
		learnt = fmt.Sprintf(", %d that no file declares", t.Learnt)
	}
	fmt.Fprintf(out, "\nSections:   %d declared%s, %d executed\n", t.Declared, learnt, t.Executed)
	if r.Options.Migrate {
		fmt.Fprintf(out, "Moves:      at the arming stores of %d sections\n", t.Aborted)
	} else {
		fmt.Fprintf(out, "Boundaries: %d in the executed sections, %d aborted at least once (%.1f %%)\n", t.Boundaries, t.Aborted, t.Percent)
	}
	if t.Executed > 0 {
		fmt.Fprintln(out)
		r.table(out)
	}
	r.missed(out)
	_, err := io.WriteString(w, out.String())
	return err
}

func (r *Report) verdict() string {
	t := r.Totals()
	did := fmt.Sprintf("%d aborts in %s", t.Aborts, count(r.Runs, "run"))
	if r.Options.Migrate {
		did = fmt.Sprintf("%d moves in %s", t.Aborts, count(r.Runs, "run"))
	}
	switch {
	case r.Failed != nil:
		return fmt.Sprintf("FAILED: the program %s (%s)", r.Failed.Failure(), did)
	case r.Stopped:
		return "interrupted after " + did
	}
	return "passed " + did
}

// failure says what is known about the cause.
func (r *Report) failure(out *strings.Builder) {
	if said := strings.TrimSpace(r.Failed.Said); said != "" {
		fmt.Fprintf(out, "The check said: %s\n", said)
	}
	c := r.Culprit
	if r.Options.Migrate && (c != nil || r.Failed.Last != nil) {
		r.moved(out)
		return
	}
	switch {
	case c == nil && r.Failed.Last == nil:
		fmt.Fprintf(out, "Nothing had been aborted.\n")
		return
	case c == nil:
		fmt.Fprintf(out, "The last abort was at ")
		place(out, r.Failed.Last)
		fmt.Fprintf(out, "--bisect finds the abort that it does not survive.\n")
		return
	case c.Without:
		fmt.Fprintf(out, "It fails without any abort, too.\n")
		return
	case c.Gone:
		fmt.Fprintf(out, "It did not fail again when it was run with the same aborts.\n")
		return
	}
	if len(c.Boundaries) > 1 {
		fmt.Fprintf(out, "It fails if it is aborted at all of these places (%s):\n", count(c.Trials, "trial"))
		for _, b := range c.Boundaries {
			fmt.Fprintf(out, "  ")
			place(out, b)
		}
		return
	}
	fmt.Fprintf(out, "It fails if it is aborted only at ")
	place(out, c.Boundaries[0])
	done := c.Executed()
	if len(done) == 0 {
		fmt.Fprintf(out, "Nothing of the section has been executed there: look at its abort handler, at what\nthe program does after it, and at registers and flags that the section expects.\n")
		return
	}
	if c.Harmless != nil {
		fmt.Fprintf(out, "It does not fail if it is aborted only at %+#x. ", c.Harmless.Offset())
	}
	fmt.Fprintf(out, "By then the section has done:\n")
	for _, b := range done {
		fmt.Fprintf(out, "  %+#6x  %s\n", b.Offset(), b.Said())
	}
}

// moved says what is known about the cause when threads were moved.
func (r *Report) moved(out *strings.Builder) {
	c := r.Culprit
	switch {
	case c == nil:
		fmt.Fprintf(out, "A thread was last moved to another CPU at ")
		place(out, r.Failed.Last)
		fmt.Fprintf(out, "--bisect finds the move that it does not survive.\n")
	case c.Without:
		fmt.Fprintf(out, "It fails without any move, too.\n")
	case c.Gone:
		fmt.Fprintf(out, "It did not fail again when it was run with the same moves.\n")
	default:
		fmt.Fprintf(out, "It fails if a thread is moved to another CPU only at (%s):\n", count(c.Trials, "trial"))
		for _, b := range c.Boundaries {
			fmt.Fprintf(out, "  ")
			place(out, b)
		}
		fmt.Fprintf(out, "Look at what the section does with the CPU's number that was read before it: it must compare\nthe number with cpu_id (or mm_cid), and the program must read it again before it tries again.\n")
	}
}

// Said is what the instruction behind a boundary does, with the instruction.
func (b *Boundary) Said() string {
	if b.Words == "" {
		return b.Text
	}
	return fmt.Sprintf("%-34s %s", b.Text, b.Words)
}

// place writes a boundary with its source line and instruction.
func place(out *strings.Builder, b *Boundary) {
	fmt.Fprintf(out, "%v", b)
	if b.File != "" {
		fmt.Fprintf(out, " (%s:%d)", path.Base(b.File), b.Line)
	}
	if b.Text != "" {
		fmt.Fprintf(out, ", before: %s", b.Text)
	}
	fmt.Fprintln(out)
}

// table lists the executed sections.
func (r *Report) table(out *strings.Builder) {
	tab := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	head, row := "Boundaries\tAborted\tAborts\t  Section", "%d\t%d\t%d\t  %s in %s%s\n"
	if r.Options.Migrate {
		head, row = "Moves\tCommits\t  Section", "%[3]d\t%[7]d\t  %[4]s in %[5]s%[6]s\n"
	}
	fmt.Fprintln(tab, head)
	for _, s := range r.Sections {
		if !s.Executed {
			continue
		}
		source := ""
		if s.File != "" {
			source = fmt.Sprintf(" (%s:%d)", path.Base(s.File), s.Line)
		}
		aborts, commits := uint64(0), uint64(0)
		for _, b := range s.Boundaries {
			aborts += b.Aborts
			commits += b.Commits
		}
		columns := []any{len(s.Boundaries), s.Aborted(), aborts, s.Name(), path.Base(s.Module), source}
		if r.Options.Migrate {
			columns = append(columns, commits)
		}
		fmt.Fprintf(tab, row, columns...)
	}
	_ = tab.Flush() // a Builder takes everything
}

// missed lists the boundaries of executed sections that were not reached, and what could not be
// aborted.
func (r *Report) missed(out *strings.Builder) {
	head := "\nNot reached by control, so not aborted:\n"
	if r.Options.Storm > 0 {
		head = "\nNot aborted:\n"
	}
	for _, s := range r.Sections {
		for _, b := range s.Boundaries {
			if s.Executed && b.Aborts == 0 {
				fmt.Fprintf(out, "%s  ", head)
				place(out, b)
				head = ""
			}
		}
	}
	for _, note := range r.Notes() {
		fmt.Fprintln(out, note)
	}
}

// Notes say what could not be aborted, a sentence each.
func (r *Report) Notes() (notes []string) {
	if r.Failed != nil && r.Failed.Hung {
		if flood := r.Failed.Signals.Words(r.Failed.Time); flood != "" {
			notes = append(notes, flood)
		}
	}
	for _, s := range r.Sections {
		if s.Learnt {
			notes = append(notes, fmt.Sprintf("%s is declared by no file; it is known since a thread was seen to have it armed. There may be others like it", s.Name()))
		}
		if s.Unplanted != "" {
			what := "aborted everywhere"
			if r.Options.Migrate {
				what = "entered on another CPU"
			}
			notes = append(notes, fmt.Sprintf("%s cannot be %s: %s", s.Name(), what, s.Unplanted))
		}
		if s.Unmoved > 0 {
			notes = append(notes, fmt.Sprintf("%s: %d times, a thread could not be moved: it may run on one CPU only, or has no registration", s.Name(), s.Unmoved))
		}
		for _, b := range s.Boundaries {
			if b.Commits > 0 {
				notes = append(notes, fmt.Sprintf("%s committed after %d of %d moves. That is right only if it needs no CPU's number that was read before it", s.Name(), b.Commits, b.Aborts))
			}
		}
		if s.Unarmed > 0 {
			notes = append(notes, fmt.Sprintf("%s: %d times, a thread was inside that had not armed it in its registered area", s.Name(), s.Unarmed))
		}
	}
	return notes
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
