// Package observe lets an observer (package check/watch, package exercise) note what a program does
// while the Engine's Continue runs it.
//
// # Decisions, and what was refused
//
// An Observer has traps and debug registers of its own in the book (package ledger), and the Engine
// calls Process where it decides anyway, so the loop has no question more. The debug registers stay
// set between commands. Refused: a second loop for watching, which would need everything that the
// first one knows about signals, forks, execs and libraries.
//
// An Aborter is the one whose traps do stand inside sections, to make the kernel abort them. A
// thread that meets one with the section armed is resumed as it stands, while the others run: the
// kernel moves it to the abort handler. Where no section is armed, the thread steps over the trap
// like over any other.
package observe
