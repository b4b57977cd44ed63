// Package signals has the names of signals and the table that says what a debugger does about each
// (gdb's `handle`).
package signals

import "fmt"

// names are Linux's signal names on x86-64 (signal(7)), with gdb's descriptions (gdb,
// "Signals").
func names() [32][2]string {
	return [32][2]string{
		1: {"SIGHUP", "Hangup"}, 2: {"SIGINT", "Interrupt"}, 3: {"SIGQUIT", "Quit"},
		4: {"SIGILL", "Illegal instruction"}, 5: {"SIGTRAP", "Trace/breakpoint trap"}, 6: {"SIGABRT", "Aborted"},
		7: {"SIGBUS", "Bus error"}, 8: {"SIGFPE", "Arithmetic exception"}, 9: {"SIGKILL", "Killed"},
		10: {"SIGUSR1", "User defined signal 1"}, 11: {"SIGSEGV", "Segmentation fault"}, 12: {"SIGUSR2", "User defined signal 2"},
		13: {"SIGPIPE", "Broken pipe"}, 14: {"SIGALRM", "Alarm clock"}, 15: {"SIGTERM", "Terminated"},
		16: {"SIGSTKFLT", "Stack fault"}, 17: {"SIGCHLD", "Child status changed"}, 18: {"SIGCONT", "Continued"},
		19: {"SIGSTOP", "Stopped (signal)"}, 20: {"SIGTSTP", "Stopped (user)"}, 21: {"SIGTTIN", "Stopped (tty input)"},
		22: {"SIGTTOU", "Stopped (tty output)"}, 23: {"SIGURG", "Urgent I/O condition"}, 24: {"SIGXCPU", "CPU time limit exceeded"},
		25: {"SIGXFSZ", "File size limit exceeded"}, 26: {"SIGVTALRM", "Virtual timer expired"}, 27: {"SIGPROF", "Profiling timer expired"},
		28: {"SIGWINCH", "Window size changed"}, 29: {"SIGIO", "I/O possible"}, 30: {"SIGPWR", "Power fail/restart"},
		31: {"SIGSYS", "Bad system call"},
	}
}

// Last is how many signals Linux has, the real-time ones included.
const Last = 64

// Name is the name of a signal: "SIGINT", or "SIG34" for a real-time one.
func Name(n int) string {
	if n > 0 && n < 32 {
		return names()[n][0]
	}
	return fmt.Sprintf("SIG%d", n)
}

// Text is a signal's description.
func Text(n int) string {
	if n > 0 && n < 32 {
		return names()[n][1]
	}
	return fmt.Sprintf("Real-time event %d", n)
}
