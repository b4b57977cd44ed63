// Package drive moves the threads of a process. It has the only loop that resumes threads and
// waits for them, Driver.Do; the only table of what an event means; the signals that the debugger
// still has to deliver; and the watchdog of steps that take long. Interface Mind decides what a
// place or an event means to the user and how a thread passes a section.
//
// The words of this package:
//
//   - A thread is held while it is in a ptrace-stop.
//   - A move (Move) is one thing that a thread is made to do, with its own end and its own
//     changes to the program.
//   - A journey (Journey) is a move in which every thread runs until one thread has arrived at a
//     trap of the move.
//   - A plan (Plan) is a move that resumes nothing itself and is made of other moves, which it
//     names one by one.
//   - A decision (Decision) is the function that is called when a thread has reached a trap of a
//     move; its Answer says what happens next.
//   - A gait (Gait) is how a move resumes its thread: for one instruction, until a trap, into a
//     group-stop, or not at all (a plan).
//   - A lone move (Move.Lone) resumes only its own thread, as long as that thread stops again
//     within the patience of the move (Move.Alone).
//   - A wide move resumes every thread; a move that resumed one thread alone becomes wide when
//     that thread has not stopped within the patience.
//
// The loop's contract: when it calls a decision or a method of Mind, every thread is held and the
// registers of the thread in question are loaded. The callee resumes no thread. It answers that
// the move continues, that its move has arrived, or that another Move must run first; the loop
// runs that one and then calls again. Mind marks the few methods during which other threads may
// run. A debugger that lets the other threads run while it examines one (gdb's non-stop mode)
// would narrow this contract to the thread in question and to the threads that share the
// decision.
//
// # Decisions, and what was refused
//
// Moves form a stack, and the loop calls the decisions of all of them at a place that their
// thread reaches: an exit of a line counts even while a section on that line is stepped in a
// quiet phase. Refused: functions that move a thread and call each other, each with its own wait.
// An inner function would miss what an outer one waits for.
//
// A thread that blocks keeps its move, which becomes wide: its own thread runs first, then all
// threads. Refused: a second move for the remaining threads, which would need everything that the
// first one knows.
//
// The decision of a trap belongs to the move, not to the breakpoint that is inserted for it: two
// moves may wait at one place, and the loop calls the innermost first.
//
// A Stop is any value that the Mind chooses. The loop only needs to know that the command ends.
//
// The watchdog belongs to a step, not to a journey: a loop that cannot commit may leave its line
// and return in each round, and each journey ends within microseconds.
//
// The end of a command's context interrupts the command. Refused: a flag of the Driver that any
// goroutine sets. The flag belongs to no command: if it is set before the command begins, it is
// either lost, or kept and stops a later command, so every caller set it repeatedly.
package drive
