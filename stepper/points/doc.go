// Package points holds the user's breakpoints, watchpoints and catchpoints: where they are
// inserted, what they wait for, and which of them a thread has hit. It reads memory, queries
// symbols, and inserts breakpoints through the ledger. It resumes no thread.
//
// # Decisions, and what was refused
//
// A breakpoint inside a critical section is inserted at the section's arming store
// (rseq.Sections.InsideTrap). From there the code that moves the thread steps it to the place
// (Set.Wants, Set.MeetInside). Refused: to insert it where the user asked for it, because the
// kernel would abort the section on each hit.
//
// This package evaluates conditions, in gdb's order: the thread, the condition, the hit count,
// and then the ignore count. Refused: to return candidates and let the Engine decide, because
// five places would have to decide alike.
package points
