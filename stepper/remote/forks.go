package remote

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
)

// chooseProcess ends the time after a fork in which both processes are held:
// the client says by what it lets go on which of them it keeps. gdb names the
// child without having let the parent go where it follows the child of a vfork.
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
	c.notes = append(c.notes, fmt.Sprintf("the new process %d cannot be held beside its parent here, and runs free of the debugger (\"set detach-on-fork on\" tells gdb so, \"set follow-fork-mode child\" keeps the new one)", child))
	c.left[child] = true
	return e.KeepParent()
}

// keepChild goes on with the child of a fork; the parent is let go.
func (c *client) keepChild() error {
	e := c.p.engine
	if e.UndecidedShares() {
		c.notes = append(c.notes, fmt.Sprintf("process %d runs in the memory of process %d, which was let go: no breakpoint is in it before process %d executes another program", e.Undecided(), c.p.target.PID(), e.Undecided()))
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

// inChild reports whether the client has selected a new process, before it is
// known which of the two is kept.
func (c *client) inChild() bool {
	child := c.p.engine.Undecided()
	return child != 0 && c.general == child
}

// keepsFormer reports whether a process is held because the one that is debugged,
// the child of its vfork, is still in its memory. It was left, and can be looked at.
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

// vforked reports whether the new process is one of a vfork, which shares its
// parent's memory and so its breakpoints.
func (c *client) vforked() bool { return strings.Contains(c.last, "vfork:") }

// leaveOne answers D;PID where a process other than the last one is meant.
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
			c.notes = append(c.notes, fmt.Sprintf("process %d, which was let go, runs in the program's own memory: no breakpoint is in it before process %d ends or executes another program", child, child))
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
		return nil // it is not ours to kill, and the client is to forget it
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

// forOther answers packets about memory, breakpoints and registers of another
// process than the one that is debugged and the child that is held after a fork.
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
			return "", true, errors.New("that process was let go: this server follows one of the two after a fork")
		}
	}
	return "", false, nil
}
