package remote

import (
	"net"
	"time"
)

// turnedAwayFor is how long a rejected client may take to ask, and to leave
// after the answer. gdb asks immediately.
const turnedAwayFor = 2 * time.Second

// turnAway answers whatever a client asks with the reason why it is not served, until it
// disconnects or its time is over. It sends the reason in an answer, not before: gdb
// treats a packet that comes instead of its first acknowledgement as noise. gdb shows an
// error to qSupported as a warning, and ends the connection over one to vMustReplyEmpty
// with its text (remote.c of gdb 13).
func turnAway(conn net.Conn, why string) {
	defer conn.Close()
	if conn.SetDeadline(time.Now().Add(turnedAwayFor)) != nil {
		return
	}
	answer := append([]byte{'+'}, Frame([]byte("E."+why))...)
	var d Decoder
	buffer := make([]byte, 1<<10)
	for {
		n, err := conn.Read(buffer)
		if err != nil {
			return
		}
		for _, b := range buffer[:n] {
			if d.Feed(b) != Packet {
				continue
			}
			if _, err := conn.Write(answer); err != nil {
				return
			}
		}
	}
}
