package remote

import (
	"fmt"
	"strings"
)

// row is what a client is expected to ask next, packet by packet: Delve reads a
// thread's registers one by one, since it asks a debugserver for no more than one
// at a time (macOS's has bugs in the packet g; gdbserver.go, Connect). After an
// instruction step it reads all of them, from the first to the last; after a stop
// it asks what the thread has stopped for and reads those that did not fit into
// the reply. Once a client is known to do so and to do nothing else, it is sent the
// whole row at once, with the stop's reply or in answer to the first packet, and
// its other packets need no answers: 37 round trips become one, or 18.
//
// Refused: putting a breakpoint back ahead of Delve behind the step that it took it out
// for (z, vCont;s, Z). Where its user clears the breakpoint that a thread stands at,
// and continues, the packets are the same but for the Z, which does not come.
type row struct {
	steps, stops habit
	habit        *habit   // of what is expected
	expected     []string // the packets to come
	sent         bool     // with their answers sent already
	ahead        []string // the answers that go with the reply being made
	asked        func()   // begins the row when what several threads stopped for has been asked
	toAsk        int      // how many of them have not
}

// habit is whether a client keeps to one kind of row.
type habit struct {
	complete int // rows read so far
	broken   bool
}

// rowsToKnow is how many rows a client must have read one by one.
const rowsToKnow = 3

func (h *habit) known() bool { return !h.broken && h.complete >= rowsToKnow }

// expect begins a row. Answers are those of its packets, sent ahead where the
// client is known to ask for them.
func (r *row) expect(h *habit, packets []string, answers func() []string) {
	r.habit, r.expected, r.sent = h, packets, false
	if h.broken {
		r.expected = nil
	} else if h.known() {
		r.sent, r.ahead = true, answers()
	}
}

// inRow deals with a packet that is part of a row. Done means that nothing
// remains to be done with it.
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
			// Its next packets would get the answers of those it left out.
			c.over = true
			c.logf("the client asks for other things than before: %q", p)
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

// expectAfterStop begins the row that follows the reply of a stop. The first of the
// threads stopped is the one that it is about; its registers named were left out. Of
// several threads Delve asks in no order what they have stopped for.
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

// readEach reads registers of a thread, each as the answer to a packet p.
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
