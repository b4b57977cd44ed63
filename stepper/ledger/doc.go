// Package ledger keeps the book of everything that is changed in a traced program
// for the debugger's own purposes: software breakpoints and debug registers by
// owner, signal masks, lifted rseq registrations, registers that are owed to
// threads, affinities. What is in it is undone by one loop (Book.GiveBack), tried
// again where that fails, and decides two questions: must the program die with the
// debugger (tracee.Changes.ExitKill), and may it be let go as it is (Book.Harm)?
//
// Decisions, and what was refused:
//
//   - Breakpoints have owners, not counts. A count does not say who needs the
//     breakpoint that a thread has met, and who gives it back twice takes another
//     one's away. (Delve keeps a list of breaklets per breakpoint for the same reason.)
//   - What may not have a breakpoint, such as the inside of a section, is the
//     caller's to know: it depends on sections and on instructions, and on who asks.
//   - A change whose undoing has failed stays where it was, without an owner. A list
//     of debts beside the changes was refused: the two went apart.
//   - The memory, registers and signal masks that the user changes are not in the
//     book: nobody undoes them. Nor is what a called function has replaced, which is
//     the state of a command that goes on.
package ledger
