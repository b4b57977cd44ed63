// Bench prints how rseqstep compares with gdb, gdbserver, lldb and raw C on
// this machine: `go run ./internal/bench` (scripts/bench sets everything up).
//
// Every figure is the median of several rounds, and in each round all rivals
// run one after the other, so that what else the machine does falls on all of
// them. Each is started as a user starts it, with no option that would favour
// or hinder it but those that keep it from reading the user's start-up files.
// A rate of steps is taken from the difference between a run with the steps and
// one without, so that nobody's start-up time counts; start-up is a row of its
// own. The raw C programs (testdata/bench) measure themselves.
//
// A rival that is not installed, or a run that fails, is a row that says so.
//
// Decisions: a program of its own rather than testing.B, because the rivals are
// whole processes and the result is a table of ratios; wall-clock time, because
// that is what a user waits for; no averages, because one disturbed run would
// move them.
package main
