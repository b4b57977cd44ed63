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
//	context                                   gdb's selection, memory and byte order
//	stepping                                  a package: stepping without our server; its own decisions
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
// Install writes a folder for each version and swaps a symbolic link, because a
// gdb that starts meanwhile must not read modules of two versions.
package gdbscripts
