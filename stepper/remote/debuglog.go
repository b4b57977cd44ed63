package remote

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// DebugLog is the output that gdbserver's --debug[=COMPONENT,...], --remote-debug and
// --event-loop-debug enable, and "monitor set debug" and its neighbours switch. The zero value
// shows nothing. Any goroutine may use it.
type DebugLog struct {
	General   atomic.Bool // operations on the program: [threads]
	Packets   atomic.Bool // every packet: [remote]
	EventLoop atomic.Bool // which goroutine reads the connection, and when: [event-loop]
	Timestamp atomic.Bool // each line begins with the time, in seconds

	// Output receives the lines; nil: the server's Log. Set it before the
	// server is made.
	Output io.Writer

	mu sync.Mutex
}

// component returns the switches of a named component, none for an unknown one.
func (d *DebugLog) component(name string) []*atomic.Bool {
	switch name {
	case "threads":
		return []*atomic.Bool{&d.General}
	case "remote":
		return []*atomic.Bool{&d.Packets}
	case "event-loop":
		return []*atomic.Bool{&d.EventLoop}
	case "all":
		return []*atomic.Bool{&d.General, &d.Packets, &d.EventLoop}
	}
	return nil
}

// Show parses the argument of gdb 18's --debug: "threads", "remote", "event-loop" or
// "all", or several of them with commas; "-" before one disables it.
func (d *DebugLog) Show(list string) error {
	for _, name := range strings.Split(list, ",") {
		name, off := strings.CutPrefix(name, "-")
		flags := d.component(name)
		if flags == nil {
			return fmt.Errorf("unknown debug component %q: it can be threads, remote, event-loop or all, several with commas, and with \"-\" before it to be left out", name)
		}
		for _, f := range flags {
			f.Store(!off)
		}
	}
	return nil
}

// writef writes one line if its kind is enabled.
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
	io.WriteString(w, line) // the server continues even if the log cannot be written
}

// debugf writes a line about an operation on the program. What happens at every step first checks
// whether its line is wanted: the arguments allocate memory.
func (s *Server) debugf(format string, args ...any) {
	s.Debug.writef(&s.Debug.General, s.Log, "threads", format, args...)
}

// eventf writes a line about the connection.
func (s *Server) eventf(format string, args ...any) {
	s.Debug.writef(&s.Debug.EventLoop, s.Log, "event-loop", format, args...)
}

// packetf writes a line about a packet. It quotes the text, because of binary
// packets.
func (s *Server) packetf(direction string, payload []byte) {
	s.Debug.writef(&s.Debug.Packets, s.Log, "remote", "%s (%q)", direction, payload)
}
