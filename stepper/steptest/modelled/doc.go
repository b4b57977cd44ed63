// Package modelled is a small machine behind tracee.Target: two CPUs, a few
// threads, one program of eleven instructions with a critical section in it, and the
// rules for restartable sequences of each kind of kernel. The real Engine drives it, so the
// ladder and the quiet phase that its explorer walks through are the ones that
// ship.
//
// What the machine leaves open, a Chooser decides, at every instruction and at
// every stop: a signal comes, the thread is preempted, or moved to another CPU,
// another thread runs first, one exits, the user interrupts, the process is
// killed. Explore runs a scenario once for every sequence of such decisions with
// at most so many that differ from "nothing happens".
//
// After every call the machine checks what may never be (STYLE, "First two
// invariants"): nothing planted inside a section or on a signature; nothing
// injected, and no thread stepped unregistered, unless every other thread is
// held; and that a final store is made on the CPU whose number the section
// compared, with nobody on that CPU since. A scenario checks at its end that the
// threads are registered again, pinned no longer and block what they blocked.
//
// A Crowd is another machine, for what goes on between threads: which of them run,
// what they report, and whether every event is accounted for. It has no sections. The
// server of the remote protocol is explored on it.
//
// Decisions:
//
//   - The model is of the machine, not of the Engine: a model of the Engine could
//     agree with itself and with nothing that ships.
//   - Every run starts anew. States cannot be saved and gone back to, since
//     part of them is in the Engine; they are hashed to be counted.
//   - The program's instructions are interpreted one by one, each in a line of
//     Go. Real ones on a real kernel are the live tests' affair.
package modelled
