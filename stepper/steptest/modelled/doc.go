// Package modelled is a small machine that implements tracee.Target: two CPUs, a few
// threads, one program of eleven instructions with a critical section in it, and the
// rules for restartable sequences of each kind of kernel. The real Engine drives it, so
// its explorer covers the shipped ladder and quiet phase.
//
// A Chooser decides, at every instruction and at every stop, which event happens: a
// signal arrives, the thread is preempted, or moved to another CPU, another thread runs
// first, one exits, the user interrupts, the process is killed. Explore runs a scenario
// once for every sequence of such decisions with at most so many that differ from
// "nothing happens".
//
// After every call the machine checks the invariants (STYLE, "First two invariants"):
// nothing planted inside a section or on a signature; nothing injected, and no thread
// stepped unregistered, unless every other thread is stopped; and a final store is made
// on the CPU whose number the section compared, with no other thread on that CPU since. A
// scenario checks at its end that the threads are registered again, are no longer pinned
// and have their old signal masks.
//
// A Crowd is another machine, for the handling of several threads: which of them run,
// what they report, and whether every event is accounted for. It has no sections. It
// serves to explore the server of the remote protocol.
//
// Decisions:
//
//   - The model is of the machine, not of the Engine: a model of the Engine could
//     agree with itself and with nothing that ships.
//   - Every run starts anew. States cannot be saved and restored, because
//     part of them is in the Engine; they are hashed in order to count them.
//   - The program's instructions are interpreted one by one, each in a line of
//     Go. Real ones on a real kernel are for the live tests.
package modelled
