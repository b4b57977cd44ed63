package remote

import (
	"fmt"
	"strings"
)

// row is the sequence of packets that a client is expected to send next. Delve reads a
// thread's registers one by one, because it asks a debugserver for no more than one at a
// time (macOS's has bugs in the packet g; gdbserver.go, Connect). After an instruction
// step it reads all of them, from the first to the last; after a stop it asks why the
// thread stopped and reads the registers that did not fit into the reply. Once a client
// is known to do this and nothing else, the server sends the whole row at once, with the
// stop reply or in answer to the first packet, and the client's other packets need no
// answers: 37 round trips become one, or 18.
//
// Refused: reinserting a breakpoint ahead of Delve after the step for which Delve removed
// it (z, vCont;s, Z). If the user clears the breakpoint that a thread is at and
// continues, the packets are the same, except that the Z does not come.
type row struct {
	steps, stops habit
	habit        *habit   // the habit for this kind of row
	expected     []string // the packets still to come
	sent         bool     // the answers have been sent already
	ahead        []string // answers to send with the reply being made
	asked        func()   // begins the row when the client has asked for the stop reasons of several threads
	toAsk        int      // how many of those threads remain
}

// habit records whether a client keeps to one kind of row.
type habit struct {
	complete int // rows read so far
	broken   bool
}

// rowsToKnow is how many rows a client must have read packet by packet first.
const rowsToKnow = 3

func (h *habit) known() bool { return !h.broken && h.complete >= rowsToKnow }

// expect begins a row. answers returns the answers to its packets, which are
// sent ahead if the client is known to ask for them.
func (r *row) expect(h *habit, packets []string, answers func() []string) {
	r.habit, r.expected, r.sent = h, packets, false
	if h.broken {
		r.expected = nil
	} else if h.known() {
		r.sent, r.ahead = true, answers()
	}
}

// inRow handles a packet that is part of a row. done means that the packet
// needs nothing else.
func (c *client) inRow(p string) (done bool, err error) {
	if c.Dialect != DelveDebugserver || c.p == nil {
		return false, nil
	}
	r := &c.row
	if len(r.expected) > 0 {
		if p == r.expected[0] {
			if r.expected = r.expected[1:]; len(r.expected) == 0 {
				r.habit.complete++
			}
			return r.sent, nil
		}
		r.habit.broken, r.expected = true, nil
		if r.sent {
			// Its next packets would get the answers of those it skipped.
			c.over = true
			c.logf("the client sends other packets than before: %q", p)
			return true, nil
		}
	}
	if r.toAsk > 0 && strings.HasPrefix(p, "qThreadStopInfo") {
		if r.toAsk--; r.toAsk == 0 {
			r.asked()
		}
		return false, nil
	}
	r.toAsk = 0
	suffix, first := strings.CutPrefix(p, "p0")
	if !first || !strings.HasPrefix(suffix, ";") {
		return false, nil
	}
	id, ok := parseThread(strings.Trim(strings.TrimPrefix(suffix, ";thread:"), ";"))
	if !ok {
		return false, errSyntax
	}
	regs, err := c.registers()
	if err != nil {
		return false, err
	}
	var packets []string
	var numbers []int
	for n := range regs {
		numbers = append(numbers, n)
		packets = append(packets, fmt.Sprintf("p%x%s", n, suffix))
	}
	r.expect(&r.steps, packets[1:], func() []string { return c.readEach(id.TID, numbers) })
	if r.sent {
		c.conn.sendAll(r.ahead[0], r.ahead[1:]...)
		r.ahead = nil
	}
	return r.sent, nil
}

// expectAfterStop begins the row that follows a stop reply. The first of the threads in
// stopped is the one that the reply is about; left are the registers the reply does not
// contain. For several threads Delve asks in no particular order why they have stopped.
func (c *client) expectAfterStop(stopped []int, reply string, left []int) {
	if c.Dialect != DelveDebugserver {
		return
	}
	tid, r := stopped[0], &c.row
	var registers []string
	for _, n := range left {
		registers = append(registers, fmt.Sprintf("p%x;thread:%s;", n, c.threadName(tid)))
	}
	if r.toAsk = 0; len(stopped) > 1 && len(left) > 0 {
		r.toAsk = len(stopped)
		r.asked = func() { r.expect(&r.stops, registers, func() []string { return c.readEach(tid, left) }) }
		return
	}
	packets := append([]string{"qThreadStopInfo" + c.threadName(tid)}, registers...)
	r.expect(&r.stops, packets, func() []string { return append([]string{reply}, c.readEach(tid, left)...) })
}

// readEach reads registers of a thread, each in the form of the answer to a
// packet p.
func (c *client) readEach(tid int, numbers []int) (answers []string) {
	for _, n := range numbers {
		value, err := c.readOne(tid, uint64(n))
		if err != nil {
			value = "E01"
		}
		answers = append(answers, value)
	}
	return answers
}
