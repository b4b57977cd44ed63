package remote

import (
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// conn is one client's connection. Its reader goroutine takes the stream apart,
// acknowledges, and passes packets on; everything else happens on the
// goroutine that owns the program.
type conn struct {
	rw      io.ReadWriteCloser
	packets chan []byte // closed when the client is gone

	mu    sync.Mutex // of writing
	last  []byte     // the packet sent last, in case it is asked for again
	noAck atomic.Bool

	// running: a packet that resumes the program was read and its answer has
	// not been sent; stop then stops the program.
	running atomic.Bool
	stop    func()
	gone    func() // told when the client is gone
}

func newConn(rw io.ReadWriteCloser, stop, gone func()) *conn {
	c := &conn{rw: rw, packets: make(chan []byte, 64), stop: stop, gone: gone}
	go c.read()
	return c
}

func (c *conn) read() {
	defer close(c.packets)
	defer c.gone()
	defer c.interrupt()
	var d Decoder
	buf := make([]byte, 1<<14)
	for {
		n, err := c.rw.Read(buf)
		for _, b := range buf[:n] {
			switch d.Feed(b) {
			case Packet:
				c.ack('+')
				if resumes(d.Payload) {
					c.running.Store(true)
				}
				c.packets <- d.Payload
			case Damaged:
				c.ack('-')
			case Nak:
				c.again()
			case Interrupt:
				c.interrupt()
			}
		}
		if err != nil {
			return
		}
	}
}

// interruptEvery is how often a request to stop is repeated until the command
// ends: one that comes before the command has begun would be lost.
const interruptEvery = 50 * time.Millisecond

// interrupt stops the program if it runs, or is about to.
func (c *conn) interrupt() {
	if !c.running.Load() {
		return
	}
	c.stop()
	go func() {
		tick := time.NewTicker(interruptEvery)
		defer tick.Stop()
		for range tick.C {
			if !c.running.Load() {
				return
			}
			c.stop()
		}
	}()
}

// resumes reports whether a packet lets the program run.
func resumes(p []byte) bool {
	if len(p) == 0 {
		return false
	}
	switch p[0] {
	case 'c', 'C', 's', 'S':
		return true
	case 'v':
		return len(p) > 6 && string(p[:6]) == "vCont;"
	}
	return false
}

func (c *conn) ack(b byte) {
	if c.noAck.Load() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rw.Write([]byte{b}) // a client that is gone shows at the next read
}

// send sends a packet.
func (c *conn) send(payload []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = Frame(payload)
	c.rw.Write(c.last)
}

// again repeats the last packet, which came damaged.
func (c *conn) again() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.noAck.Load() && c.last != nil {
		c.rw.Write(c.last)
	}
}
