//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// terminal is the state that GiveTerminal found and TakeTerminal saved.
type terminal struct {
	owner int           // the process group that the terminal was taken from, 0 if it was not
	ours  *unix.Termios // its modes at that time
	its   *unix.Termios // the modes that the program left
	job   int           // the foreground group that the program left, 0 before
}

// GiveTerminal makes the program's process group the terminal's foreground
// group (tcsetpgrp(3)), or the group that the program itself had chosen, with
// the modes that the program left. TakeTerminal gives the terminal back to its
// previous group, with that group's modes. GiveTerminal does nothing, without
// an error, if the terminal belongs to neither the program nor the debugger, or
// is not the controlling terminal of either.
func (p *Process) GiveTerminal(tty *os.File) error {
	group, err := unix.Getpgid(p.pid)
	if err != nil {
		return &Error{Op: "give terminal", TID: p.pid, Err: err}
	}
	fd := int(tty.Fd())
	owner, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP)
	if err != nil {
		return nil // not the debugger's controlling terminal
	}
	if owner == group {
		return nil
	}
	if job := p.terminal.job; job > 0 && job != owner && unix.Kill(-job, 0) != unix.ESRCH {
		group = job
	}
	p.terminal.owner = owner
	p.terminal.ours, _ = unix.IoctlGetTermios(fd, unix.TCGETS)
	return p.setForeground(tty, group, p.terminal.its)
}

// TakeTerminal undoes GiveTerminal, also after the program's end. A group of
// the program's own that has taken the terminal meanwhile loses it too.
func (p *Process) TakeTerminal(tty *os.File) error {
	owner := p.terminal.owner
	if owner == 0 {
		return nil
	}
	p.terminal.owner = 0
	p.terminal.job, _ = unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	p.terminal.its, _ = unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	return p.setForeground(tty, owner, p.terminal.ours)
}

// setForeground is tcsetpgrp(3) and tcsetattr(3). The kernel stops a caller in the
// background with SIGTTOU unless that signal is blocked.
func (p *Process) setForeground(tty *os.File, group int, modes *unix.Termios) error {
	restore, err := blockTerminalStop()
	if err != nil {
		return &Error{Op: "set the terminal's foreground group", TID: p.pid, Err: err}
	}
	defer restore()
	err = unix.IoctlSetPointerInt(int(tty.Fd()), unix.TIOCSPGRP, group)
	if err == unix.ENOTTY || err == unix.EPERM || err == unix.ESRCH {
		return nil
	}
	if err == nil && modes != nil {
		err = ignoreErrno(unix.IoctlSetTermios(int(tty.Fd()), unix.TCSETS, modes), unix.EIO)
	}
	if err != nil {
		return &Error{Op: "set the terminal's foreground group", TID: p.pid, Err: err}
	}
	return nil
}

// ignoreErrno returns err unless it is the expected one.
func ignoreErrno(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}
