package remote

import (
	"context"
	"time"

	"rseqstep/stepper"
)

// Dialect is what a server must know of its client that no packet tells it.
type Dialect int

const (
	Plain            Dialect = iota // gdb, or lldb
	DelveLLDBServer                 // Delve, which believes the server is lldb-server
	DelveDebugserver                // Delve, which believes it is macOS's debugserver
)

// delve reports whether the client is Delve. For what it sends and how it uses
// the answers see Delve, pkg/proc/gdbserial.
func (s *Server) delve() bool { return s.Dialect != Plain }

// delvePacket handles packets that get no answer, or already have theirs. Delve
// sends "?" to a debugserver when the program has run for 10 s, in case a stop
// was lost, and would take an answer for that of its next packet.
func (c *client) delvePacket(p string) (done bool, err error) {
	if p == "?" && c.Dialect == DelveDebugserver {
		return true, nil
	}
	return c.inRow(p)
}

// endsWithProgram reports whether the server is to end because the program has
// ended. Delve sends nothing after that: it neither closes the connection nor
// ends the server, which holds the pipes from which Delve reads the program's
// output.
func (c *client) endsWithProgram() bool { return c.delve() && c.process == nil }

// delveSignals selects the signals that are reported to Delve. Delve's own
// backend reports none but traps to its user; here Delve would stop the program
// for a SIGCHLD, and take two round trips for each of the SIGURGs by which Go
// preempts goroutines.
func (s *Server) delveSignals() {
	for sig := range s.pass {
		s.pass[sig] = sig != sigTrap
	}
}

// stepPatience is how long a step may take before the server reports the thread
// where it is: Delve gives up after 30 s (waitForvContStop) with an error. The
// thread is waiting in the kernel; it continues waiting with the next command.
const stepPatience = 20 * time.Second

// patiently makes a step that is answered in time.
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
