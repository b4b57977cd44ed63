package remote

import (
	"fmt"
	"net"

	"rseqstep/stepper"
	"rseqstep/stepper/signals"
)

// sayf prints a sentence exactly as gdbserver does, for front ends and scripts
// that wait for it (gdb, gdbserver/server.cc and remote-utils.cc).
// Precondition: the format ends without a newline.
func (s *Server) sayf(format string, args ...any) {
	if s.Announce && s.Log != nil {
		fmt.Fprintf(s.Log, format+"\n", args...)
	}
}

// announceListening prints that a client may connect.
func (s *Server) announceListening(l net.Listener) {
	if a, ok := l.Addr().(*net.TCPAddr); ok {
		s.sayf("Listening on port %d", a.Port)
		return
	}
	s.sayf("Listening on %s", l.Addr())
}

// announceReopen prints that a client has disconnected and another may connect.
func (s *Server) announceReopen() {
	s.sayf("Remote side has terminated connection.  GDBserver will reopen the connection.")
}

// announceClient prints where a client has connected from, if it uses TCP.
func (s *Server) announceClient(rw any) {
	conn, ok := rw.(net.Conn)
	if !ok {
		return
	}
	if a, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		s.sayf("Remote debugging from host %s, port %d", a.IP, a.Port)
	}
}

// announceEnd prints how the program ended, if the stop is its end. A client
// that shows the server's output prints its own sentence for that.
func (s *Server) announceEnd(stop stepper.Stop) {
	if s.Stdio {
		return
	}
	switch stop.Reason {
	case stepper.StopExited:
		s.sayf("\nChild exited with status %d", stop.Status.Code)
	case stepper.StopKilled:
		s.sayf("\nChild terminated with signal = 0x%x (%s)", stop.Status.Signal, signals.Name(stop.Status.Signal))
	}
}

// announceEndOf prints that the server detaches from a process or kills it,
// because the server ends or because the client disconnected and no other can
// connect.
func (s *Server) announceEndOf(p *process) {
	switch {
	case !p.target.Alive():
	case p.attached:
		s.sayf("Detaching process(es): %d", p.target.PID())
	default:
		s.sayf("Killing process(es): %d", p.target.PID())
	}
}
