package remote

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// DebugLog is what gdbserver's --debug, --remote-debug and --event-loop-debug
// show, and "monitor set debug" and its neighbours switch. The zero value shows
// nothing. Any goroutine may use it.
type DebugLog struct {
	General   atomic.Bool // what is done with the program: [threads]
	Packets   atomic.Bool // every packet: [remote]
	EventLoop atomic.Bool // who reads the connection, and when: [event-loop]
	Timestamp atomic.Bool // each line begins with the time, in seconds

	// Output is where lines go; nil: to the server's Log. It is set before the
	// server is made.
	Output io.Writer

	mu sync.Mutex
}

// writef writes one line, if its kind is wanted.
func (d *DebugLog) writef(wanted *atomic.Bool, w io.Writer, kind, format string, args ...any) {
	if !wanted.Load() {
		return
	}
	if d.Output != nil {
		w = d.Output
	}
	if w == nil {
		return
	}
	line := "[" + kind + "] " + fmt.Sprintf(format, args...) + "\n"
	if d.Timestamp.Load() {
		now := time.Now()
		line = fmt.Sprintf("%d.%06d %s", now.Unix(), now.Nanosecond()/1000, line)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	io.WriteString(w, line) // a log that cannot be written is no reason to stop serving
}

// debugf is a line about what is done with the program.
func (s *Server) debugf(format string, args ...any) {
	s.Debug.writef(&s.Debug.General, s.Log, "threads", format, args...)
}

// eventf is a line about the connection.
func (s *Server) eventf(format string, args ...any) {
	s.Debug.writef(&s.Debug.EventLoop, s.Log, "event-loop", format, args...)
}

// packetf is a line about a packet. Its text is quoted, for the binary ones.
// Whoever has many asks first whether they are wanted: making one takes memory.
func (s *Server) packetf(direction string, payload []byte) {
	s.Debug.writef(&s.Debug.Packets, s.Log, "remote", "%s (%q)", direction, payload)
}
