// Package page writes a report about critical sections as one HTML file that needs nothing
// else: no server, no network, no other file. `rseqstep stat`, `exercise` and `check` fill the
// same Page.
//
// A Page is data. It has a summary, a table of sections that can be sorted, and for each
// section its annotated listing: instructions, their roles, what was counted at each, what the
// section does in words, who called it, and the findings about it.
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
// Numbers are shown as numbers; colour only repeats them.
//
// Refused: a charting library, and one page for each section. A report is attached to a bug
// or sent by mail, so it is one file of few kilobytes.
package page
