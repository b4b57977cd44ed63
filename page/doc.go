// Package page writes a report about critical sections as one HTML file that needs nothing
// else: no server, no network, no other file. `rseqstep stat`, `exercise` and `check` fill the
// same Page.
//
//	p := &page.Page{Command: "rseqstep stat", Subject: "./prog", Columns: …, Sections: …}
//	s := &p.Sections[0]
//	r := s.At(10) // the instruction at +10; nil if the listing has none
//	r.State, r.Count, r.Share = page.Covered, 3, 1
//	s.Find(0x401234, page.Finding{…}) // below the instruction at that file address
//	err := page.Write(w, p)
//
// The command's package internal/annotate makes a Section of a file's section: its listing and its words.
//
// A Page is data. It has a summary, a table of sections that can be sorted, and for each
// section its annotated listing: instructions, their roles, what was counted at each, what the
// section does in words, who called it, and the findings about it. A finding names its rule, which
// the page explains once: what it says, what a violation does on which kernels, what to do, and
// who says so. What is most urgent of that stands at the finding, too.
//
// # Decisions
//
// All text is escaped by html/template, because the names come from symbol tables, which
// contain whatever their compiler wrote. Control and formatting characters are shown as escape
// sequences: a right-to-left override would otherwise reorder the text around it. A
// Content-Security-Policy in the page forbids it to load anything.
//
// The page works without its script: the table is sorted as the command sorted it, the sections
// open by themselves (details elements). The script sorts, filters and opens.
//
// In a narrow window a listing has no columns: each instruction is a block with its roles below
// it, without address and bytes. Findings are as wide as the window, not as the listing.
//
// Numbers are shown as numbers; colour only repeats them.
//
// Refused: a charting library, and one page for each section. A report is attached to a bug
// or sent by mail, so it is one file of few kilobytes.
package page
