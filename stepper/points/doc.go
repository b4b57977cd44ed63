// Package points keeps the user's breakpoints, watchpoints and catchpoints: where they
// are planted, what they wait for, and which of them a thread has met. It reads memory,
// asks symbols, and plants through the ledger; no thread moves here.
//
// # Decisions, and what was refused
//
// A breakpoint inside a critical section is planted at the section's arming store
// (rseq.Sections.InsideTrap), and whoever moves the thread takes it to the place from
// there (Set.Wants, Set.MetInside). Refused: to plant it where it was asked for, since
// the kernel would abort the section each time it is hit.
//
// A condition is evaluated here, in the order in which gdb has it: the thread, the
// condition, the count of hits, and then how many are still to be ignored. Refused: to
// return the candidates and let the Engine decide, which would have to be done alike at
// five places.
package points
