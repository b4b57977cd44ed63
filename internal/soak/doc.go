// Soak runs rseqstep for a long time with random commands, on the fixtures of testdata and
// on workerd, and looks for damage: `go run ./internal/soak -for 30m`.
//
// A round is a list of commands on a pipe (all kinds of steps, breakpoints, conditions and
// watchpoints outside and inside sections, stepping inside, forced aborts and vectors,
// interrupts, kill and run, detach and attach). At its end all breakpoints are deleted and
// the program runs to its end. A session is one debugger that runs some rounds with one
// program. Soak checks
//
//   - the program's own verdict on its sums: exit status and output, also of a program
//     that the debugger has detached from;
//   - words that must not occur: "internal", a Go stack trace;
//   - patience: a command that does not return, even when interrupted, is a hang; Soak
//     then prints the debugger's goroutines (SIGQUIT);
//   - leaks of the debugger between its early rounds and its last: resident memory, file
//     descriptors, threads, children and zombies;
//   - a process after a detach: it runs and nobody traces it.
//
// For a failure Soak prints the round's seed and commands, and a shorter list if that
// fails too; -replay runs such a list.
//
// Decisions:
//
//   - A round's commands follow from its seed alone, not from the debugger's answers, so
//     that the seed reproduces the round. If a command does not apply (the program has
//     ended), its error is one more thing to survive; only a `run` is inserted before the
//     next. A seed does not reproduce the timing of two threads.
//   - Soak does not interrupt runs to the end without breakpoints: a program that would
//     end by itself has to end. It interrupts earlier commands after some time, because a
//     condition inside a hot section may rightly take hours.
//   - A program and not only a test, so that it can run for hours; the test runs it for
//     some seconds.
package main
