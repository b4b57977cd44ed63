package ptrace

import "os"

// LaunchOptions say what to start and how.
type LaunchOptions struct {
	Path string   // the program's file; it is not looked up in PATH
	Args []string // argv, the program's own name first; nil: Path alone
	Env  []string // "NAME=value"; nil: the debugger's own
	Dir  string   // working directory; "": the debugger's own

	Stdin, Stdout, Stderr *os.File // nil: the debugger's own

	ASLR bool // keep address space layout randomization

	// Trap is a system call number. The program, its threads and every process
	// it creates stop before that call: EventSyscall, or Serve's answer. 0 is
	// none.
	Trap uint64

	// NewGroup makes the program the leader of a process group of its own, so
	// that a Ctrl-C at the terminal reaches the program and not the debugger.
	// Launch gives Terminal, if it is not nil, to that group (tcsetpgrp(3)).
	NewGroup bool
	Terminal *os.File

	// Session makes the program the leader of a session of its own instead. Its
	// standard input, a terminal, becomes the session's controlling terminal unless
	// it is another session's. See setsid(2).
	Session bool
}
