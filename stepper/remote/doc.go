// Package remote is a server of the gdb remote serial protocol over the
// stepper's Engine: with it gdb, lldb and any other client of that protocol
// pass restartable sequences and vDSO functions as units without knowing about
// them. See the gdb manual, appendix "GDB Remote Serial Protocol".
//
// One goroutine, locked to its OS thread, owns the process, reads packets and answers
// them. While the program runs, a connection's watcher goroutine reads for it, and
// cancels the context of the Engine's commands at the interrupt byte or the end of the
// connection. They share one until it is canceled: one for each step was a sixth of what a step
// allocated.
//
// # Invariants
//
// Nothing that happens in the program is lost, doubled or reordered. Whatever a client
// resumes, stops, signals, forks and detaches from, in whatever order:
//
//   - A stop stays queued until the client has it: the first event ends a command, and
//     events at the same time stay queued, each with its thread, which does not move
//     before. A breakpoint that was hit and not reported is hit again.
//   - A thread that a packet does not resume executes nothing and reports nothing,
//     however long the others take and whatever they wait for (Engine.Only). Nor is it
//     stepped off a breakpoint or out of a section: if the client saw it inside one,
//     the kernel restarts that section.
//   - The client decides once on a signal that was reported, when it next
//     resumes that thread. A signal that the client sends back is the server's from then
//     on: it is delivered once, when the thread resumes or is detached (handover.go).
//   - A hit that the client would count is reported once: no thread passes a breakpoint
//     that the client has inserted, neither because another one is stepped off it (every
//     other thread is stopped meanwhile) nor because its own step timed out and it runs.
//   - A created process is reported once and is detached or followed once, and the
//     end of a vfork is reported once.
//   - Each interrupt byte is answered by one stop of its own.
//
// TestEveryOrderOfAClientsCommands checks them with a client that behaves as gdb does, a
// modelled machine (steptest/modelled.Crowd), and accounts that must agree at the end.
//
// # Decisions, and what was refused
//
// gdb's own next and step are range steps (vCont;r), which Engine.StepRange
// runs natively. Instruction steps would be correct but too slow for a loop on
// one line.
//
// A step of gdb's is two packets, so the cost of a packet is the cost of
// stepping. Refused: a goroutine that only reads (two wake-ups across CPUs per
// packet); sharing a CPU with the stepped thread anew for each step (twenty
// system calls per step). The CPU is shared until the client has been silent
// for a while (conn.go, Engine.Rest); the thread is stopped meanwhile and
// cannot notice. A breakpoint given by its address gets no symbolic name:
// naming one in a library read all of that library's symbols, once 85 ms.
//
// A breakpoint that the client removes stays planted until the program runs
// without it: gdb removes all of them at each stop and inserts them again.
//
// The server evaluates conditions, in gdb's agent bytecode, so that a false one
// costs one unreported pass and no round trip. Refused: breakpoint commands in
// bytecode, because gdb sends them only on request, for its dprintf.
//
// gdb's disconnect sends no packet: it closes the connection. So when a client
// disconnects, for whatever reason, the server keeps its process for the next one, as
// gdbserver does (keep.go): stopped, without the client's breakpoints, or running until
// it stops by itself or the next client connects. Refused: stopping a running program
// when its client is lost, which would hold up a service until somebody connects; and
// detaching from it, because gdbserver's users rely on finding it. If no other client can
// connect (--once, a pipe, or Delve, which has started the server), the process is killed
// with its client, or detached if it was attached. gdbserver does not end at the end of a
// pipe: it opens the pipe again and again.
//
// Refused: non-stop mode. The Engine stops every thread between commands.
//
// The server holds several processes at once, with one Engine each, all on the same OS
// thread, which is their tracer; one runs at a time, as in gdb unless its user sets
// schedule-multiple. After a fork the new process stays stopped until the client shows,
// by D or by what it resumes, which of the two it keeps; if it detaches from neither (set
// detach-on-fork off), both are kept. After a vfork the child shares its parent's memory,
// where the parent, if detached, would hit the child's breakpoints: it stays stopped
// until the child execs or ends, and can be inspected meanwhile. Refused, with a message
// and before anything happens: another process for a client that cannot tell processes
// apart, and one beside a process that has served processes (cpu_opv), which run while it
// is stopped. Refused: an OS thread for each process, because then a packet would cross
// from one to the other.
//
// A packet that resumes only some threads keeps the others stopped for the whole command,
// even if a thread then waits for one of them for ever: the user of scheduler-locking has
// asked for that, and can interrupt. Refused: resuming the others after a while, as the
// Engine does for its own commands, because gdb assumes that their registers have not
// changed. Exception: Delve's steps, whose thread may need the others.
//
// Breakpoints by address end with an exec; clients insert theirs again.
//
// The server offers no memory map: gdb treats what the map omits as no memory, and a
// program's mappings change. Nor does it offer thread events, which belong to non-stop
// mode.
//
// An interrupt byte that no stop has answered applies to whatever runs next: gdb sends it
// while it is still stepping off a breakpoint.
//
// Host I/O is always offered, although gdb then reads libraries through the
// server even on the same machine ("set sysroot /" prevents it): without it gdb
// finds no /proc, so no vDSO and no "info proc mappings".
//
// A step that the Engine cannot make is reported as a stop at the same place,
// with the reason at the console: gdb ends the connection on an error.
//
// A thread that resumes from an address with a breakpoint hits it (StandsToMeet of
// stepper.Policy): clients step threads off breakpoints themselves, and remove for that
// the ones they have reported. A breakpoint still inserted is meant to be hit: where the
// user has moved the thread ("jump"), where an ignored signal was to be delivered first,
// or where the step off the previous one has led.
//
// Each write to watched memory is a stop, even if it changes nothing: the client
// compares. When the server compared, one of two threads that wrote at the same time went
// unreported, because the other's stop had already taken its value.
//
// The server reports no signals but traps to Delve, as Delve's own backend does. A step
// off a breakpoint delivers none (Engine.StepAlone), again as there: Go's preemption does
// not return to the same address, and hits were lost while the breakpoint was out of the
// program.
//
// A server for Delve ends with the program: Delve sends nothing more then, and waits for
// the end of pipes that the server holds (delve.go).
//
// lldb gets the registers of lldb-server under the same names, not gdb's target
// description: lldb puts what it finds there under one heading, vectors included.
// Registers are saved and restored as a whole for its calls (lldb_checkpoint.go): if they
// were restored one by one, a thread waiting in a system call would not continue to wait.
//
// If Delve reads registers one by one, the server sends them all at once when it knows that Delve
// does so, and likewise the answers to what it asks after a stop (delve_row.go). Threads that have
// hit breakpoints together are reported to it together (alsoHit), which saves a stop each. Refused:
// waking up only when the rest of its packets has arrived (SO_RCVLOWAT): it gained nothing
// measurable, and once hung.
//
// A packet that crosses CPUs costs a wake-up, more than its answer does. So in a burst of
// steps the server moves Delve, which has started it, to its own CPU (beside_linux.go):
// 1.8 times as many steps (BENCHMARKS.md). There Delve must not preempt a thread in a
// section: its wake-ups aborted 4 units in 10,000, from another CPU 2; with SCHED_BATCH
// none of 58,000. If SIGKILL ends the server meanwhile, Delve keeps that scheduling. gdb
// is not moved: what its user's script starts right after a step ("shell make") would
// inherit the one CPU. Refused: keeping Delve's CPU awake with a process that spins there
// (SCHED_IDLE, sched(7)); it helped only with two CPUs, by driving Delve to the server's.
// A socket is removed from Go's network poller, which wakes a thread of its own for each
// packet (unpolled_linux.go): a fifth of a step.
package remote
