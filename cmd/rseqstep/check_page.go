package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"rseqstep/check"
	"rseqstep/cmd/rseqstep/internal/annotate"
	"rseqstep/cmd/rseqstep/internal/ops"
	"rseqstep/page"
	"rseqstep/table"
)

// checkPage makes the page of a report: all sections of the files that were looked at, those with
// the worst findings first. Precondition: Apply was called.
func checkPage(r *check.Report) *page.Page {
	p := &page.Page{
		Command: "rseqstep check", Subject: r.Target, Version: version(), Made: time.Now().Format("2006-01-02 15:04:05 -0700"), Order: -1,
	}
	listings := annotate.NewFiles()
	defer listings.Close()
	for _, path := range slices.Compact(slices.Sorted(slices.Values(r.Watched.Files))) {
		p.Sections = append(p.Sections, declaredSections(path, listings, r.Watched.Reason)...)
	}
	addFindings(p, r)
	severities := foundSeverities(r)
	for _, severity := range severities {
		p.Columns = append(p.Columns, severityColumn(severity))
	}
	for n := range p.Sections {
		s := &p.Sections[n]
		for _, severity := range severities {
			s.Cells = append(s.Cells, severityCell(s.Count(severity.String()), severity))
		}
	}
	slices.SortStableFunc(p.Sections, func(a, b page.Section) int {
		order := 0
		for n := range a.Cells {
			order = cmp.Or(order, cmp.Compare(b.Cells[n].Sort, a.Cells[n].Sort))
		}
		return order
	})
	if len(severities) > 0 {
		p.Order = 0
	}
	p.Summary, p.Notes = checkSummary(r, p), checkNotes(r)
	return p
}

// foundSeverities are those of the findings, the worst first.
func foundSeverities(r *check.Report) (out []check.Severity) {
	for severity := check.Error; severity >= check.Note; severity-- {
		if slices.ContainsFunc(r.Findings, func(f check.Finding) bool { return f.Severity == severity }) {
			out = append(out, severity)
		}
	}
	return out
}

// severityColumn counts the findings of a severity.
func severityColumn(s check.Severity) page.Column {
	switch s {
	case check.Error:
		return page.Column{Name: "Errors", Means: "what is wrong"}
	case check.Warning:
		return page.Column{Name: "Warnings", Means: "what may be wrong: it depends on what the check cannot see"}
	}
	return page.Column{Name: "Notes", Means: "what is worth knowing"}
}

// declaredSections are the sections of a file. why says why their code was not read, if it was not.
func declaredSections(path string, listings *annotate.Files, why string) (out []page.Section) {
	if f := listings.Open(path); f != nil && why == "" {
		for _, s := range f.All() {
			out = append(out, f.Section(s))
		}
		return out
	}
	t, err := table.Open(path)
	if err != nil {
		return nil
	}
	low, high := t.Extent()
	m := &table.Module{File: t, Path: path, Low: table.Addr(low), High: table.Addr(high)}
	for _, s := range table.NewImage([]*table.Module{m}).Sections() {
		out = append(out, page.Section{Function: ops.SymbolName(s), Module: path, Descriptor: uint64(s.Descriptor), Unlisted: cmp.Or(why, "its code was not read"),
			Facts: []page.Fact{{Name: "Section", Value: fmt.Sprintf("[%v, %v)", s.Start, s.End)}, {Name: "Abort handler", Value: s.Abort.String()}}})
	}
	return out
}

// severityCell is a number of findings.
func severityCell(n int, s check.Severity) page.Cell {
	c := page.Cell{Text: "-", Sort: float64(n)}
	if n > 0 {
		c.Text, c.Level = fmt.Sprint(n), s.String()
	}
	return c
}

// checkSummary is the findings in numbers, and what was looked at.
func checkSummary(r *check.Report, p *page.Page) (out []page.Fact) {
	counts := map[check.Severity]int{}
	for n := range r.Findings {
		counts[r.Findings[n].Severity]++
	}
	if len(r.Findings) == 0 {
		out = append(out, page.Fact{Name: "Findings", Value: "none", Level: "good"})
	}
	for _, severity := range foundSeverities(r) {
		out = append(out, page.Fact{Name: severityColumn(severity).Name, Value: fmt.Sprint(counts[severity]), Level: severity.String()})
	}
	found := 0
	for n := range p.Sections {
		if p.Sections[n].Count("") > 0 {
			found++
		}
	}
	w := &r.Watched
	if w.Declared == 0 {
		out = append(out, page.Fact{Name: "Sections", Value: "none declared"})
	} else {
		out = append(out, page.Fact{Name: "Sections with findings", Value: fmt.Sprintf("%d of %d", found, len(p.Sections))},
			page.Fact{Name: "Sections decoded", Value: fmt.Sprintf("%d of %d", w.Decoded, w.Declared)})
	}
	if w.Running && w.Declared > 0 {
		out = append(out, page.Fact{Name: "Sections entered", Value: fmt.Sprint(w.Armed)})
	}
	if w.Running {
		out = append(out, page.Fact{Name: "Threads", Value: fmt.Sprint(w.Threads)}, page.Fact{Name: "Seconds", Value: fmt.Sprintf("%.1f", w.Seconds)})
	}
	return out
}

// checkNotes are the sentences at the end of the text.
func checkNotes(r *check.Report) []string {
	list := slices.Clone(r.Says)
	for _, text := range r.Problems {
		list = append(list, "Not looked at: "+text)
	}
	for _, u := range r.Unused {
		list = append(list, fmt.Sprintf("Unused suppression: %v.", u))
	}
	return append(list, r.Counts()+" "+r.Watched.Sentence())
}
