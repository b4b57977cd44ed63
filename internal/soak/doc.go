// Soak drives the built rseqstep for a long time with random commands, over the
// fixtures of testdata and workerd, and looks for harm: `go run ./internal/soak
// -for 30m`.
//
// A round is a list of commands on a pipe (step kinds, breakpoints, conditions and
// watchpoints outside and inside sections, quiet stepping, forced aborts and
// vectors, interrupts, kill and run, detach and attach), and at its end everything is
// deleted and the program runs out. A session is one debugger for some rounds with
// one program. Looked at are
//
//   - the program's own verdict on its sums: exit status and output, also of
//     a program that was let go;
//   - words that must not occur: "internal", a Go stack trace;
//   - patience: a command that has not come back, nor does when interrupted, is a
//     hang, and the debugger's goroutines are printed (SIGQUIT);
//   - leaks of the debugger between its early rounds and its last: resident memory, file
//     descriptors, threads, children and zombies;
//   - a process that was let go: nobody traces it and it runs.
//
// A failure prints the round's seed and its commands, in fewer if the failure comes
// back with fewer; -replay runs such a list.
//
// Decisions:
//
//   - A round's commands follow from its seed alone, not from what the debugger
//     answers, so that a seed is the round. When a command of it does not apply
//     (the program has ended), its error is one more thing to survive; only a `run` is
//     put before the next. What two threads do at once does not come back by a seed.
//   - Ends of runs without breakpoints are not interrupted: what would end by itself has
//     to end. Commands before that are, after some time, because a condition inside a hot
//     section may make them last for hours with good reason.
//   - A program and not only a test, for the hours; the test runs it for some seconds.
package main
