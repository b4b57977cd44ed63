package remote

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// conn is one client's connection. While the program stands, the goroutine that
// owns it reads the client's packets itself: a reader of its own would cost a
// wake-up across CPUs a packet, a third of what gdb's stepi took. While the
// program runs, the watcher goroutine reads, for the interrupt byte and for
// the client's end.
type conn struct {
	stream *stream

	reading sync.Mutex // of what follows
	decoder Decoder
	buffer  []byte
	packets [][]byte // taken apart and not answered yet
	ended   bool

	mu    sync.Mutex // of writing
	out   []byte     // what was sent last, reused
	last  []byte     // the last packet of it, in case it is asked for again
	noAck atomic.Bool

	// running: a packet that resumes the program was read and its answer has
	// not been sent.
	running atomic.Bool
	stop    atomic.Pointer[context.CancelFunc] // ends the context of the command that runs, or ran last
	// wanted: the interrupt byte came, or the client went, and no stop has
	// answered it. gdb sends it as soon as its user has said "continue", while it
	// still inserts breakpoints and steps off one: it counts for whatever runs next.
	// forgets is for clients that take any stop for the answer (lldb, Delve).
	wanted, forgets atomic.Bool
	keeps           atomic.Bool     // the client's end does not stop the program: halt does
	ctx             context.Context // ends by halt
	halts           context.CancelFunc
	gone            func()  // told when the client is gone
	rest            func()  // told when the client has said nothing for a while
	log             *Server // whose DebugLog the packets are shown in

	turn   atomic.Uint64 // even while the owner reads, odd while it is busy
	parked atomic.Bool   // the watcher waits for unpark
	unpark chan struct{}
	closed chan struct{}
	ending sync.Once
}

// newConn makes a connection of rw. One goroutine owns it: it calls next, and
// rest is called there; gone is called on any.
func newConn(rw io.ReadWriteCloser, gone, rest func(), log *Server) (*conn, error) {
	s, err := newStream(rw)
	if err != nil {
		return nil, err
	}
	c := &conn{stream: s, buffer: make([]byte, 1<<14), gone: gone, rest: rest, log: log,
		unpark: make(chan struct{}, 1), closed: make(chan struct{})}
	c.ctx, c.halts = context.WithCancel(context.Background())
	c.turn.Store(1)
	go c.watch()
	return c, nil
}

// restAfter is how long a client says nothing before it counts as resting. A
// debugger that steps asks again within a millisecond.
const restAfter = 50 * time.Millisecond

// next is the next packet; false when there will be none.
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

// take is the oldest packet that waits.
func (c *conn) take() (p []byte, ok, ended bool) {
	c.reading.Lock()
	defer c.reading.Unlock()
	if len(c.packets) == 0 {
		return nil, false, c.ended
	}
	p, c.packets = c.packets[0], c.packets[1:]
	return p, true, false
}

// maxWaiting is how many packets are read ahead of being answered.
const maxWaiting = 64

// pull reads what has come, and takes it apart. It reads nothing when it is no
// longer that turn: the owner then waits for what would be taken from under it.
func (c *conn) pull(turn uint64) {
	c.reading.Lock()
	defer c.reading.Unlock()
	if c.ended || c.turn.Load() != turn {
		return
	}
	n, err := c.stream.read(c.buffer)
	c.log.eventf("%d bytes came from the client (error %v)", n, err)
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
			if c.running.Load() || !c.forgets.Load() {
				c.wanted.Store(true)
				c.interrupt()
			}
		}
	}
	if err != nil {
		c.ends()
	}
}

// finish notes that the client is gone.
func (c *conn) finish() {
	c.reading.Lock()
	defer c.reading.Unlock()
	c.ends()
}

// ends is finish. Precondition: reading is locked.
func (c *conn) ends() {
	if !c.ended {
		c.ended = true
		if !c.keeps.Load() {
			c.halt()
		}
		c.gone()
	}
}

// halt stops the program, and whatever is still to be answered runs no more. Any
// goroutine may call it.
func (c *conn) halt() {
	c.wanted.Store(true)
	c.halts()
}

// full reports whether no more is to be read for now, or ever.
func (c *conn) full() bool {
	c.reading.Lock()
	defer c.reading.Unlock()
	return c.ended || len(c.packets) >= maxWaiting
}

// watchAfter is how long the owner is busy before the watcher reads for it.
const watchAfter = 5 * time.Millisecond

// watch reads while the owner has been busy for a while. It looks at nothing
// but turn while steps come thick and fast, and sleeps while the owner waits.
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
			// Nobody is there for what was read ahead, nor for what was not: the
			// program runs, and would for ever.
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

// starts says that the program is about to run, until ends is called. The context ends
// where the program is to stop: it has ended where the client wants that already.
func (c *conn) starts() (ctx context.Context, ends context.CancelFunc) {
	ctx, ends = context.WithCancel(c.ctx)
	c.running.Store(true) // with packets read ahead, the last answer has cleared it
	c.stop.Store(&ends)
	if c.wanted.Load() {
		ends()
	}
	return ctx, ends
}

// answered says that the client is being told of a stop that it wanted.
func (c *conn) answered() {
	c.reading.Lock()
	defer c.reading.Unlock()
	c.wanted.Store(c.ctx.Err() != nil)
}

// interrupt stops the program if it runs. Precondition: wanted is set, for a command
// that is about to begin.
func (c *conn) interrupt() {
	if stop := c.stop.Load(); stop != nil {
		(*stop)()
	}
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
	c.stream.rw.Write([]byte{b}) // a client that is gone shows at the next read
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

// frame appends a packet to what is to be sent. Precondition: mu is locked.
func (c *conn) frame(payload string) {
	if c.log.Debug.Packets.Load() {
		c.log.packetf("putpkt", []byte(payload))
	}
	start := len(c.out)
	c.out = appendFrame(c.out, payload)
	c.last = c.out[start:]
}

// again repeats the last packet, which came damaged.
func (c *conn) again() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.noAck.Load() && c.last != nil {
		c.stream.rw.Write(c.last)
	}
}
