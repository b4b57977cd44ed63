package remote

import "strings"

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
	first        string   // the packet to come before those that read registers; "" for none
	numbers      []int    // the registers that are still to be read
	suffix       string   // of the packets that read them: it names the thread
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

// expect begins a row: the packet first, unless it is "", and then one for each register of a
// thread. answers returns the answers to its packets, which are sent ahead if the client is known
// to ask for them.
func (r *row) expect(h *habit, first string, numbers []int, tid string, answers func() []string) {
	r.habit, r.first, r.numbers, r.suffix, r.sent = h, first, numbers, ";thread:"+tid+";", false
	if h.broken {
		r.first, r.numbers = "", nil
	} else if h.known() {
		r.sent, r.ahead = true, answers()
	}
}

// over reports whether no packet of a row is to come.
func (r *row) over() bool { return r.first == "" && len(r.numbers) == 0 }

// continues reports whether p is the next packet of the row, and takes it off. Precondition: the
// row is not over.
func (r *row) continues(p string) bool {
	if r.first != "" {
		met := p == r.first
		r.first = ""
		return met
	}
	n, reads := strings.CutPrefix(strings.TrimSuffix(p, r.suffix), "p")
	number, ok := number(n)
	met := reads && ok && number == uint64(r.numbers[0]) && strings.HasSuffix(p, r.suffix)
	r.numbers = r.numbers[1:]
	return met
}

// inRow handles a packet that is part of a row. done means that the packet
// needs nothing else.
func (c *client) inRow(p string) (done bool, err error) {
	if c.Dialect != DelveDebugserver || c.p == nil {
		return false, nil
	}
	r := &c.row
	if !r.over() {
		if r.continues(p) {
			if r.over() {
				r.habit.complete++
			}
			return r.sent, nil
		}
		r.habit.broken, r.first, r.numbers = true, "", nil
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
	tid, begins := strings.CutPrefix(p, "p0;thread:")
	if !begins {
		return false, nil
	}
	tid = strings.TrimSuffix(tid, ";")
	id, ok := parseThread(tid)
	if !ok {
		return false, errSyntax
	}
	regs, err := c.registers()
	if err != nil {
		return false, err
	}
	numbers := make([]int, len(regs))
	for n := range regs {
		numbers[n] = n
	}
	r.expect(&r.steps, "", numbers[1:], tid, func() []string { return c.readEach(id.TID, numbers) })
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
	name := c.threadName(tid)
	if r.toAsk = 0; len(stopped) > 1 && len(left) > 0 {
		r.toAsk = len(stopped)
		r.asked = func() { r.expect(&r.stops, "", left, name, func() []string { return c.readEach(tid, left) }) }
		return
	}
	r.expect(&r.stops, "qThreadStopInfo"+name, left, name, func() []string { return append([]string{reply}, c.readEach(tid, left)...) })
}

// readEach reads registers of a thread, each in the form of the answer to a
// packet p.
func (c *client) readEach(tid int, numbers []int) []string {
	answers := make([]string, 0, len(numbers))
	for _, n := range numbers {
		value, err := c.readOne(tid, uint64(n))
		if err != nil {
			value = "E01"
		}
		answers = append(answers, value)
	}
	return answers
}
