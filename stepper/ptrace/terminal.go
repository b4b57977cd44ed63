//go:build linux

package ptrace

import (
	"os"

	"golang.org/x/sys/unix"
)

// GiveTerminal makes the program's process group the terminal's foreground
// group, TakeTerminal our own (tcsetpgrp(3)). A terminal that is not the
// program's (or ours) to have is left alone without an error, and so is one
// that neither has as its controlling terminal.
func (p *Process) GiveTerminal(tty *os.File) error {
	group, err := unix.Getpgid(p.pid)
	if err != nil {
		return &Error{Op: "give terminal", TID: p.pid, Err: err}
	}
	return setForeground(tty, group, p.pid)
}

// TakeTerminal undoes GiveTerminal, also after the program's end.
func (p *Process) TakeTerminal(tty *os.File) error {
	return setForeground(tty, unix.Getpgrp(), p.pid)
}

// setForeground is tcsetpgrp(3). Called from the background, the kernel would
// stop us with SIGTTOU; it does not where that signal is blocked.
func setForeground(tty *os.File, group, pid int) error {
	restore, err := blockTerminalStop()
	if err != nil {
		return &Error{Op: "set the terminal's foreground group", TID: pid, Err: err}
	}
	defer restore()
	err = unix.IoctlSetPointerInt(int(tty.Fd()), unix.TIOCSPGRP, group)
	if err == unix.ENOTTY || err == unix.EPERM || err == unix.ESRCH {
		return nil
	}
	if err != nil {
		return &Error{Op: "set the terminal's foreground group", TID: pid, Err: err}
	}
	return nil
}
