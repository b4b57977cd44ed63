package remote

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"rseqstep/stepper"
)

// wishes are the events beyond stops that a client has said it understands,
// and the system calls it wants to see.
type wishes struct {
	forks, execs bool
	syscalls     func(number uint64) bool // nil: none
}

// catchEvents tells the Engine what the client wants to see. exec is always
// caught, because breakpoints by address end with the program they were for.
func (c *client) catchEvents() {
	if c.p == nil {
		return
	}
	err := c.p.engine.Catch(stepper.Catch{Forks: c.wants.forks && c.multiprocess, Execs: true, Syscalls: c.wants.syscalls})
	if err != nil {
		c.logf("%v", err)
	}
}

// seesExec: gdb says so, lldb knows it of old (it alone has both of the others).
func (c *client) seesExec() bool { return c.wants.execs || c.threadSuffix && c.wants.forks }

// catchSyscalls answers QCatchSyscalls: "0" for none, "1" for all of them,
// "1;NUMBER..." for some.
func (c *client) catchSyscalls(args string) error {
	on, list, some := strings.Cut(args, ";")
	wanted := map[uint64]bool{}
	if some {
		for _, s := range strings.Split(list, ";") {
			n, ok := number(s)
			if !ok {
				return errSyntax
			}
			wanted[n] = true
		}
	}
	switch on {
	case "0":
		c.wants.syscalls = nil
	case "1":
		c.wants.syscalls = func(n uint64) bool { return !some || wanted[n] }
	default:
		return errSyntax
	}
	c.catchEvents()
	return nil
}

// signalSet reads a list of signals, numbered as the client does.
func (c *client) signalSet(list string) *[65]bool {
	var set [65]bool
	for _, s := range strings.Split(list, ";") {
		if n, ok := number(s); ok {
			if linux := c.signalIn(int(n)); linux > 0 && linux < len(set) {
				set[linux] = true
			}
		}
	}
	return &set
}

// whichEvent is what a stop reply says of an event that is neither a step nor
// a breakpoint nor a signal.
func (c *client) whichEvent(stop stepper.Stop) string {
	child := fmt.Sprintf("p%x.%x;", stop.Child, stop.Child)
	switch stop.Reason {
	case stepper.StopFork:
		for _, b := range c.p.points {
			b.inChild = b.wanted
		}
		return "fork:" + child
	case stepper.StopVfork:
		return "vfork:" + child
	case stepper.StopVforkDone:
		if c.threadSuffix {
			return "reason:vforkdone;"
		}
		return "vforkdone:;"
	case stepper.StopExec:
		if c.threadSuffix {
			return "reason:exec;"
		}
		return "exec:" + hex.EncodeToString([]byte(c.p.target.Executable())) + ";"
	case stepper.StopSyscallEntry:
		return fmt.Sprintf("syscall_entry:%x;", stop.Syscall)
	case stepper.StopSyscallReturn:
		return fmt.Sprintf("syscall_return:%x;", stop.Syscall)
	}
	return ""
}

// executed forgets what was about the program that is no more.
func (c *client) executed() {
	if !c.seesExec() {
		c.print(fmt.Sprintf("process %d is executing new program: %s", c.p.target.PID(), c.p.target.Executable()))
	}
	clear(c.p.points) // the Engine has dropped them (BreakpointSpec.ThisProgram)
	clear(c.explained)
	c.p.regs = nil
}

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
			return c.keepChild()
		}
		break
	}
	c.notes = append(c.notes, fmt.Sprintf("rseqstep follows one process at a time: the new process %d runs free of the debugger (\"set detach-on-fork on\" tells gdb so, \"set follow-fork-mode child\" keeps the new one)", child))
	c.left[child] = true
	return e.KeepParent()
}

// keepChild goes on with the child of a fork; the parent is let go.
func (c *client) keepChild() error {
	e := c.p.engine
	if c.vforked() {
		c.notes = append(c.notes, fmt.Sprintf("process %d shares the memory of process %d, which was let go: it meets no breakpoints before it has called exec", e.Undecided(), c.p.target.PID()))
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
	case c.p == nil:
		return "", true, errNoProcess
	}
	child := c.p.engine.Undecided()
	switch {
	case child != 0 && int(pid) == child:
		c.left[child] = true
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
// process than the one that is debugged: of one that was let go, and those that
// would change a child before it is known which process is kept. Nothing has
// run by then, so the parent's memory is the child's as well.
func (c *client) forOther(p string) (reply string, answered bool, err error) {
	switch p[0] {
	case 'z':
		if c.elsewhere {
			return "OK", true, nil // it has none
		}
	case 'M', 'X', 'G', 'P':
		if c.inChild() {
			return "", true, errors.New("the new process cannot be changed before it goes on")
		}
		fallthrough
	case 'm', 'x', 'g', 'p', 'Z':
		if c.elsewhere {
			return "", true, errors.New("that process was let go")
		}
	}
	return "", false, nil
}

// restart is the packet R of the extended protocol, which has no answer.
func (c *client) restart() (string, error) {
	err := c.end()
	if err == nil && c.program != "" {
		err = c.launch(c.program, c.args)
	}
	if err != nil {
		c.logf("%v", err)
	}
	if _, err := c.begin(); err != nil {
		c.logf("%v", err)
	}
	return "", errSilent
}
