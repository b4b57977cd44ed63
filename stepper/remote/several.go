package remote

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"rseqstep/stepper"
	"rseqstep/stepper/ptrace"
)

// A server holds several processes, as gdb's inferiors: by the client's choice (run and
// attach in a second one), and after a fork if both are kept (set detach-on-fork off).
// The current one is the one that the client named last; the others are in held. Only the
// current one runs: gdb's schedule-multiple is off unless its user has set it, and then
// the others stay stopped, with a note.

// switchTo makes a process the current one, if it is held.
func (s *Server) switchTo(pid int) bool {
	if s.process != nil && s.process.target.PID() == pid {
		return true
	}
	p := s.held[pid]
	if p == nil {
		return false
	}
	s.rest()
	s.setAside()
	delete(s.held, pid)
	s.process = p
	return true
}

// setAside moves the current process to the others.
func (s *Server) setAside() {
	if s.process != nil {
		s.held[s.process.target.PID()] = s.process
		s.process = nil
	}
}

// any makes some process current if none is.
func (s *Server) any() {
	if s.process == nil && len(s.held) > 0 {
		s.switchTo(slices.Min(slices.Collect(maps.Keys(s.held))))
	}
}

// all are the processes, the current one first.
func (s *Server) all() (list []*process) {
	if s.process != nil {
		list = append(list, s.process)
	}
	return append(list, s.others()...)
}

// others are the processes that are not current.
func (s *Server) others() (list []*process) {
	if len(s.held) == 0 {
		return nil // so it is at nearly every step
	}
	for _, pid := range slices.Sorted(maps.Keys(s.held)) {
		list = append(list, s.held[pid])
	}
	return list
}

// eachProcess calls do with each process as the current one.
func (c *client) eachProcess(do func()) {
	was := c.p
	for _, p := range c.all() {
		c.p = p
		do()
	}
	c.p = was
}

// choosePID makes the process that a packet names current. If it is not held, the
// packet's own handler deals with it.
func (c *client) choosePID(pid int) {
	if pid > 0 && c.switchTo(pid) {
		c.p = c.process
	}
}

// resumeOne resumes the process that the first action names, or the current one if it
// names none.
func (c *client) resumeOne(actions []action) (string, error) {
	for _, a := range actions {
		if a.kind != 't' {
			c.choosePID(a.thread.PID)
			break
		}
	}
	if c.p == nil {
		return "", errNoProcess
	}
	if !c.p.target.Alive() { // killed while another one ran
		return c.reportEnd()
	}
	for _, p := range c.others() {
		for _, a := range actions {
			if a.kind != 't' && (a.thread.PID <= 0 || a.thread.PID == p.target.PID()) {
				c.notes = append(c.notes, fmt.Sprintf("process %d stays held: this server lets one process run at a time", p.target.PID()))
				break
			}
		}
	}
	return c.resume(actions)
}

// reportEnd reports the end of the current process, which has already been
// reaped.
func (c *client) reportEnd() (string, error) {
	ev, err := c.p.target.Wait(nil)
	if err != nil {
		return "", err
	}
	stop := stepper.Stop{Reason: stepper.StopExited, TID: ev.TID, Status: ev.Status}
	if ev.Status.Signaled {
		stop.Reason = stepper.StopKilled
	}
	c.last = c.stopReply(stop)
	c.forget()
	return c.last, nil
}

// addBeside makes a new Process known to those that are held.
func (s *Server) addBeside(target *ptrace.Process) error {
	for _, p := range s.all() {
		if other, ok := p.target.(*ptrace.Process); ok {
			return target.Beside(other)
		}
	}
	return nil
}

// mayHoldMore refuses another process if it cannot be held beside the others. The caller
// asks before it changes any of them.
func (c *client) mayHoldMore() error {
	all := c.all()
	if len(all) == 0 {
		return nil
	}
	pid := all[0].target.PID()
	switch {
	case !c.multiprocess:
		return fmt.Errorf("process %d is debugged here, and this client cannot distinguish two of them: \"kill\" or \"detach\" it first", pid)
	case slices.ContainsFunc(all, func(p *process) bool { return p.target.Serves() }):
		return fmt.Errorf("process %d has processes that are traced because of its cpu_opv calls and that run while it is stopped: no other process can be held beside it; start another server for the second one", pid)
	}
	return nil
}

// plantAgain inserts into a new process the breakpoints of its parent that the client has
// in it.
func (c *client) plantAgain(points map[point]*planted) {
	for at, b := range points {
		if !b.inChild {
			continue
		}
		if err := c.plant(at, &planted{conds: b.conds, wanted: true}); err != nil {
			c.logf("process %d: %v", c.p.target.PID(), err)
		}
	}
}

// holdBoth ends the time after a fork by keeping both processes; ok is false if they
// cannot both be held.
func (c *client) holdBoth() (ok bool) {
	e, parent := c.p.engine, c.process
	if c.vforked() || c.mayHoldMore() != nil {
		return false
	}
	var child *ptrace.Process
	err := e.SplitChild(func(pid int) (err error) {
		child, err = parent.target.Split(pid)
		return err
	})
	if err != nil {
		if !errors.Is(err, errors.ErrUnsupported) {
			c.logf("%v", err)
		}
		return false
	}
	c.setAside()
	if err := c.take(child, parent.attached); err != nil {
		c.logf("process %d: %v", child.PID(), err)
	} else {
		c.p = c.process
		c.catchEvents()
		c.plantAgain(parent.points)
	}
	c.switchTo(parent.target.PID())
	c.p = c.process
	return true
}
