package remote

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"rseqstep/stepper"
)

// wishes are the events beyond stops that a client has announced it
// understands, and the system calls it wants reported.
type wishes struct {
	forks, execs bool
	syscalls     bool
	numbers      []int // of the system calls; empty for all
}

// catchEvents sets each process's catchpoints to what the client wants reported. exec is
// always caught, because breakpoints by address end with their program.
func (c *client) catchEvents() {
	kinds := []stepper.BreakpointKind{stepper.CatchExec}
	if c.wants.forks && c.multiprocess {
		kinds = append(kinds, stepper.CatchFork, stepper.CatchVfork, stepper.CatchVforkDone)
	}
	if c.wants.syscalls {
		kinds = append(kinds, stepper.CatchSyscall)
	}
	for _, p := range c.all() {
		if err := p.catch(kinds, c.wants.numbers); err != nil {
			c.logf("%v", err)
		}
	}
}

// catch replaces the process's catchpoints; numbers are of system calls.
func (p *process) catch(kinds []stepper.BreakpointKind, numbers []int) error {
	var errs error
	was := p.catchpoints
	p.catchpoints = nil
	for _, kind := range kinds {
		spec := stepper.BreakpointSpec{Kind: kind, Nameless: true}
		if kind == stepper.CatchSyscall {
			spec.Numbers = numbers
		}
		b, err := p.engine.AddBreakpoint(spec)
		if err == nil {
			p.catchpoints = append(p.catchpoints, b.Number)
		}
		errs = errors.Join(errs, err)
	}
	for _, n := range was {
		errs = errors.Join(errs, p.engine.DeleteBreakpoint(n))
	}
	return errs
}

// seesExec: gdb announces it, lldb has always supported it (only lldb has both of the
// other features).
func (c *client) seesExec() bool { return c.wants.execs || c.threadSuffix && c.wants.forks }

// catchSyscalls answers QCatchSyscalls: "0" for none, "1" for all of them,
// "1;NUMBER..." for some.
func (c *client) catchSyscalls(args string) error {
	on, list, some := strings.Cut(args, ";")
	var numbers []int
	if some {
		for _, s := range strings.Split(list, ";") {
			n, ok := number(s)
			if !ok {
				return errSyntax
			}
			numbers = append(numbers, int(n))
		}
	}
	switch on {
	case "0":
		c.wants.syscalls = false
	case "1":
		c.wants.syscalls, c.wants.numbers = true, numbers
	default:
		return errSyntax
	}
	c.catchEvents()
	return nil
}

// signalSet parses a list of signals, numbered as the client does.
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

// whichEvent is the part of a stop reply for an event that is neither a step
// nor a breakpoint nor a signal.
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

// afterExec forgets the state of the program that an exec has replaced.
func (c *client) afterExec() {
	if !c.seesExec() {
		c.print(fmt.Sprintf("process %d is executing new program: %s", c.p.target.PID(), c.p.target.Executable()))
	}
	clear(c.p.points) // the Engine has dropped them (BreakpointSpec.ThisProgram)
	clear(c.explainedAt)
	clear(c.stoppedFor)
	c.p.regs, c.p.owned = nil, nil
}
