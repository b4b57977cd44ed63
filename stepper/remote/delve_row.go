package remote

import (
	"fmt"
	"strings"
)

// row is a client's habit of reading a thread's registers one by one, all of
// them, from the first to the last. Delve does so after each instruction step:
// it asks a debugserver for no more than one at a time, since macOS's has bugs
// in the packet g (gdbserver.go, Connect). Once a client is known to do so and
// to do nothing else, the whole row is sent in answer to the first packet, and
// the other packets need no answers: 40 round trips become one.
type row struct {
	complete int    // rows read so far
	broken   bool   // it does not always
	next     int    // the register that is expected; 0: none is
	thread   string // of which thread, as the packets end
	sent     bool   // the rest of this row is sent already
}

// rowsToKnow is how many rows a client must have read one by one.
const rowsToKnow = 3

// inRow deals with a packet that is part of a row. Done means that nothing
// remains to be done with it.
func (c *client) inRow(p string) (done bool, err error) {
	if c.Dialect != DelveDebugserver || c.row.broken || c.p == nil {
		return false, nil
	}
	r := &c.row
	if r.next > 0 {
		if p != fmt.Sprintf("p%x%s", r.next, r.thread) {
			r.broken = true
			if r.sent {
				// Its next packets would get the answers of those it left out.
				c.over = true
				c.logf("the client reads registers in another order than before: %q", p)
				return true, nil
			}
			return false, nil
		}
		regs, err := c.registers()
		if err != nil {
			return false, err
		}
		if r.next++; r.next < len(regs) {
			return r.sent, nil
		}
		r.next = 0
		r.complete++
		return r.sent, nil
	}
	thread, first := strings.CutPrefix(p, "p0")
	if !first || !strings.HasPrefix(thread, ";") {
		return false, nil
	}
	r.next, r.thread, r.sent = 1, thread, r.complete >= rowsToKnow
	if !r.sent {
		return false, nil
	}
	return true, c.sendRow(thread)
}

// sendRow sends all registers of a thread, each as an answer of its own.
func (c *client) sendRow(suffix string) error {
	id, ok := parseThread(strings.Trim(strings.TrimPrefix(suffix, ";thread:"), ";"))
	if !ok {
		return errSyntax
	}
	regs, err := c.registers()
	if err != nil {
		return err
	}
	answers := make([][]byte, len(regs))
	for n := range regs {
		value, err := c.readOne(id.TID, uint64(n))
		if err != nil {
			value = "E01"
		}
		answers[n] = []byte(value)
	}
	c.conn.sendAll(answers)
	return nil
}

// sendAll sends several packets at once.
func (c *conn) sendAll(payloads [][]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []byte
	for _, p := range payloads {
		all = append(all, Frame(p)...)
	}
	c.stream.rw.Write(all)
}
