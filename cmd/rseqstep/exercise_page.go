package main

import (
	"fmt"
	"time"

	"rseqstep/cmd/rseqstep/internal/annotate"
	"rseqstep/exercise"
	"rseqstep/page"
	"rseqstep/table"
)

// exercisePage makes the page of an exercise: all sections of the files that the program had
// loaded, with the boundaries that were aborted and those that were not.
func exercisePage(r *exercise.Report) *page.Page {
	p := &page.Page{
		Command: "rseqstep exercise", Subject: r.Program, Version: version(), Made: time.Now().Format("2006-01-02 15:04:05 -0700"),
		Columns: []page.Column{{Name: "Aborts"}, {Name: "Aborted", Means: "boundaries that were aborted at least once"},
			{Name: "Boundaries", Means: "places before an instruction of the section"}, {Name: "Share"}},
		Counted: "Aborts", Order: -1,
		Legend: []page.Legend{
			{State: page.Covered, Text: "the section was aborted before this instruction, as often as the number says"},
			{State: page.Missed, Text: "control did not get here"},
			{State: page.Failed, Text: "the program does not survive an abort here"},
		},
		Summary: exerciseSummary(r), Notes: r.Notes(),
	}
	if r.Options.Migrate {
		p.Columns[0].Name, p.Counted = "Moves", "Moves"
		p.Columns[1] = page.Column{Name: "Moved", Means: "arming stores at which a thread was moved to another CPU"}
		p.Columns[2] = page.Column{Name: "Arming stores"}
		p.Legend[0].Text = "a thread was moved to another CPU before this instruction, as often as the number says"
		p.Legend[2].Text = "the program does not survive a move here"
	}
	listings := annotate.NewFiles()
	defer listings.Close()
	for _, executed := range []bool{true, false} {
		for _, s := range r.Sections {
			if s.Executed == executed {
				p.Sections = append(p.Sections, exercisedSection(r, s, listings))
			}
		}
	}
	judgeFiles(p)
	return p
}

func exerciseSummary(r *exercise.Report) []page.Fact {
	t := r.Totals()
	verdict := page.Fact{Name: "Verdict", Value: "passed", Level: "good"}
	switch {
	case r.Failed != nil:
		verdict.Value, verdict.Level = "failed: the program "+r.Failed.Failure(), "bad"
	case r.Stopped:
		verdict.Value, verdict.Level = "interrupted", "warning"
	}
	if r.Options.Migrate {
		return []page.Fact{verdict, {Name: "Runs", Value: fmt.Sprint(r.Runs)}, {Name: "Moves", Value: fmt.Sprint(t.Aborts)},
			{Name: "Sections entered after a move", Value: fmt.Sprintf("%d of %d", t.Executed, t.Declared)}}
	}
	return []page.Fact{
		verdict,
		{Name: "Runs", Value: fmt.Sprint(r.Runs)},
		{Name: "Aborts", Value: fmt.Sprint(t.Aborts)},
		{Name: "Sections executed", Value: fmt.Sprintf("%d of %d", t.Executed, t.Declared)},
		{Name: "Boundaries aborted", Value: fmt.Sprintf("%d of %d (%.1f%%)", t.Aborted, t.Boundaries, t.Percent)},
	}
}

// notSurvived is the finding at the culprit's instruction.
func notSurvived(r *exercise.Report) string {
	if r.Options.Migrate {
		return "The program does not survive that a thread is moved to another CPU before this instruction: it " + r.Failed.Failure() + "."
	}
	text := "The program does not survive an abort before this instruction: it " + r.Failed.Failure() + "."
	if h := r.Culprit.Harmless; h != nil {
		text += fmt.Sprintf(" It survives one at %+#x.", h.Offset())
	}
	return text
}

// exercisedSection is one section with what was aborted in it.
func exercisedSection(r *exercise.Report, s *exercise.Section, listings *annotate.Files) page.Section {
	out := page.Section{Function: s.Function, Module: s.Module, File: s.File, Line: s.Line, Unlisted: "the file has changed or cannot be read"}
	if p := listings.Find(s.Module, table.FileAddr(s.Start), uint64(s.End-s.Start)); p != nil {
		out = listings.Section(p)
	}
	aborts := uint64(0)
	for _, b := range s.Boundaries {
		aborts += b.Aborts
	}
	for _, b := range s.Boundaries {
		row := out.At(int64(b.Offset()))
		if row == nil || !s.Executed {
			continue
		}
		if row.State = page.Missed; b.Aborts > 0 {
			row.State, row.Count, row.Share = page.Covered, b.Aborts, float64(b.Aborts)/float64(aborts)
		}
	}
	if c := r.Culprit; c != nil {
		for _, b := range c.Boundaries {
			if b.Section().Start != s.Start || b.Section().Module != s.Module {
				continue
			}
			if row := out.At(int64(b.Offset())); row != nil {
				row.State = page.Failed
			}
			out.Find(uint64(b.Address), page.Finding{Rule: "abort-not-survived", Severity: "error", Text: notSurvived(r)})
		}
	}
	done, all := s.Aborted(), len(s.Boundaries)
	if !s.Executed {
		done, all = 0, 0
	}
	number := func(n int) page.Cell { return page.Cell{Text: fmt.Sprint(n), Sort: float64(n)} }
	percent := page.Cell{Text: "-", Sort: -1}
	if all > 0 {
		percent = page.Cell{Text: fmt.Sprintf("%.0f%%", 100*float64(done)/float64(all)), Sort: float64(done) / float64(all)}
	}
	out.Cells = []page.Cell{number(int(aborts)), number(done), number(all), percent}
	if s.Unplanted != "" {
		out.Notes = append(out.Notes, "It could not be aborted everywhere: "+s.Unplanted)
	}
	return out
}
