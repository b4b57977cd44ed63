// Package remote is a server of the gdb remote serial protocol over the
// stepper's Engine: with it gdb, lldb and whatever else speaks that protocol
// pass restartable sequences and vDSO functions as units, without knowing of
// them. See the gdb manual, appendix "GDB Remote Serial Protocol".
//
// One goroutine, locked to its OS thread, owns the process, and reads and
// answers packets. While the program runs, a connection's watcher goroutine
// reads for it, and ends the context of the Engine's command at the interrupt byte
// or the client's end.
//
// # Invariants
//
// Nothing that happens in the program is dropped, doubled or moved. Whatever a client
// resumes, stops, signals, lets fork and detaches from, in whatever order:
//
//   - A stop that the client was not told of waits until it is: the first event ends
//     a command, and those that came with it stay queued, each with its thread, which
//     does not move before. A breakpoint that was run into and not reported is met again.
//   - A thread that a packet does not resume executes nothing and reports nothing,
//     however long the others take and whatever they wait for (Engine.Only). It is not
//     taken off a breakpoint or out of a section either: one that it was looked at
//     inside of is left to the kernel, which restarts it.
//   - A signal that was reported is the client's to decide on, once, when it next
//     resumes that thread. A signal that it hands over is the server's from then on:
//     it is delivered once, when the thread goes on, or when it is let go (handover.go).
//   - A hit that the client would count is reported once: no thread passes a breakpoint
//     that the client has in, be it because another one is taken off it (every thread
//     is held meanwhile) or because its own step has lost patience and it runs on.
//   - A process that was made is reported once and let go or followed once, and the
//     end of a vfork is reported once.
//   - An interrupt byte is answered by one stop of its own.
//
// TestEveryOrderOfAClientsCommands checks them: a client that does what gdb does, a
// modelled machine (steptest/modelled.Crowd), and accounts that must agree at the end.
//
// # Decisions, and what was refused
//
// gdb's own next and step are range steps (vCont;r), which Engine.StepRange
// does natively. Answering them by instruction steps would be right, and too
// slow for a loop on one line.
//
// A step of gdb's is two packets, so what a packet costs is what stepping
// costs. Refused: a goroutine that only reads (two wake-ups across CPUs a
// packet); sharing a CPU with the stepped thread anew for each step (twenty
// system calls a step). It is shared until the client has been silent for a
// while (conn.go, Engine.Rest); the thread is held meanwhile and cannot see it.
// A breakpoint that came by its address is put into no words: naming one in a
// library read all of that library's symbols, 85 ms once.
//
// A breakpoint that the client takes out stays planted until the program runs
// without it: gdb takes all of them out at each stop and puts them in again.
//
// Conditions run here, in gdb's agent bytecode, so that one that is false costs
// a quiet pass and no round trip. Breakpoint commands in bytecode were refused:
// gdb only sends them when asked to, for its dprintf.
//
// gdb's disconnect says nothing: it closes the connection. So a client that is
// gone, for whatever reason, leaves its process to the next one, as gdbserver does
// (keep.go): standing, without the client's breakpoints, or running until it stops
// by itself or the next client comes. Refused: stopping what runs when its client is
// lost, which would hold up a service until somebody comes; and letting it go, for
// gdbserver's users rely on finding it. Where no other client can come (--once, a
// pipe, Delve, which has started us) the process ends with its client, or is let go
// if it was attached to. gdbserver does not end at the end of a pipe: it opens the
// pipe again and again.
//
// Non-stop mode is refused: the Engine holds every thread between commands.
//
// Several processes are held at once, one Engine each, all on the same OS thread,
// which is their tracer; one runs at a time, as gdb has it unless its user sets
// schedule-multiple. After a fork the new process is held until the client says, by D
// or by what it resumes, which of the two it keeps; if it lets neither go (set
// detach-on-fork off) both are kept. After a vfork the child shares its parent's
// memory, where the parent, let go, would meet the child's breakpoints: it is held
// until the child executes another program or ends, and can be looked at meanwhile.
// Refused, in words and before anything happens: a further process for a client that
// cannot tell processes apart, and one beside a process for whose sake others are
// traced (cpu_opv), which run when it does not. Refused: an OS thread for each
// process, for then a packet would cross from one to the other.
//
// A packet that resumes some threads only holds the others for the whole command,
// also where a thread then waits for one of them for ever: that is what the user of
// scheduler-locking has asked for, and interrupts. Refused: to let the others go after
// a while, as the Engine does for its own commands; gdb takes their registers for
// unchanged. Delve's steps, whose thread may need the others, are excepted.
//
// Breakpoints by address end with an exec; clients put theirs in again.
//
// A memory map is not offered: gdb takes what it leaves out for no memory, and a
// program's mappings change. Nor are thread events, which are for non-stop mode.
//
// An interrupt byte that no stop has answered counts for whatever runs next: gdb
// sends it while it is still stepping off a breakpoint.
//
// Host I/O is always offered, although gdb then reads libraries through the
// server even where it runs on the same machine ("set sysroot /" tells it not
// to): without it gdb finds no /proc, so no vDSO and no "info proc mappings".
//
// A step that the Engine cannot make is a stop where the thread stands, with
// the reason at the console: gdb takes an error as the end of the connection.
//
// A thread that goes on from a place with a breakpoint meets it (StandsToMeet of
// stepper.Policy): clients step threads off breakpoints themselves, and take out
// for that what they have shown. What is left in is to be hit: where the user has
// put the thread ("jump"), where a signal that is ignored was to be delivered
// first, or where the step off the one before has led.
//
// Each write of watched memory is a stop, also if it changes nothing: the client
// compares. Compared here, of two threads that write at the same time one was not
// told of, since the other's stop had taken its value.
//
// Delve is told of no signals but traps, as by its own backend. A step off a
// breakpoint delivers none (Engine.StepAlone), as its own backend's does not: Go's
// preemption does not come back to where it was, and with the breakpoint out of
// the program hits were lost.
//
// Delve's server ends with the program: Delve says nothing more then, and waits for
// the end of pipes that the server holds (delve.go).
//
// lldb is shown the registers of its own server under that one's names, not gdb's
// target description: lldb puts what it finds there under one heading, vectors
// included.
// Registers are saved and restored whole for its calls (lldb_checkpoint.go): put
// back one by one, a thread that waits in a system call would not go on waiting.
//
// Where Delve reads registers one by one they are sent in one go, once it is
// known to, and so is what it asks after a stop (delve_row.go). Threads that have
// met breakpoints together are reported to it together (alsoMet), each a stop less. Refused: waking up only when the rest of its packets
// has come (SO_RCVLOWAT): it gained nothing measurable, and once hung.
//
// A packet that crosses CPUs costs a wake-up, more than its answer does. In a
// burst of steps Delve, which has started us, is therefore on our CPU
// (beside_linux.go): 1.8 times as many steps (BENCHMARKS.md). There it must not
// preempt a thread in a section: by waking up it aborted 4 units in 10,000, from
// another CPU 2; as SCHED_BATCH none of 58,000. If we are killed by SIGKILL
// meanwhile, it stays so. gdb is left where it is: what a script of its user
// starts right after a step ("shell make") would inherit the one CPU. Refused: to
// keep Delve's CPU from sleeping by a process that spins there (SCHED_IDLE,
// sched(7)); it gained only where there are two CPUs, by making Delve evade to
// ours. A socket is taken from Go's network poller, which wakes a thread of its
// own for each packet (unpolled_linux.go): a fifth of a step.
package remote
