package remote

import (
	"fmt"
	"net"

	"rseqstep/stepper"
)

// sayf writes a sentence of gdbserver's, word for word, for front ends and
// scripts that wait for it (gdb, gdbserver/server.cc and remote-utils.cc).
// Precondition: the format ends without a newline.
func (s *Server) sayf(format string, args ...any) {
	if s.Announce && s.Log != nil {
		fmt.Fprintf(s.Log, format+"\n", args...)
	}
}

// announceListening says that a client may connect.
func (s *Server) announceListening(l net.Listener) {
	if a, ok := l.Addr().(*net.TCPAddr); ok {
		s.sayf("Listening on port %d", a.Port)
		return
	}
	s.sayf("Listening on %s", l.Addr())
}

// announceReopen says that a client has gone and another may come.
func (s *Server) announceReopen() {
	s.sayf("Remote side has terminated connection.  GDBserver will reopen the connection.")
}

// announceClient says where a client has come from, if it came by TCP.
func (s *Server) announceClient(rw any) {
	conn, ok := rw.(net.Conn)
	if !ok {
		return
	}
	if a, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		s.sayf("Remote debugging from host %s, port %d", a.IP, a.Port)
	}
}

// announceEnd says how the program ended, if the stop is its end. A client that
// shows what we say has its own sentence for that.
func (s *Server) announceEnd(stop stepper.Stop) {
	if s.Stdio {
		return
	}
	switch stop.Reason {
	case stepper.StopExited:
		s.sayf("\nChild exited with status %d", stop.Status.Code)
	case stepper.StopKilled:
		s.sayf("\nChild terminated with signal = 0x%x (%s)", stop.Status.Signal, stepper.SignalName(stop.Status.Signal))
	}
}

// announceEndOf says that a process is let go because the server ends, or
// because its client went and nobody is to come back for it.
func (s *Server) announceEndOf(p *process) {
	switch {
	case !p.target.Alive():
	case p.attached:
		s.sayf("Detaching process(es): %d", p.target.PID())
	default:
		s.sayf("Killing process(es): %d", p.target.PID())
	}
}
