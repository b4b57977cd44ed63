package main

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"rseqstep/cmd/rseqstep/internal/annotate"
	"rseqstep/page"
	"rseqstep/stat"
	"rseqstep/table"
)

// Limits of what the page shows of one section; what is left out is counted.
const (
	maxTally  = 12
	maxStacks = 12
)

// writePage writes a page to a file.
func writePage(path string, p *page.Page) error {
	var b bytes.Buffer
	if err := page.Write(&b, p); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o666)
}

// statPage makes the page of a report: all sections that aborted, and all others of the files
// that the counted processes had mapped.
func statPage(subject string, r *stat.Report, files *stat.Files, mapped []string) *page.Page {
	p := &page.Page{
		Command: "rseqstep stat", Subject: subject, Version: version(), Made: time.Now().Format("2006-01-02 15:04:05 -0700"),
		Columns: []page.Column{{Name: "Aborts", Means: "how often the kernel aborted the section"}, {Name: "Per second"}, {Name: "Share", Means: "of all aborts"}},
		Counted: "Aborts",
		Legend:  []page.Legend{{State: page.Counted, Text: "aborts of threads that were interrupted at this instruction, before it was executed"}},
	}
	if r.Samples > 0 {
		p.Columns = append(p.Columns, page.Column{Name: "Time", Means: "how much of the sampled time was inside the section"})
	}
	if r.Passes != nil {
		p.Columns = append(p.Columns, page.Column{Name: "Passes", Means: "how often threads left the section, other than through its abort handler"}, page.Column{Name: "Per abort", Means: "passes for each abort"})
	}
	b := &pager{r: r, files: files, listings: annotate.NewFiles(), done: map[*table.Placed]bool{}}
	defer b.listings.Close()
	for _, row := range r.Rows {
		p.Sections = append(p.Sections, b.row(row))
	}
	for _, path := range slices.Sorted(slices.Values(mapped)) {
		p.Sections = append(p.Sections, b.quiet(path)...)
	}
	p.Summary = statSummary(r, len(p.Sections))
	p.Notes = statNotes(r)
	judgeFiles(p)
	return p
}

func statSummary(r *stat.Report, sections int) []page.Fact {
	level := ""
	if r.Lost > 0 {
		level = "bad"
	}
	return []page.Fact{
		{Name: "Aborts", Value: fmt.Sprint(r.Aborts)},
		{Name: "Per second", Value: rate(r.Aborts, r.Seconds)},
		{Name: "Seconds", Value: fmt.Sprintf("%.2f", r.Seconds)},
		{Name: "Sections that aborted", Value: fmt.Sprintf("%d of %d", r.Aborted(), sections)},
		{Name: "Lost records", Value: fmt.Sprint(r.Lost), Level: level},
	}
}

func statNotes(r *stat.Report) (notes []string) {
	if r.Lost > 0 {
		notes = append(notes, fmt.Sprintf("The kernel dropped %d records because a buffer was full. It counted %d aborts; the numbers below are those of the %d that were recorded.", r.Lost, r.Aborts, r.Recorded))
	}
	if r.Unplaced > 0 {
		notes = append(notes, fmt.Sprintf("%d aborts were at addresses where no mapping was known; they are in no section below.", r.Unplaced))
	}
	return notes
}

// pager makes the sections of a page.
type pager struct {
	r        *stat.Report
	files    *stat.Files
	listings *annotate.Files
	done     map[*table.Placed]bool
}

// row is a section of the report.
func (b *pager) row(row *stat.Row) page.Section {
	s := page.Section{Function: row.Name, Module: row.Start.File, File: row.Source, Line: row.Line}
	switch p := b.listings.Find(row.Start.File, row.Addr, row.Length); {
	case p != nil:
		b.done[p] = true
		s = b.listings.Section(p)
	case row.Err != nil:
		s.Unlisted = row.Err.Error()
	default:
		s.Unlisted = "the file declares no such section"
	}
	b.count(&s, row)
	return s
}

// quiet are the sections of a file that did not abort.
func (b *pager) quiet(path string) (out []page.Section) {
	f := b.listings.Open(path)
	if f == nil {
		return nil
	}
	for _, p := range f.All() {
		if !b.done[p] {
			b.done[p] = true
			s := f.Section(p)
			b.cells(&s, &stat.Section{})
			out = append(out, s)
		}
	}
	return out
}

// count adds what was counted.
func (b *pager) count(s *page.Section, row *stat.Row) {
	b.cells(s, row.Section)
	if text := row.Uncounted(); text != "" {
		s.Notes = append(s.Notes, "Passes that are not counted: "+text)
	}
	for at, n := range row.At {
		if r := s.At(int64(at)); r != nil {
			r.State, r.Count, r.Share = page.Counted, n, float64(n)/float64(row.Aborts)
		} else if s.Unlisted == "" {
			s.Notes = append(s.Notes, fmt.Sprintf("%d aborts at +%d, where the listing has no instruction", n, at))
		}
	}
	thread := func(t stat.Thread) string { return fmt.Sprintf("%s %d (process %d)", t.Name, t.TID, t.PID) }
	s.Tallies = append(s.Tallies, tally("Threads", row.Threads, thread, row.Aborts),
		tally("CPUs", row.CPUs, func(n int) string { return fmt.Sprintf("CPU %d", n) }, row.Aborts))
	if len(row.Causes) > 0 {
		s.Tallies = append(s.Tallies, tally("Causes", row.Causes, stat.Cause.String, row.Aborts))
	}
	stacks := slices.Collect(maps.Values(row.Stacks))
	slices.SortFunc(stacks, func(x, y *stat.Stack) int { return cmp.Compare(y.Aborts, x.Aborts) })
	for _, st := range stacks[:min(len(stacks), maxStacks)] {
		s.Callers = append(s.Callers, b.stack(st))
	}
}

// stack is who called a section. The first frame is the section itself.
func (b *pager) stack(st *stat.Stack) page.Stack {
	out := page.Stack{Count: st.Aborts}
	for _, at := range st.Frames[min(1, len(st.Frames)):] {
		name, _, source, line := b.files.Function(at)
		if name == "" {
			name = fmt.Sprintf("%#x", at.Offset)
		}
		out.Frames = append(out.Frames, page.Frame{Function: name, Module: at.File, File: source, Line: line})
	}
	if len(out.Frames) == 0 {
		out.Frames = []page.Frame{{Function: "unknown: the program has no frame pointers (--dwarf-stacks finds callers without them)"}}
	}
	return out
}

// cells are a section's numbers in the table.
func (b *pager) cells(s *page.Section, of *stat.Section) {
	number := func(text string, n float64) { s.Cells = append(s.Cells, page.Cell{Text: text, Sort: n}) }
	aborts := of.Aborts
	number(fmt.Sprint(aborts), float64(aborts))
	number(rate(aborts, b.r.Seconds), float64(aborts))
	number(share(aborts, b.r.Recorded), float64(aborts))
	if b.r.Samples > 0 {
		number(share(of.Samples, b.r.Samples), float64(of.Samples))
	}
	if b.r.Passes != nil {
		passes := uint64(0)
		if of.Passes != nil {
			passes, _ = of.Passes.Total()
		}
		number(of.PassText(), float64(passes))
		number(of.PerAbort(), float64(passes)/float64(max(aborts, 1)))
	}
	if b.r.Recorded > 0 {
		s.Heat = float64(aborts) / float64(b.r.Recorded)
	}
}

// tally is a list of counts, the greatest first.
func tally[K cmp.Ordered | stat.Thread](title string, counts map[K]uint64, name func(K) string, of uint64) page.Tally {
	out := page.Tally{Title: title}
	for k, n := range counts {
		out.Counts = append(out.Counts, page.Count{Name: name(k), Count: n, Share: float64(n) / float64(max(of, 1))})
	}
	slices.SortFunc(out.Counts, func(a, b page.Count) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Name, b.Name))
	})
	if n := len(out.Counts); n > maxTally {
		out.Counts, out.Left = out.Counts[:maxTally], n-maxTally
	}
	return out
}

func rate(n uint64, seconds float64) string {
	if n == 0 || seconds <= 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", float64(n)/seconds)
}

func share(n, of uint64) string {
	if n == 0 || of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(of))
}
