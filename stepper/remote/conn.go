package remote

import (
	"context"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// conn is one client's connection. While the program is stopped, the owning
// goroutine reads the client's packets itself: a separate reader would cost a
// wake-up across CPUs a packet, a third of what gdb's stepi took. While the
// program runs, the watcher goroutine reads, for the interrupt byte and for the
// end of the connection.
type conn struct {
	stream *stream

	reading sync.Mutex // guards what follows
	decoder Decoder
	buffer  []byte
	packets [][]byte // decoded and not yet answered
	ended   bool

	mu    sync.Mutex // guards writing
	out   []byte     // the last output, reused
	last  []byte     // its last packet, in case the client asks for it again
	noAck atomic.Bool

	// running: a packet that resumes the program was read, and its answer has
	// not been sent.
	running atomic.Bool
	// command is the context of the commands that run the program. It is canceled when the
	// interrupt byte arrives or the client disconnects, and replaced when a stop has answered
	// that. gdb sends the byte as soon as its user has said "continue", while it still inserts
	// breakpoints and steps off one: it applies to whatever runs next. The owner writes both
	// fields, with reading locked.
	command        context.Context
	interrupt      context.CancelFunc // cancels command; guarded by reading
	anyStopAnswers atomic.Bool        // the client accepts any stop as the answer (lldb, Delve)
	keepsRunning   atomic.Bool        // the end of the connection does not stop the program; halt does
	ctx            context.Context    // canceled by halt, and command with it
	halt           context.CancelFunc // stops the program, and no unanswered packet runs any more
	gone           func()             // called when the client has disconnected
	rest           func()             // called when the client has been silent for a while
	log            *Server            // its DebugLog shows the packets

	turn   atomic.Uint64 // even while the owner reads, odd while it is busy
	parked atomic.Bool   // the watcher waits for unpark
	unpark chan struct{}
	closed chan struct{}
	ending sync.Once
}

// newConn makes a connection of rw. One goroutine owns it: that one calls next,
// and rest runs on it; gone runs on any.
func newConn(rw io.ReadWriteCloser, gone, rest func(), log *Server) (*conn, error) {
	s, err := newStream(rw)
	if err != nil {
		return nil, err
	}
	c := &conn{stream: s, buffer: make([]byte, 1<<14), gone: gone, rest: rest, log: log,
		unpark: make(chan struct{}, 1), closed: make(chan struct{})}
	c.ctx, c.halt = context.WithCancel(context.Background())
	c.command, c.interrupt = context.WithCancel(c.ctx)
	c.turn.Store(1)
	go c.watch()
	return c, nil
}

// restAfter is how long a client is silent before it counts as resting. A
// debugger that steps sends its next packet within a millisecond.
const restAfter = 50 * time.Millisecond

// next returns the next packet; false if there will be none.
func (c *conn) next() ([]byte, bool) {
	c.turn.Add(1)
	defer c.busy()
	for patience := restAfter; ; {
		if p, ok, ended := c.take(); ok || ended {
			return p, ok
		}
		ready, err := c.stream.wait(patience)
		if err != nil {
			c.finish()
			continue
		}
		if ready {
			c.pull(c.turn.Load())
			continue
		}
		c.rest()
		patience = -1
	}
}

// busy ends the owner's turn to read.
func (c *conn) busy() {
	c.turn.Add(1)
	if c.parked.Swap(false) {
		c.unpark <- struct{}{}
	}
}

// take removes the oldest waiting packet.
func (c *conn) take() (p []byte, ok, ended bool) {
	c.reading.Lock()
	defer c.reading.Unlock()
	if len(c.packets) == 0 {
		return nil, false, c.ended
	}
	p = c.packets[0]
	c.packets = slices.Delete(c.packets, 0, 1) // keeps the array
	return p, true, false
}

// maxWaiting is the most packets that are read ahead of their answers.
const maxWaiting = 64

// pull reads and decodes the available bytes. If the turn has changed, it reads
// nothing, because the owner is waiting for those bytes.
func (c *conn) pull(turn uint64) {
	c.reading.Lock()
	defer c.reading.Unlock()
	if c.ended || c.turn.Load() != turn {
		return
	}
	n, err := c.stream.read(c.buffer)
	if c.log.Debug.EventLoop.Load() {
		c.log.eventf("%d bytes came from the client (error %v)", n, err)
	}
	for _, b := range c.buffer[:n] {
		switch c.decoder.Feed(b) {
		case Packet:
			c.ack('+')
			if c.log.Debug.Packets.Load() {
				c.log.packetf("getpkt", c.decoder.Payload)
			}
			if resumes(c.decoder.Payload) {
				c.running.Store(true)
			}
			c.packets = append(c.packets, c.decoder.Payload)
		case Damaged:
			c.ack('-')
		case Nak:
			c.again()
		case Interrupt:
			if c.running.Load() || !c.anyStopAnswers.Load() {
				c.interrupt()
			}
		}
	}
	if err != nil {
		c.finishLocked()
	}
}

// finish records that the client has disconnected.
func (c *conn) finish() {
	c.reading.Lock()
	defer c.reading.Unlock()
	c.finishLocked()
}

// finishLocked is finish. Precondition: reading is locked.
func (c *conn) finishLocked() {
	if !c.ended {
		c.ended = true
		if !c.keepsRunning.Load() {
			c.halt()
		}
		c.gone()
	}
}

// full reports whether to stop reading, for now or for good.
func (c *conn) full() bool {
	c.reading.Lock()
	defer c.reading.Unlock()
	return c.ended || len(c.packets) >= maxWaiting
}

// watchAfter is how long the owner is busy before the watcher reads.
const watchAfter = 5 * time.Millisecond

// watch reads when the owner has been busy for a while. It only polls turn
// while steps follow each other quickly, and sleeps while the owner waits.
func (c *conn) watch() {
	tick := time.NewTicker(watchAfter)
	defer tick.Stop()
	for last := uint64(0); ; {
		now := c.turn.Load()
		switch {
		case now != last:
		case now%2 == 0:
			c.parked.Store(true)
			if c.turn.Load() != now && c.parked.Swap(false) {
				break // the owner was faster
			}
			select {
			case <-c.unpark:
			case <-c.closed:
				return
			}
		case !c.full():
			ready, err := c.stream.wait(-1)
			if err != nil {
				c.finish()
			}
			if ready {
				c.pull(now)
				continue
			}
		case c.running.Load() && c.stream.hungUp():
			// The client has disconnected: nobody can answer what was read ahead or what
			// was not read, and the program would run for ever.
			c.finish()
		}
		last = now
		select {
		case <-tick.C:
		case <-c.closed:
			return
		}
	}
}

// end closes the connection. Any goroutine may call it.
func (c *conn) end() {
	c.ending.Do(func() {
		close(c.closed)
		c.stream.close()
		c.finish()
	})
}

// starts marks the program as about to run. The returned context is canceled when the
// program must stop; it is canceled already if the client wants that now.
func (c *conn) starts() context.Context {
	c.running.Store(true) // with packets read ahead, the last answer has cleared it
	return c.command
}

// answered records that the client is getting the stop that it wanted.
func (c *conn) answered() {
	c.reading.Lock()
	defer c.reading.Unlock()
	if c.command.Err() != nil {
		c.command, c.interrupt = context.WithCancel(c.ctx)
	}
}

// resumes reports whether a packet resumes the program.
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
	c.stream.rw.Write([]byte{b}) // the next read notices a client that has disconnected
}

// send sends a packet.
func (c *conn) send(payload []byte) { c.sendAll(string(payload)) }

// sendAll sends several packets at once.
func (c *conn) sendAll(first string, more ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = c.out[:0]
	c.frame(first)
	for _, p := range more {
		c.frame(p)
	}
	c.stream.rw.Write(c.out)
}

// frame appends a packet to the pending output. Precondition: mu is locked.
func (c *conn) frame(payload string) {
	if c.log.Debug.Packets.Load() {
		c.log.packetf("putpkt", []byte(payload))
	}
	start := len(c.out)
	c.out = appendFrame(c.out, payload)
	c.last = c.out[start:]
}

// again repeats the last packet, which arrived damaged.
func (c *conn) again() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.noAck.Load() && c.last != nil {
		c.stream.rw.Write(c.last)
	}
}
