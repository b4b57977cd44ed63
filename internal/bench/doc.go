// Bench compares rseqstep with gdb, gdbserver, lldb and raw C on this machine:
// `go run ./internal/bench` (scripts/bench sets everything up).
//
// Every figure is the median of several rounds. In each round all programs run one after
// the other, every second round backwards, so that other load on the machine and the
// place in the round affect all of them. Each is started as a
// user starts it, without options that would favour or hinder it, except those that keep
// it from reading the user's start-up files. A rate of steps comes from the difference
// between a run with the steps and one without, so that start-up time does not count;
// start-up has a row of its own. The raw C programs (testdata/bench) measure themselves.
//
// If a program is not installed, or a run fails, its row says so.
//
// Decisions: a separate program rather than testing.B, because it compares whole processes
// and the result is a table of ratios; wall-clock time, because that is what a user waits
// for; no averages, because one disturbed run would move them.
package main
