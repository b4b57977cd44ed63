package remote

import (
	"encoding/hex"
	"errors"
	"io"
	"strconv"
	"strings"

	"rseqstep/table"
)

// client is the state of one connection.
type client struct {
	*Server
	conn *conn
	p    *process // the server's, while a packet is handled

	// What the client has announced about itself.
	multiprocess bool
	swbreak      bool
	hwbreak      bool
	binaryUpload bool
	showsErrors  bool // the text of errors
	oneLine      bool // vRun has the arguments as the user has typed them (gdb 17)
	wants        wishes
	threadSuffix bool // lldb: packets name the thread at their end
	linuxSignals bool // signals are numbered as Linux does, not as gdb does
	threadList   bool // lldb: stop replies list all threads

	general      int          // the thread of g, p, m (Hg)
	elsewhere    bool         // Hg named a process that is detached
	left         map[int]bool // processes detached from after a fork
	resuming     int          // the thread of c and s (Hc)
	files        map[int]*regfile
	last         string // the last stop reply
	ranged       ranged
	row          row
	saved        checkpoints
	stepping     bool     // the running command is a step
	notes        []string // sentences to show when the program next runs
	next         motion
	open         map[int]*hostFile
	why          map[int]string      // each thread's last stop reply, until the thread is resumed
	stoppedFor   map[int]int         // the signals reported for threads that have not been resumed since
	alsoReported map[int]bool        // threads reported together with the one that stopped (alsoHit)
	explainedAt  map[table.Addr]bool // addresses inside sections whose protection was explained to the client
	table        osTable
	spawned      []int // servers started for lldb's platform
	listed       []int // processes still to be listed
	over         bool
}

// blankClient is a new client without a connection.
func blankClient(s *Server) *client {
	return &client{Server: s, files: map[int]*regfile{}, open: map[int]*hostFile{}, left: map[int]bool{}, why: map[int]string{}, explainedAt: map[table.Addr]bool{}, stoppedFor: map[int]int{}, alsoReported: map[int]bool{}}
}

func newClient(s *Server, rw io.ReadWriteCloser) (c *client, err error) {
	c = blankClient(s)
	c.conn, err = newConn(rw, func() { s.connected.Store(false) }, s.rest, s)
	s.any()
	c.p = s.process
	for _, p := range s.all() {
		p.regs = nil // the last client may have been of another kind
	}
	c.adoptStop()
	c.catchEvents()
	return c, err
}

// errNoProcess is the error of packets that need a process.
var errNoProcess = errors.New("no program is being run")

// unsupported is the answer to an unknown packet.
const unsupported = ""

// handle answers one packet.
func (c *client) handle(p []byte) {
	c.p = c.process
	reply, err := c.answer(string(p))
	switch {
	case errors.Is(err, errSilent):
		return
	case err != nil:
		reply = c.failure(p[0], err)
	}
	c.conn.running.Store(false)
	ahead := c.row.ahead
	c.row.ahead = nil
	c.conn.sendAll(c.Disable.reply(reply), ahead...)
	c.over = c.over || c.endsWithProgram()
}

// errSilent: a packet gets no answer.
var errSilent = errors.New("no answer")

// failure is an error in the client's form: text where the client shows it, a
// number where text could be taken for data.
func (c *client) failure(kind byte, err error) string {
	if c.threadSuffix || strings.IndexByte("ZzpPgGQv", kind) < 0 {
		return "E01"
	}
	return "E." + strings.ReplaceAll(err.Error(), "\n", "; ")
}

// answer is the reply to a packet.
func (c *client) answer(p string) (string, error) {
	if p == "" {
		return unsupported, nil
	}
	args := p[1:]
	if done, err := c.delvePacket(p); err != nil {
		return "", err
	} else if done {
		return "", errSilent
	}
	c.shown(p)
	if c.Disable.packet(p) {
		return unsupported, nil
	}
	switch p[0] {
	case '?':
		return c.status()
	case '!':
		return "OK", nil
	case 'q':
		return c.query(args)
	case 'Q':
		return c.set(args)
	case 'v':
		return c.verb(p)
	case 'j':
		return c.json(p)
	case 'D', 'k':
		return c.leave(p)
	case 'H', 'T':
		return c.choose(p)
	case 'R':
		return c.restart()
	case 'A':
		return c.launchList(args)
	}
	if c.p == nil {
		if strings.IndexByte("gGpPmMxXzZcCsS", p[0]) >= 0 {
			return "", errNoProcess
		}
		return unsupported, nil
	}
	if r, answered, err := c.forOther(p); answered {
		return r, err
	}
	switch p[0] {
	case 'c', 'C', 's', 'S':
		return c.oldResume(p)
	case 'Z', 'z':
		return c.point(p)
	case 'm':
		return c.readHex(args)
	case 'x':
		return c.readBinary(args)
	case 'M':
		return done(c.write(args, false))
	case 'X':
		return done(c.write(args, true))
	case 'g', 'G', 'p', 'P':
		return c.register(p)
	case '_':
		return c.allocate(args)
	}
	return unsupported, nil
}

func done(err error) (string, error) { return "OK", err }

// register answers g, G, p and P.
func (c *client) register(p string) (string, error) {
	tid := c.generalThread()
	args := p[1:]
	if body, suffix, ok := strings.Cut(args, ";thread:"); ok {
		id, ok := parseThread(strings.TrimSuffix(suffix, ";"))
		if !ok {
			return "", errSyntax
		}
		args, tid = body, id.TID
	}
	switch p[0] {
	case 'g':
		return c.readAll(tid)
	case 'p':
		n, ok := number(args)
		if !ok {
			return "", errSyntax
		}
		return c.readOne(tid, n)
	}
	name, value := "", args
	if p[0] == 'P' {
		name, value, _ = strings.Cut(args, "=")
	}
	data, err := hex.DecodeString(value)
	if err != nil {
		return "", errSyntax
	}
	if p[0] == 'G' {
		return done(c.writeAll(tid, data))
	}
	n, ok := number(name)
	if !ok {
		return "", errSyntax
	}
	return done(c.writeOne(tid, n, data))
}

// generalThread is the thread that packets refer to (Hg).
func (c *client) generalThread() int {
	if c.general > 0 {
		return c.general
	}
	return c.p.engine.Thread()
}

// choose answers H (which thread packets refer to) and T (whether a thread
// exists).
func (c *client) choose(p string) (string, error) {
	args := p[1:]
	if p[0] == 'H' {
		if len(args) < 1 {
			return "", errSyntax
		}
		args = args[1:]
	}
	id, ok := parseThread(args)
	if !ok {
		return "", errSyntax
	}
	c.choosePID(id.PID)
	elsewhere := c.left[id.PID] && !c.keepsFormer(id.PID)
	if id.TID > 0 && !c.alive(id.TID) && (p[0] == 'T' || !elsewhere) {
		return "", errors.New("no such thread")
	}
	if p[0] == 'H' {
		switch p[1] {
		case 'g':
			if id.TID <= 0 && c.p != nil && id.PID > 0 && id.PID == c.p.engine.Undecided() {
				id.TID = id.PID
			}
			c.general, c.elsewhere = id.TID, elsewhere
		case 'c':
			c.resuming = id.TID
		}
	}
	return "OK", nil
}

func (c *client) alive(tid int) bool {
	if c.p == nil || tid <= 0 {
		return false
	}
	for _, t := range c.p.target.Threads() {
		if t == tid {
			return true
		}
	}
	return tid == c.p.engine.Undecided() || c.ofFormer(tid)
}

// threadName is a thread's id in the form of the client's packets.
func (c *client) threadName(tid int) string {
	if c.multiprocess {
		pid := c.p.target.PID()
		if tid == c.p.engine.Undecided() {
			pid = tid
		} else if c.ofFormer(tid) {
			pid, _ = c.p.target.Former()
		}
		return "p" + hexAddr(table.Addr(pid)) + "." + hexAddr(table.Addr(tid))
	}
	return hexAddr(table.Addr(tid))
}

// hexAddr is a number in hexadecimal, without a prefix.
func hexAddr(a table.Addr) string { return strconv.FormatUint(uint64(a), 16) }
