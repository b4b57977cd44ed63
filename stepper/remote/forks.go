package remote

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
)

// chooseProcess ends the time after a fork in which both processes are held:
// what the client resumes shows which of them it keeps. If gdb follows the
// child of a vfork, it names the child without having detached from the parent.
func (c *client) chooseProcess(actions []action) error {
	e := c.p.engine
	child := e.Undecided()
	if child == 0 {
		return nil
	}
	for _, a := range actions {
		if a.kind == 't' {
			continue
		}
		if a.thread.PID == child {
			if !c.left[c.p.target.PID()] && c.holdBoth() {
				c.choosePID(child)
				return nil
			}
			return c.keepChild()
		}
		break
	}
	if c.holdBoth() {
		return nil
	}
	c.notes = append(c.notes, fmt.Sprintf("the new process %d cannot be held beside its parent here, and runs untraced (\"set detach-on-fork on\" tells gdb so, \"set follow-fork-mode child\" keeps the new one)", child))
	c.left[child] = true
	return e.KeepParent()
}

// keepChild continues with the child of a fork and detaches from the parent.
func (c *client) keepChild() error {
	e := c.p.engine
	if e.UndecidedShares() {
		c.notes = append(c.notes, fmt.Sprintf("process %d runs in the memory of process %d, which is detached: that memory has no breakpoints before process %d executes another program", e.Undecided(), c.p.target.PID(), e.Undecided()))
	}
	if !c.vforked() {
		for _, b := range c.p.points {
			b.wanted = b.inChild
		}
	}
	c.left[c.p.target.PID()] = true
	clear(c.files)
	return e.KeepChild()
}

// inChild reports whether the client has selected a new process before it is
// known which of the two it keeps.
func (c *client) inChild() bool {
	child := c.p.engine.Undecided()
	return child != 0 && c.general == child
}

// keepsFormer reports whether a process is held because the debugged one, the child of
// its vfork, is still in its memory. It is no longer debugged but can be inspected.
func (c *client) keepsFormer(pid int) bool {
	if c.p == nil || pid == 0 {
		return false
	}
	former, _ := c.p.target.Former()
	return pid == former
}

// ofFormer reports whether a thread is one of that process.
func (c *client) ofFormer(tid int) bool {
	if c.p == nil {
		return false
	}
	_, threads := c.p.target.Former()
	return slices.Contains(threads, tid)
}

// vforked reports whether the new process comes from a vfork, so that it shares
// its parent's memory and so its breakpoints.
func (c *client) vforked() bool { return strings.Contains(c.last, "vfork:") }

// leaveOne answers D;PID for a process other than the last one.
func (c *client) leaveOne(p string) (reply string, answered bool, err error) {
	_, args, named := strings.Cut(p, ";")
	pid, ok := number(args)
	switch {
	case !named:
		return "", false, nil
	case !ok:
		return "", true, errSyntax
	case c.left[int(pid)]:
		return "OK", true, nil
	}
	c.choosePID(int(pid))
	switch {
	case c.p == nil:
		return "", true, errNoProcess
	}
	child := c.p.engine.Undecided()
	switch {
	case child != 0 && int(pid) == child:
		c.left[child] = true
		if c.p.engine.UndecidedShares() {
			c.notes = append(c.notes, fmt.Sprintf("process %d, which is detached, runs in the program's own memory: that memory has no breakpoints before process %d ends or executes another program", child, child))
		}
		return "OK", true, c.p.engine.KeepParent()
	case int(pid) != c.p.target.PID():
		return "", true, fmt.Errorf("process %d is not debugged here", pid)
	case child != 0:
		return "OK", true, c.keepChild()
	}
	return "", false, nil
}

// killNamed answers vKill;PID.
func (c *client) killNamed(args string) error {
	pid, ok := number(args)
	switch {
	case !ok:
		return errSyntax
	case c.left[int(pid)]:
		return nil // it is not ours to kill, and the client only has to forget it
	}
	c.choosePID(int(pid))
	switch {
	case c.p == nil:
		return errNoProcess
	case c.p.engine.Undecided() != 0 && int(pid) == c.p.engine.Undecided():
		c.left[int(pid)] = true
		err := syscall.Kill(int(pid), syscall.SIGKILL)
		return errors.Join(err, c.p.engine.KeepParent())
	case int(pid) != c.p.target.PID():
		return fmt.Errorf("process %d is not debugged here", pid)
	}
	return c.kill()
}

// forOther answers packets about memory, breakpoints and registers of a process other
// than the debugged one and the child held after a fork.
func (c *client) forOther(p string) (reply string, answered bool, err error) {
	switch p[0] {
	case 'z':
		if c.elsewhere {
			return "OK", true, nil // it has none
		}
	case 'M', 'X', 'G', 'P':
		if c.ofFormer(c.general) && (p[0] == 'G' || p[0] == 'P') {
			return "", true, errors.New("that process cannot be changed while the child of its vfork is in its memory")
		}
		fallthrough
	case 'm', 'x', 'g', 'p', 'Z':
		if c.elsewhere {
			return "", true, errors.New("that process is detached: this server follows one of the two after a fork")
		}
	}
	return "", false, nil
}
