// Package gdbscripts contains the Python script that teaches gdb about restartable
// sequences, so that an installed binary can write it out, and tests it in a real gdb.
//
// To use the script, `source` rseqstep.py, or import it with this directory on sys.path.
//
// # Decisions
//
// gdb's own listing (`maint info sections`, 0.1 ms for a program with ten libraries)
// says which sections of which files are where. It follows libraries as they are loaded
// and unloaded, and includes files added by hand. Its text is also the key under which
// the sections read are cached. Refused: events. gdb 12 and 13 send none when a library
// is unloaded, and none when the program itself is relocated.
//
// The script reads contents from memory, which the dynamic linker has relocated. Before
// that, as at `starti`, and without a process, it reads the file and applies its
// relocations. Refused: always the file, since a program is often rebuilt while an older
// one is being debugged; always memory, since users also type `rseq sections` before
// `run`.
//
// The script asks the kernel for the registered area by a ptrace call of its own (gdb
// traces and runs Python on one thread), or else asks our server. If neither can answer,
// as for a core file, it shows the areas of glibc and __rseq_abi, and says so. Refused:
// always glibc's offset, which is wrong for programs that register an area of their own.
//
// `rseq on` makes our server gdb's target, so that gdb's commands stay gdb's own. The
// server has a process group of its own. It makes the program's group the terminal's
// foreground group while the program runs, and gdb's group afterwards, so that a Ctrl-C
// reaches only one of them. A process is handed over while a SIGSTOP, sent while it is
// traced, stops it: each thread gets the signal before its next instruction. The new
// tracer swallows the SIGCONT that ends the stop. Standard output is /dev/null
// meanwhile, because gdb prints stops in spite of to_string, and a front end would take
// the detach for the end of the program. After `rseq off` the server stays until the
// process runs: if it exited earlier, the stopped process group would be orphaned, and
// the kernel would send it SIGHUP. Refused: to launch natively and adopt at main, which
// loses what happens before; a server with --once, for the same reason.
//
// Refused: a second engine, in Python, for a process that gdb keeps. It could not remove
// a registration, answer cpu_opv or step inside a section, and every feature would have
// to be written twice. What only gdb can do with a process (record, checkpoint) works
// after `rseq off`.
//
// `rseqstep gdb` is gdb itself with `set rseq auto on`: it connects at once, since gdb runs
// -p and a core file on its command line without hooks. What gdb does not tell a remote
// server (tty, its working directory, exec-wrapper, arguments before they are split) goes
// there from a hook of run, start, starti and attach, together with gdb's own hooks of the
// user's. No hook knows the arguments of the `run` that it precedes: the script sends the
// lines that may be them with their words, and the server takes the one whose words it
// gets. Refused: a command of our own named run, since MI's -exec-run would run it and
// gdb's own would be gone; reading the setting from a thread, which gdb forbids; to have
// the server expand words, whose quotes gdb has removed.
//
// Install writes a directory for each version and swaps a symbolic link, because a gdb
// that starts meanwhile must not read modules of two versions.
package gdbscripts
