package remote

import "strings"

// row is a client's habit of reading registers of a thread one by one, from the
// first to the last. Delve does so where it needs them, because it asks a
// debugserver for no more than one at a time, since macOS's has bugs in the packet
// g (gdbserver.go, Connect): after an instruction step it reads all of them, at
// another stop those that are too wide for the stop reply (reloadRegisters). Once
// a client is known to do so and to do nothing else, the whole row is sent in
// answer to the first packet, and the other packets need no answers: 48 round
// trips become one.
type row struct {
	complete [2]int // rows of each kind that were read so far
	broken   bool   // a row was not read to its end

	of    *register // the layout that lists are of
	lists [2][]int  // the registers of each kind of row

	kind   int    // of the row that is being read
	rest   []int  // the registers of it that are still expected
	thread string // of which thread, as the packets end
	sent   bool   // the rest of this row is sent already
}

// The kinds of rows.
const (
	rowOfAll  = iota
	rowOfWide // those that the stop reply has no room for
)

// rowsToKnow is how many rows of a kind a client must have read one by one.
const rowsToKnow = 3

// learn makes the lists of a layout, once.
func (r *row) learn(regs []register) {
	if r.of == &regs[0] {
		return
	}
	r.of, r.lists = &regs[0], [2][]int{}
	for n := range regs {
		r.lists[rowOfAll] = append(r.lists[rowOfAll], n)
		if !regs[n].fitsStop() {
			r.lists[rowOfWide] = append(r.lists[rowOfWide], n)
		}
	}
}

// asksFor reports whether a packet asks for a register of a thread, which is how
// the packet ends.
func asksFor(p string, register int, thread string) bool {
	if p == "" || p[0] != 'p' || !strings.HasSuffix(p, thread) || len(p) <= 1+len(thread) {
		return false
	}
	n, ok := number(p[1 : len(p)-len(thread)])
	return ok && n == uint64(register)
}

// inRow deals with a packet that is part of a row. Done means that nothing
// remains to be done with it.
func (c *client) inRow(p string) (done bool, err error) {
	if c.Dialect != DelveDebugserver || c.row.broken || c.p == nil {
		return false, nil
	}
	if len(c.row.rest) == 0 {
		return c.beginRow(p)
	}
	r := &c.row
	if !asksFor(p, r.rest[0], r.thread) {
		r.broken = true
		if r.sent {
			// Its next packets would get the answers of those it left out.
			c.over = true
			c.logf("the client reads registers in another order than before: %q", p)
			return true, nil
		}
		return false, nil
	}
	if r.rest = r.rest[1:]; len(r.rest) == 0 {
		r.complete[r.kind]++
	}
	return r.sent, nil
}

// beginRow deals with a packet that may be the first of a row.
func (c *client) beginRow(p string) (done bool, err error) {
	i := strings.IndexByte(p, ';')
	if i < 0 || p[0] != 'p' {
		return false, nil
	}
	regs, err := c.registers()
	if err != nil {
		return false, err
	}
	r := &c.row
	r.learn(regs)
	for kind, list := range r.lists {
		if len(list) == 0 || !asksFor(p, list[0], p[i:]) {
			continue
		}
		r.kind, r.rest, r.thread, r.sent = kind, list[1:], p[i:], r.complete[kind] >= rowsToKnow
		if !r.sent {
			return false, nil
		}
		return true, c.sendRow(list, p[i:])
	}
	return false, nil
}

// sendRow sends registers of a thread, each as an answer of its own.
func (c *client) sendRow(list []int, thread string) error {
	id, ok := parseThread(strings.Trim(strings.TrimPrefix(thread, ";thread:"), ";"))
	if !ok {
		return errSyntax
	}
	answers := make([][]byte, len(list))
	for i, n := range list {
		value, err := c.readOne(id.TID, uint64(n))
		if err != nil {
			value = "E01"
		}
		answers[i] = []byte(value)
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
