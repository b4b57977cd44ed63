// Package exercise runs a program and makes the kernel abort every section that the program
// executes, at every instruction of it: the program's own verdict (its exit status, a command that
// checks what it has done) says whether it minds. It is `rseqstep exercise`.
//
// It observes (stepper.Aborter) while the Engine's Continue runs the program, so signals, forks,
// execs and libraries that come and go are the Engine's.
//
//   - A boundary is the place before an instruction inside a section.
//   - A boundary is aborted if a thread was there with the section armed and the kernel moved it to
//     the abort handler.
//   - A boundary is reached by control only if the instructions before it lead there with what the
//     program does; one that was never aborted was not reached.
//
// # How
//
// Every boundary that still has aborts to come has a breakpoint instruction. A thread that executes
// it stops; when it resumes, the kernel aborts the section because the thread was scheduled out
// there, so nobody steps over the breakpoint. The first breakpoint on the thread's way is the one
// that it meets: the boundaries of a section are aborted in the order in which control reaches
// them. When one has had its aborts, its breakpoint is removed, and the next pass gets to the one
// behind it.
//
// A thread that executes a section without having it armed in its registered area (it has none, or
// it uses another one) executes the instruction at the breakpoint alone, with every other thread
// held.
//
// Where no breakpoint can be written (code that is mapped shared and read-only), the debug registers
// of each thread are set to boundaries instead, four at a time.
//
// Sections that no file declares become known when a thread was seen to have armed them: the kernel
// leaves rseq_cs as it is until the thread is preempted outside of the section. With Options.Migrate
// nothing is aborted: a thread is moved to another CPU at the arming store.
//
// # Decisions, and what was refused
//
// Refused: one breakpoint in each section, moved from boundary to boundary. It would wait for ever
// at a boundary that control does not reach, and to learn that, each exit of the section would need
// a breakpoint that a thread has to be stepped over. With all of them set, no pass goes by unused.
//
// Refused: to abort at random in time. Most instructions of a section take less than a nanosecond,
// and some would never be met. A storm (Options.Storm) is random in place: at each tick, one
// boundary gets a breakpoint for one abort.
//
// The place before a section's first instruction is a boundary like the others, unless that
// instruction is the section's own arming store: then the section is not armed there.
package exercise
