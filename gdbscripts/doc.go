// Package gdbscripts carries the Python script that makes gdb aware of
// restartable sequences, so that an installed binary can write it out, and
// tests it in a real gdb.
//
// rseqstep.py is the entry: `source` it, or import it with this folder on
// sys.path. The package rseqstep_gdb beside it has one module an idea:
//
//	sections, listing, declared, elf, reloc   what is declared, and where it lies
//	area, kernel, server, tls                 a thread's rseq area, by whoever knows it
//	live                                      armed and live
//	info, show, function, frames, printers    what the user sees of these
//	switch    `rseq on`, `rseq off`, and what they have to undo (settings)
//	child     the server, a child of gdb's
//	handover  how a process changes hands; carry: what gdb would forget then
//	context                                   gdb's selection, memory and byte order
//	symbol                                    what gdb calls an address
//	output                                    what gdb's commands print, for code that reads it
//	stepping                                  `rseq next` and its like: `rseq on`, then gdb's own command
//	warn                                      breakpoints that gdb's own target mishandles
//
// # Decisions
//
// Which sections of which files lie where is read from gdb's own listing
// (`maint info sections`, 0.1 ms for a program with ten libraries): it follows
// libraries as they come and go and it knows of files added by hand. That text
// is also what the sections read are kept by. Refused: events. gdb 12 and 13
// send none when a library goes, and none when the program itself is moved.
//
// Contents come from memory, which the dynamic linker has relocated; before it
// has, as at `starti`, and without a process from the file with its relocations
// applied. Refused: the file always, since a program is often rebuilt while an
// older one is being debugged; memory always, since `rseq sections` is asked
// before `run` as well.
//
// The registered area is asked of the kernel by a ptrace call of gdb's own
// (gdb traces and runs Python on one thread), then of our server. Where only the
// program can be asked, a core file, what glibc and __rseq_abi say is shown as
// such. Refused: glibc's offset without asking, which is wrong for programs that
// register an area of their own.
//
// `rseq on` makes our server gdb's target, so that gdb's commands stay gdb's own.
// The server is in a process group of its own and hands the terminal to the
// program's, and back to gdb's: a Ctrl-C meets only the one that has it. A
// process changes hands in a stop by SIGSTOP, sent while it is traced: each
// thread finds it before its next instruction. The SIGCONT that ends the stop is
// swallowed by the tracer that has the process then. Standard output is
// /dev/null meanwhile, since gdb shows stops past to_string and a front end would
// take the detaching for the end of the program. The server outlives a process
// given back until that runs: its end would orphan a stopped process group, which
// the kernel hangs up. Refused: to launch natively and adopt at main, which loses
// what happens before; a server with --once, for the same end.
//
// Refused: a second engine, in Python, for a process that gdb keeps. It could not lift a
// registration, answer cpu_opv or step inside a section, and everything was to be done
// twice. What gdb alone can do with a process (record, checkpoint) is there after `rseq off`.
//
// Install writes a folder for each version and swaps a symbolic link, because a
// gdb that starts meanwhile must not read modules of two versions.
package gdbscripts
