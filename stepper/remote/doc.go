// Package remote is a server of the gdb remote serial protocol over the
// stepper's Engine: with it gdb, lldb and whatever else speaks that protocol
// pass restartable sequences and vDSO functions as units, without knowing of
// them. See the gdb manual, appendix "GDB Remote Serial Protocol".
//
// One goroutine, locked to its OS thread, owns the process, and reads and
// answers packets. While the program runs, a connection's watcher goroutine
// reads for it, and turns the interrupt byte, or the client's end, into
// Engine.Interrupt.
//
// The files, by idea: packet.go, hex.go, stream_linux.go, unpolled_linux.go and
// conn.go the stream; server.go and process.go clients and processes,
// beside_linux.go whose CPU the debugger is on, turned_away.go clients that are
// not served; client.go, query.go and verb.go which packet is answered where;
// tls.go thread-local variables; resume.go and stop.go going on and stopping;
// events.go forks, execs and system calls, forks.go which process is kept;
// points.go breakpoints, agent.go their conditions; layout.go, features.go,
// regfile.go and registers.go registers; xfer.go and libraries.go objects;
// hostio.go files; monitor.go our own commands; lldb.go and its neighbours lldb's
// packets, registers and reasons to stop, region.go mappings, allocate_linux.go
// lldb's memory in the program; delve.go and its neighbours Delve, which takes us
// for an lldb server.
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
// Non-stop mode is refused: the Engine holds every thread between commands. Two
// processes at once (gdb's "set detach-on-fork off") are too, in words, when the
// client lets one of them go on: the Engine follows one process. Until then both
// are held, the client sees the new one's registers, and says by D or by what it
// resumes which one it keeps. After a vfork the child shares its parent's memory,
// where the parent, let go, would meet its breakpoints: it has none before exec.
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
// Delve is told of no signals but traps, as by its own backend, and a program
// that goes on from a breakpoint it was not taken off stops there at once: Delve
// steps threads off breakpoints itself, and one step may end at the next
// breakpoint (without this its next passed over lines).
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
// known to (delve_row.go). Refused: waking up only when the rest of its packets
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
