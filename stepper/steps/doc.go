// Package steps makes the user's steps out of moves: by instructions (stepi, nexti), by lines (step,
// next, until), out of frames (finish, advance), out of a client's ranges, and those that a user
// asks for at a section (opv, abort). Package line says where a line can be left and whether a step
// has arrived, package units has the moves over instructions and sections, and package drive runs
// them. The Engine begins the command before a step and reports its end.
//
// # Decisions, and what was refused
//
// An instruction step runs its thread alone; the other threads run only if it blocks in the
// kernel. A line step runs every thread, because the line may wait for them; but a short line
// without calls first runs alone (planned), since each stop of the other threads may abort a
// section of theirs.
//
// A signal that the thread is about to receive precedes its next instruction, and so everything
// that a step looks for there (deliver.go): the step ends in the handler, as gdb's steps do. If
// a signal arrives during a step and is passed silently, its handler runs to the end, as in
// gdb. Stepper.Alone is the exception: a client that steps a thread off one of its own breakpoints
// has removed that breakpoint from the program, and a handler that does not return would take
// the thread, or the other threads, past it.
//
// What one of the user's breakpoints means where a step has led is asked of units.Host, as units ask
// it. Refused: an interface of this package's own, which would ask the same in other words.
package steps
