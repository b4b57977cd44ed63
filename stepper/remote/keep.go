package remote

import (
	"errors"

	"rseqstep/stepper"
)

// endSession prepares a process for its client's disconnect: it removes the client's
// breakpoints and catchpoints. The process does not move.
func (c *client) endSession() error {
	c.pass, c.hide = [65]bool{}, [65]bool{}
	var errs error
	for _, p := range c.all() {
		c.switchTo(p.target.PID())
		c.p = p
		if !p.target.Alive() {
			c.forget()
			continue
		}
		for _, b := range p.points {
			b.wanted = false
		}
		errs = errors.Join(errs, c.dropUnwanted())
	}
	c.passSignals()
	c.rest()
	return errs
}

// closeFiles closes the files that a client has left open.
func (c *client) closeFiles() {
	for _, f := range c.open {
		if err := f.Close(); err != nil {
			c.logf("%v", err)
		}
	}
}

// adoptStop makes the last client's reports known to the next one: if the program
// has stopped for a signal, the new client passes it on or drops it.
func (c *client) adoptStop() {
	if c.p == nil || c.p.stop.Reason != stepper.StopSignal || !c.alive(c.p.stop.TID) {
		return
	}
	c.stoppedFor[c.p.stop.TID] = c.p.stop.Signal
}

// pendingSignal is the signal that the program is stopped for, as "?" reports it: SIGTRAP
// without one, but SIGSTOP for an lldb that has attached, as from lldb-server. "lldb
// --batch" takes any other signal for a crash and carries out no further command (lldb 21;
// CommandInterpreter::DidProcessStopAbnormally).
func (c *client) pendingSignal() (sig, tid int) {
	if s := c.p.stop; s.Reason == stepper.StopSignal && c.alive(s.TID) {
		return s.Signal, s.TID
	}
	if c.lldb() && c.p.attached {
		return sigStop, c.p.engine.Thread()
	}
	return sigTrap, c.p.engine.Thread()
}
