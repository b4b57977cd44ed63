package remote

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/steptest/modelled"
	"rseqstep/stepper/symbols"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// served is a Crowd as a process of the server's: it has no terminal, no other
// process can be held beside it, and its children are not inspected.
type served struct{ *modelled.Crowd }

func (served) GiveTerminal(*os.File) error        { return nil }
func (served) TakeTerminal(*os.File) error        { return nil }
func (served) SetSiginfo(int, []byte) error       { return errors.ErrUnsupported }
func (served) TakeSignal() (int, int, error)      { return 0, 0, nil }
func (served) Former() (int, []int)               { return 0, nil }
func (served) Serves() bool                       { return true }
func (served) Stay() int                          { return -1 }
func (served) Roam() error                        { return nil }
func (served) Split(int) (*ptrace.Process, error) { return nil, errors.ErrUnsupported }
func (served) ReadChild(int, table.Addr, []byte) (int, error) {
	return 0, errors.ErrUnsupported
}
func (served) WriteChild(int, table.Addr, []byte) (int, error) {
	return 0, errors.ErrUnsupported
}

// modelClient is a client that behaves as gdb does, with its accounts: it steps threads
// off the breakpoints reported to it, each alone and with the breakpoint removed; it
// detaches from the child of a fork as soon as that is reported.
type modelClient struct {
	c *client
	w *modelled.Crowd

	silent   bool         // signals pass without a stop
	hits     map[int]int  // stops at the breakpoint, by thread
	own      map[int]int  // times that the client steps a thread off the breakpoint at which it stopped for another reason
	stopped  map[int]bool // threads reported as stopped and not resumed since
	standing map[int]bool // threads reported at the breakpoint and not resumed since
	shown    map[int]int  // signals that threads were reported stopped for
	decide   map[int]bool // threads whose reported signal the client still has to decide on
	handed   map[int]int  // signals that the client sent back
	forks    []int        // reported processes
	done     int          // reported ends of vforks
	answered int          // stops for the interrupt byte
	over     string       // how the session ended; "" before
	current  int          // the thread that stopped last
	log      []string     // packets and replies
	stops    map[string]int
	console  strings.Builder
}

func newModelClient(w *modelled.Crowd, silent bool, stops map[string]int) (*modelClient, error) {
	e, err := w.Engine()
	if err != nil {
		return nil, err
	}
	e.Policy().Linger, e.Policy().StandsToMeet = true, true
	m := &modelClient{w: w, silent: silent, hits: map[int]int{}, own: map[int]int{}, stopped: map[int]bool{}, standing: map[int]bool{}, shown: map[int]int{}, decide: map[int]bool{}, handed: map[int]int{},
		current: w.Threads()[0], stops: stops}
	s := &Server{Config: Config{Console: &m.console, Debug: &DebugLog{}}}
	s.process = &process{target: served{w}, engine: e, symbols: symbols.New(symbols.Options{}), points: map[point]*planted{}}
	if silent {
		s.pass[modelled.CrowdSignal] = true
	}
	s.passSignals()
	c := blankClient(s)
	c.multiprocess, c.swbreak, c.linuxSignals = true, true, true
	c.conn = &conn{ctx: context.Background()}
	c.conn.command, c.conn.interrupt = context.WithCancel(c.conn.ctx)
	c.wants.forks, c.p = true, s.process
	c.catchEvents()
	w.SendsByte = func() { c.conn.interrupt() }
	m.c = c
	return m, nil
}

// ask sends a packet. An error for which the client gave no reason is a fault.
func (m *modelClient) ask(packet string) (string, error) {
	m.c.p = m.c.process
	reply, err := m.c.answer(packet)
	m.c.conn.running.Store(false)
	m.log = append(m.log, packet+" -> "+reply)
	if err == nil && strings.HasPrefix(reply, "E") {
		err = fmt.Errorf("%s", reply)
	}
	if err == nil && strings.Contains(m.console.String(), "error:") {
		err = fmt.Errorf("the console says %q", m.console.String())
	}
	return reply, err
}

// thread is a thread's id in packets.
func (m *modelClient) thread(tid int) string { return fmt.Sprintf("p%x.%x", m.w.PID(), tid) }

// signalOf returns the signal to resume thread tid with: the one it was
// reported stopped for, unless drop says that the user drops it.
func (m *modelClient) signalOf(tid int, drop bool) string {
	was := m.decide[tid]
	delete(m.decide, tid)
	if !was || drop {
		return ""
	}
	m.handed[tid]++
	return fmt.Sprintf("%02x", modelled.CrowdSignal)
}

// act is a vCont action for one thread: kind, with its signal if it has one.
func (m *modelClient) act(kind string, tid int, drop bool) string {
	if sig := m.signalOf(tid, drop); sig != "" {
		if kind[0] == 'r' {
			kind = "s" // a range step has no form with a signal
		}
		kind = strings.ToUpper(kind) + sig
	}
	return fmt.Sprintf(";%s:%s", kind, m.thread(tid))
}

// resume sends a vCont and accounts for its stop. lead is its first thread's action;
// others says whether every other thread resumes too.
func (m *modelClient) resume(kind string, tid int, others, drop bool) error {
	packet := "vCont" + m.act(kind, tid, drop)
	if others {
		for _, o := range m.w.Threads() {
			if o != tid && m.decide[o] {
				packet += m.act("c", o, false)
			}
		}
		packet += ";c:p" + fmt.Sprintf("%x", m.w.PID()) + ".-1"
	}
	before := map[int]int{}
	for _, th := range m.w.Walkers() {
		before[th.TID] = th.Executed
		if others || th.TID == tid {
			delete(m.standing, th.TID)
			delete(m.stopped, th.TID)
		}
	}
	lead := m.w.Walker(tid)
	midcall := lead.InCall()
	m.sendByte()
	reply, err := m.ask(packet)
	if err != nil {
		return err
	}
	for _, th := range m.w.Walkers() {
		if !others && th.TID != tid && th.Executed != before[th.TID] {
			return fmt.Errorf("thread %d was not resumed and has executed %d instructions", th.TID, th.Executed-before[th.TID])
		}
	}
	stopped, why, err := m.account(reply)
	if err != nil || m.over != "" {
		return err
	}
	if !others && stopped != tid && why != "00" {
		return fmt.Errorf("thread %d was not resumed and reports a stop", stopped)
	}
	if why != "05" {
		return nil
	}
	// One step, or nothing.
	pc, ran := lead.Regs.PC(), lead.Executed-before[tid]
	switch {
	case stopped != tid || kind == "c":
		return fmt.Errorf("thread %d stops, and nothing says why", stopped)
	case strings.HasPrefix(kind, "r") && strings.Contains(packet, ";r") && inRange(kind, pc) && ran > 0:
		return fmt.Errorf("a range step has ended inside the range, at %v", pc)
	case kind == "s" && ran != 1 && !(midcall && ran == 0):
		return fmt.Errorf("a step has executed %d instructions", ran)
	}
	return nil
}

// inRange reports whether pc is in the range of a range step.
func inRange(kind string, pc table.Addr) bool {
	low, high, _ := two(kind[1:], ",")
	return pc >= table.Addr(low) && pc < table.Addr(high)
}

// account records a stop reply. why is its kind: its signal, or the name of the reported
// event.
func (m *modelClient) account(reply string) (tid int, why string, err error) {
	if reply == "" || reply[0] == 'W' {
		m.over = "ended"
		m.stops["end"]++
		return 0, "W", nil
	}
	head, rest, ok := strings.Cut(reply, "thread:p")
	if !ok || reply[0] != 'T' {
		return 0, "", fmt.Errorf("not a stop reply: %q", reply)
	}
	name, _, _ := strings.Cut(rest, ";")
	_, id, _ := strings.Cut(name, ".")
	n, err := strconv.ParseInt(id, 16, 64)
	if err != nil {
		return 0, "", err
	}
	tid, why = int(n), head[1:3]
	th := m.w.Walker(tid)
	if th == nil {
		return 0, "", fmt.Errorf("thread %d is reported, and there is none", tid)
	}
	m.current, m.stopped[tid] = tid, true
	if kind, about, ok := strings.Cut(head[3:], ":"); ok {
		why = kind
		switch kind {
		case "swbreak":
			if th.Regs.PC() != modelled.At || th.Regs.W[amd64.RDX] != 0 {
				return 0, "", fmt.Errorf("thread %d is reported at the breakpoint, and is at %v with %d in RDX", tid, th.Regs.PC(), th.Regs.W[amd64.RDX])
			}
			m.hits[tid]++
			m.standing[tid] = true
		case "fork", "vfork":
			pid, _, _ := strings.Cut(strings.TrimPrefix(about, "p"), ".")
			child, err := strconv.ParseInt(pid, 16, 64)
			if err != nil {
				return 0, "", err
			}
			m.forks = append(m.forks, int(child))
			if _, err := m.ask("D;" + pid); err != nil {
				return 0, "", err
			}
		case "vforkdone":
			m.done++
		default:
			return 0, "", fmt.Errorf("what is %q", reply)
		}
	} else {
		switch why {
		case fmt.Sprintf("%02x", modelled.CrowdSignal):
			m.shown[tid]++
			m.decide[tid] = true
		case "02":
			m.answered++
		}
	}
	m.stops[why]++
	return tid, why, nil
}

// breakpoint inserts the client's breakpoint, or removes it.
func (m *modelClient) breakpoint(in bool) error {
	packet := fmt.Sprintf("%c0,%x,1", map[bool]byte{true: 'Z', false: 'z'}[in], uint64(modelled.At))
	if in && m.w.Alternates {
		packet += fmt.Sprintf(";X5,%02x0003%02x%02x", opReg, opNot, opEnd) // RDX is 0
	}
	_, err := m.ask(packet)
	return err
}

// stepsOff reports whether the client steps a thread off the breakpoint before it resumes.
// gdb does so whatever reason for the stop was reported, and always with its user's
// current thread.
func (m *modelClient) stepsOff(tid int) bool {
	if th := m.w.Walker(tid); !m.standing[tid] && (m.stopped[tid] || tid == m.current) && th.Regs.PC() == modelled.At {
		if th.Regs.W[amd64.RDX] == 0 {
			m.own[tid]++
		}
		m.standing[tid] = true
	}
	return m.standing[tid]
}

// stepOff steps the thread off the breakpoint at which it was reported. done is false if
// something else happened in between.
func (m *modelClient) stepOff(tid int) (done bool, err error) {
	if err := m.breakpoint(false); err != nil {
		return false, err
	}
	before := m.w.Walker(tid).Executed
	if err := m.resume("s", tid, false, false); err != nil || m.over != "" {
		return false, err
	}
	if err := m.breakpoint(true); err != nil {
		return false, err
	}
	th := m.w.Walker(tid)
	if th != nil && th.Executed == before {
		m.standing[tid] = true
		return false, nil
	}
	return true, nil
}

// do carries out one of the user's commands. kinds are those of commands.
func (m *modelClient) do(cmd string) error {
	tid := m.current
	switch cmd {
	case "detach":
		m.over = "detached"
		_, err := m.ask(fmt.Sprintf("D;%x", m.w.PID()))
		return err
	case "signal": // the user sends the thread a signal of their own, whatever signal it has
		m.handed[tid]++
		if m.decide[tid] {
			delete(m.decide, tid) // replaces the one it was reported stopped for
		}
		return m.raw(fmt.Sprintf("vCont;C%02x:%s;c:p%x.-1", modelled.CrowdSignal, m.thread(tid), m.w.PID()), tid)
	case "other":
		for _, o := range m.w.Threads() {
			if o != tid {
				m.current = o
				break
			}
		}
		return m.do("alone")
	}
	kind, others := "c", true
	switch cmd {
	case "alone":
		others = false
	case "step":
		kind = "s"
	case "step alone":
		kind, others = "s", false
	case "range", "range alone":
		kind, others = fmt.Sprintf("r%x,%x", uint64(modelled.Top), uint64(modelled.Back)), cmd == "range"
	case "short range", "short range alone": // the range contains no call
		kind, others = fmt.Sprintf("r%x,%x", uint64(modelled.Back), uint64(modelled.Made)), cmd == "short range"
		if pc := m.w.Walker(tid).Regs.PC(); pc < modelled.Back {
			kind = fmt.Sprintf("r%x,%x", uint64(modelled.Top), uint64(modelled.Made))
		}
	}
	for _, o := range m.w.Threads() {
		if (others || o == tid) && m.stepsOff(o) {
			done, err := m.stepOff(o)
			if !done || err != nil || kind == "s" && o == tid {
				return err
			}
		}
	}
	if m.w.Walker(tid) == nil {
		return nil
	}
	return m.resume(kind, tid, others, cmd == "drop")
}

// sendByte sends the interrupt byte while the program is stopped.
func (m *modelClient) sendByte() {
	if m.c.conn.command.Err() == nil && m.w.ByteComes() {
		m.c.conn.interrupt()
	}
}

// raw resumes every thread with the packet as it is.
func (m *modelClient) raw(packet string, tid int) error {
	for _, o := range m.w.Threads() {
		if m.stepsOff(o) {
			if done, err := m.stepOff(o); !done || err != nil {
				m.handed[tid]--
				return err
			}
		}
	}
	for _, o := range m.w.Threads() {
		m.decide[o] = false // resumed without it: dropped
	}
	clear(m.decide)
	clear(m.standing)
	clear(m.stopped)
	m.sendByte()
	reply, err := m.ask(packet)
	if err != nil {
		return err
	}
	_, why, err := m.account(reply)
	if err == nil && why == "05" {
		err = fmt.Errorf("a stop, and nothing says why")
	}
	return err
}

// compareAccounts compares the accounts at the end.
func (m *modelClient) compareAccounts(open map[int]int, openChildren int) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for _, th := range m.w.Walkers() {
		tid, standing := th.TID, 0
		if m.standing[tid] && th.Regs.W[amd64.RDX] == 0 {
			standing = 1
		}
		if th.Passed != m.hits[tid]+m.own[tid]-standing {
			fault("thread %d has passed the breakpoint %d times, %d hits were reported, %d of them not gone on from, and %d times the client took it past", tid, th.Passed, m.hits[tid], standing, m.own[tid])
		}
		want := m.handed[tid] + open[tid] // and what a detach delivers
		if m.decide[tid] {
			want++
		}
		if m.silent {
			want = th.Raised + m.handed[tid]
		} else if th.Raised != m.shown[tid]+open[tid] {
			fault("thread %d was sent %d signals, and %d were reported", tid, th.Raised, m.shown[tid])
		}
		if th.Delivered != want {
			fault("thread %d has had %d signals, %d were handed over", tid, th.Delivered, want)
		}
	}
	told, done := 0, 0
	for _, c := range m.w.Children() {
		if !c.Free {
			fault("process %d is still held", c.PID)
		}
		if slices.Contains(m.forks, c.PID) {
			told++
		}
		if c.Told {
			done++
		}
	}
	if told != len(m.forks) || told+openChildren != len(m.w.Children()) {
		fault("%d processes were made, %v were reported", len(m.w.Children()), m.forks)
	}
	if done < m.done || done > m.done+1 {
		fault("%d vforks have ended, %d ends were reported", done, m.done)
	}
	if n := m.w.Interrupts - m.answered; n < 0 || n > 0 && m.over == "" || n > 1 {
		fault("%d interrupt bytes, %d stops for them", m.w.Interrupts, m.answered)
	}
	return faults
}

// A client resumes threads, all or one alone, with each kind of action, with the signals
// reported to it, without them, and with others; it detaches. Threads receive signals,
// create processes and hit a breakpoint, together and one while another one is handled;
// the client sends its interrupt byte. In every order nothing is lost, doubled or
// reordered (see the package's invariants).
func TestEveryOrderOfAClientsCommands(t *testing.T) {
	more, _ := strconv.Atoi(os.Getenv("RSEQSTEP_DEVIATIONS"))
	const rounds = 3
	all := []string{"continue", "drop", "alone", "step", "step alone", "range", "range alone", "short range", "short range alone", "other", "signal", "detach"}
	type row struct {
		silent, conditional bool // signals pass without a stop; every second hit of the breakpoint counts
		length, events      int  // length of the command sequences, and the number of events
	}
	rows := []row{{false, false, 2, 1}, {true, false, 2, 1}, {false, true, 1, 1}}
	if tabletest.Thorough() {
		rows = []row{{false, false, 3, 1}, {true, false, 2, 1}, {false, true, 1, 2}, {false, false, 2, 2}}
	}
	for _, r := range rows {
		t.Run(fmt.Sprintf("%d commands, %d events, silent %v, conditional %v", r.length, r.events, r.silent, r.conditional), func(t *testing.T) {
			stops, commands, faults := map[string]int{}, 0, 0
			seen := modelled.Explore(r.events+more, func(ch *modelled.Chooser, seen *modelled.Explored) bool {
				w := modelled.NewCrowd(ch, seen, 2, rounds)
				w.Alternates = r.conditional
				m, err := newModelClient(w, r.silent, stops)
				if err != nil {
					t.Fatal(err)
				}
				if err = m.breakpoint(true); err != nil {
					t.Fatal(err)
				}
				var did []string
				for n := 0; err == nil && m.over == ""; n++ {
					cmd := "continue"
					if n < r.length {
						cmd = all[ch.Pick(len(all))]
					} else if n == r.length+6 {
						cmd = "detach"
					}
					if n > r.length+6 {
						err = fmt.Errorf("the program does not end")
						break
					}
					commands++
					did = append(did, cmd)
					err = m.do(cmd)
				}
				open, children := map[int]int{}, 0
				if err == nil && m.over == "detached" {
					for _, th := range w.Walkers() {
						open[th.TID] = max(0, th.Raised-m.shown[th.TID])
						if !m.silent && open[th.TID] > w.Untold(th.TID) {
							err = fmt.Errorf("thread %d was sent %d signals, %d were reported, %d wait", th.TID, th.Raised, m.shown[th.TID], w.Untold(th.TID))
						}
					}
					children = w.UntoldChildren()
				}
				wrong := w.Broken
				if err != nil {
					wrong = append(wrong, err.Error())
				} else {
					wrong = append(wrong, m.compareAccounts(open, children)...)
				}
				if len(wrong) > 0 {
					faults++
					t.Errorf("%q: %q\ndecisions %v, packets\n\t%s", did, wrong, ch.Path(), strings.Join(m.log, "\n\t"))
				}
				return faults < 3
			})
			t.Logf("%d orders, %d states, %d commands; events %v, stops %v", seen.Runs, len(seen.States), commands, seen.Events, stops)
			if !t.Failed() && seen.Runs < 500 {
				t.Errorf("only %d orders were explored", seen.Runs)
			}
		})
	}
}

var _ tracee.Target = served{}
