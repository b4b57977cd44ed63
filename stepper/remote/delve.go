package remote

import (
	"context"
	"time"

	"rseqstep/stepper"
)

// Dialect is what a server must know of its client that no packet says.
type Dialect int

const (
	Plain            Dialect = iota // gdb, or lldb
	DelveLLDBServer                 // Delve, which takes the server for lldb-server
	DelveDebugserver                // Delve, which takes it for macOS's debugserver
)

// delve reports whether the client is Delve. What it sends, and what it makes
// of the answers, is in Delve, pkg/proc/gdbserial.
func (s *Server) delve() bool { return s.Dialect != Plain }

// delvePacket deals with packets that get no answer, or have got theirs. Delve
// asks a debugserver "?" when the program has run for 10 s, in case its stop
// was forgotten, and would take an answer for that of its next packet.
func (c *client) delvePacket(p string) (done bool, err error) {
	if p == "?" && c.Dialect == DelveDebugserver {
		return true, nil
	}
	return c.inRow(p)
}

// endsWithProgram reports whether the server is to end since the program has.
// Delve says nothing more then: it neither closes the connection nor ends the
// server, which holds the pipes that Delve reads the program's output from.
func (c *client) endsWithProgram() bool { return c.delve() && c.process == nil }

// delveSignals are the signals that Delve is told of. Its own backend tells
// its user of none but traps; here it would stop the program for a SIGCHLD, and
// take two round trips for each of the SIGURGs by which Go preempts goroutines.
func (s *Server) delveSignals() {
	for sig := range s.pass {
		s.pass[sig] = sig != sigTrap
	}
}

// stepPatience is how long a step may take before it is answered where the
// thread stands: Delve gives up after 30 s (waitForvContStop) with an error.
// The thread waits in the kernel; its wait goes on with the next command.
const stepPatience = 20 * time.Second

// patiently is a step that is answered in time.
func patiently(do motion) motion {
	return func(e *stepper.Engine, client context.Context) (stepper.Stop, error) {
		ctx, cancel := context.WithTimeout(client, stepPatience)
		defer cancel()
		stop, err := do(e, ctx)
		if stop.Reason == stepper.StopInterrupt && client.Err() == nil {
			stop.Reason = stepper.StopStep
			stop.Notes = append(stop.Notes, "the thread is blocked in a system call; giving up on this step")
		}
		return stop, err
	}
}
