// Package drive moves the threads of a process. It has the one loop that lets threads
// go and waits for them, Driver.Do, the one table of what an event means, the signals
// that threads are still to have, and the watch on steps that take long. What a place
// or an event means to the user, and how a thread is taken through a section, is the
// Mind's to say: the loop asks it.
//
// The loop's contract: every thread is held when something is asked, and the registers
// of the thread in question are read. What is asked moves nothing. It answers to go on,
// that its move has arrived, or that another Move is to be made first; the loop makes
// that, and asks again. The few questions for which other threads may run are marked in
// Mind. A debugger that lets the other threads run while one is looked at (gdb's
// non-stop mode) would weaken the contract here, to the thread that is asked about and
// those that share what is decided.
//
// # Decisions, and what was refused
//
// Moves are a stack, and all of them are asked about a place that their thread comes to:
// a line's way out counts while a section on the line is stepped quietly. Refused:
// functions that move a thread and call each other, each with a wait of its own: what
// one of them waits for, those inside it pass over.
//
// A thread that blocks makes the same move wider: alone at first, then with all threads.
// Refused: a second move for the rest, which would have to be told all that the first
// one knows.
//
// The decision of a trap belongs to the move, not to the breakpoint that is planted for
// it: two moves may wait at one place, and the innermost is asked first.
//
// A Stop is any value of the Mind's. What ends a command is its to describe, and the
// loop needs to know no more than that it does.
//
// The watchdog belongs to a step, not to a journey: a loop that cannot commit may
// lead out of its line and back each round, and each journey ends in microseconds.
//
// A command is interrupted by the end of its context. Refused: a flag of the Driver
// that any goroutine sets. It belongs to no command: one that comes before the command
// has begun is either lost or, kept, stops another one, so that everybody repeated it.
package drive
