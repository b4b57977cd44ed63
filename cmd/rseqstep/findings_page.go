package main

import (
	"fmt"
	"slices"
	"strings"

	"rseqstep/check"
	"rseqstep/check/code"
	"rseqstep/check/rules"
	"rseqstep/page"
)

// judgeFiles adds to a page of something else what `rseqstep check` finds in the files of its
// sections. Nothing is run for it.
func judgeFiles(p *page.Page) {
	r := check.NewReport(version(), p.Subject, rules.All())
	var paths []string
	for n := range p.Sections {
		paths = append(paths, p.Sections[n].Module)
	}
	for _, path := range slices.Compact(slices.Sorted(slices.Values(paths))) {
		if path == "" {
			continue
		}
		f, err := code.Open(path)
		if err != nil {
			p.Notes = append(p.Notes, fmt.Sprintf("%s could not be checked: %v.", path, err))
			continue
		}
		rules.File(r, f)
		f.Close()
	}
	r.Apply(check.Options{})
	addFindings(p, r)
}

// addFindings puts the findings of a report at their instructions, those about no section of the
// page above them, and explains their rules.
func addFindings(p *page.Page, r *check.Report) {
	places := map[string]int{}
	for n := range r.Findings {
		f := &r.Findings[n]
		places[f.Rule]++
		shown := pageFinding(f)
		s := sectionOf(p, f)
		if s == nil {
			shown.Where = f.Where.String()
			p.Findings = append(p.Findings, shown)
			continue
		}
		if f.Where.Module != s.Module || s.Row(uint64(f.Where.Address)) == nil {
			shown.Where = f.Where.String()
			s.Findings = append(s.Findings, shown)
			continue
		}
		s.Find(uint64(f.Where.Address), shown)
	}
	for n := range r.Findings {
		if rule := r.Rule(r.Findings[n].Rule); places[rule.Name] > 0 {
			p.Rules = append(p.Rules, pageRule(rule, r.Findings[n].Severity, places[rule.Name], r.Kernels))
			delete(places, rule.Name)
		}
	}
}

// sectionOf finds the section of a finding: the one that it names, or else the one whose listing has
// its instruction inside. nil: the page has none.
func sectionOf(p *page.Page, f *check.Finding) *page.Section {
	for n := range p.Sections {
		if s := &p.Sections[n]; f.Section != nil && s.Descriptor == uint64(f.Section.Descriptor) && s.Module == f.Where.Module {
			return s
		}
	}
	for n := range p.Sections {
		s := &p.Sections[n]
		switch {
		case f.Section != nil: // entered by code of another file
			if s.Descriptor == uint64(f.Section.Descriptor) && s.Row(uint64(f.Section.Start)) != nil && s.Function == f.Section.Function {
				return s
			}
		case s.Module == f.Where.Module && f.Where.Address != 0:
			if row := s.Row(uint64(f.Where.Address)); row != nil && row.Inside {
				return s
			}
		}
	}
	return nil
}

// pageFinding is a finding without its place.
func pageFinding(f *check.Finding) page.Finding {
	out := page.Finding{Rule: f.Rule, Severity: f.Severity.String(), Text: stop(sentence(f.Detail))}
	var often []string
	if f.Count > 1 {
		often = append(often, fmt.Sprintf("%d times", f.Count))
	}
	switch n := len(f.Threads); {
	case n == 1:
		often = append(often, fmt.Sprintf("thread %d", f.Threads[0]))
	case n > 1:
		often = append(often, fmt.Sprintf("%d threads", n))
	}
	out.Often = strings.Join(often, ", ")
	if len(f.Path) > 0 {
		l := page.List{Title: "How control gets there"}
		for n := range f.Path {
			step := &f.Path[n]
			l.Items = append(l.Items, strings.TrimPrefix(step.Note+": "+step.String(), ": "))
		}
		out.Lists = append(out.Lists, l)
	}
	if len(f.Stack) > 0 {
		l := page.List{Title: "Backtrace, at the first time"}
		for n := range f.Stack {
			l.Items = append(l.Items, fmt.Sprintf("#%d %v", n, &f.Stack[n]))
		}
		out.Lists = append(out.Lists, l)
	}
	return out
}

// pageRule is a rule as the page explains it, for some kernels.
func pageRule(r *check.Rule, s check.Severity, places int, kernels []check.Kernel) page.Rule {
	out := page.Rule{Name: r.Name, Severity: s.String(), Title: sentence(r.Title), Says: r.Says, Advice: r.Advice, Places: "1 place"}
	if places != 1 {
		out.Places = fmt.Sprintf("%d places", places)
	}
	for _, s := range r.Sources {
		out.Sources = append(out.Sources, page.Source(s))
	}
	for _, g := range r.On.Groups(kernels) {
		out.Effects = append(out.Effects, page.Effect{Kernels: g.Kernels, Short: g.Effect.String(), Text: stop(sentence(g.String())), Level: effectLevel(g.Effect)})
	}
	return out
}

// sentence is a text with a capital first letter.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// stop is a sentence with its full stop.
func stop(s string) string {
	if strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// effectLevel is how bad an effect is.
func effectLevel(e check.Effect) string {
	switch e {
	case check.Nothing:
		return "good"
	case check.Tools:
		return "note"
	case check.Debug, check.Refused:
		return "warning"
	}
	return "bad"
}
