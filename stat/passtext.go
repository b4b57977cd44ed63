package stat

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// passSummary says how many passes were counted and what that has cost; "" if none were to be.
func (r *Report) passSummary() string {
	if r.Passes == nil {
		return ""
	}
	var n uint64
	for _, p := range r.Passes {
		of, _ := p.Total()
		n += of
	}
	each := time.Duration(r.PassCost)
	return fmt.Sprintf("%d passes of %d sections counted; counting takes up to %v a pass on this machine, %v in all",
		n, len(r.Passes), each.Round(10*time.Nanosecond), (time.Duration(n) * each).Round(time.Millisecond))
}

// PassText is the number of a section's passes, "-" if none could be counted, with ">=" before it if some
// could not.
func (s *Section) PassText() string {
	if s.Passes == nil || len(s.Passes.Exits) == len(s.Passes.uncounted()) {
		return "-"
	}
	n, all := s.Passes.Total()
	if !all {
		return fmt.Sprintf(">=%d", n)
	}
	return fmt.Sprint(n)
}

// PerAbort is how many passes there were for each abort, "-" if that is not known.
func (s *Section) PerAbort() string {
	if s.Passes == nil || s.Aborts == 0 {
		return "-"
	}
	n, all := s.Passes.Total()
	if !all {
		return "-"
	}
	return fmt.Sprintf("%.4g", float64(n)/float64(s.Aborts))
}

// uncounted lists the exits that are not counted.
func (p *Passes) uncounted() (out []Exit) {
	for _, e := range p.Exits {
		if e.Why != "" {
			out = append(out, e)
		}
	}
	return out
}

// Uncounted says which passes of the section are not in the count, and why; "" if all are.
func (s *Section) Uncounted() string {
	if s.Passes == nil {
		return ""
	}
	var parts []string
	if s.Passes.Late > 0 {
		parts = append(parts, fmt.Sprintf("those before the file was loaded and %.2f s had passed", s.Passes.Late))
	}
	if s.Passes.Forked {
		parts = append(parts, "some of a child process after another one has ended (Linux before 6.13 removes its probes then)")
	}
	for _, e := range s.Passes.uncounted() {
		what := fmt.Sprintf("those to %v", e.To)
		if e.End {
			what = "those to the end"
		}
		parts = append(parts, fmt.Sprintf("%s (%s)", what, e.Why))
	}
	return strings.Join(parts, "; ")
}

// writeUncounted writes what is missing from the sections' passes.
func (r *Report) writeUncounted(w io.Writer) {
	title := "\nPasses that are not counted:\n"
	for _, row := range r.Rows {
		if text := row.Uncounted(); text != "" {
			fmt.Fprintf(w, "%s  %s: %s\n", title, row.Name, text)
			title = ""
		}
	}
}
