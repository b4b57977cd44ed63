// Package ledger records every change that the debugger makes to a traced program for its own
// purposes: software breakpoints and debug registers by owner, signal masks, lifted rseq
// registrations, registers that threads must still get, and affinities. One loop (Book.GiveBack)
// undoes the recorded changes and repeats what has failed. The record also decides two questions:
// must the kernel kill the program if the debugger dies (tracee.Changes.ExitKill), and would the
// program be harmed if the debugger detached now (Book.Harm)?
//
// Decisions, and what was refused:
//
//   - Breakpoints have owners, not counts. A count does not say who needs the breakpoint that a
//     thread has hit, and an owner that releases it twice removes another owner's breakpoint.
//     (Delve keeps a list of breaklets per breakpoint for the same reason.)
//   - The caller knows which addresses must not have a breakpoint, such as those inside a
//     section: that depends on sections, on instructions, and on the owner (Book.Guard).
//   - If the debugger fails to undo a change, the change keeps its entry, without an owner. A
//     separate list of failed undos was refused: the two records diverged.
//   - The book does not contain memory, registers and signal masks that the user changes: nothing
//     undoes them. Nor does it contain what a called function replaces, because that is the state
//     of an unfinished command.
package ledger
