package remote

import (
	"errors"
	"fmt"
	"strings"

	"rseqstep/stepper"
	"rseqstep/table"
)

// point is a breakpoint or watchpoint as Z packets name it.
type point struct {
	kind   int // 0 software, 1 hardware, 2 write, 3 read, 4 access
	addr   table.Addr
	length uint64
}

// planted is a breakpoint that the Engine has. gdb removes all its breakpoints
// at every stop and inserts them again to resume: so a removed one stays until
// the program really runs without it.
type planted struct {
	numbers []int // the Engine's numbers
	wanted  bool
	used    bool // the program has run with it (over.go)
	inChild bool // between a fork and the choice of a process: the child has it
	conds   []condition
}

// point answers Z and z: TYPE,ADDR,LENGTH[;CONDITIONS].
func (c *client) point(p string) (string, error) {
	head, rest, _ := strings.Cut(p[1:], ";")
	f := strings.Split(head, ",")
	if len(f) != 3 {
		return "", errSyntax
	}
	kind, ok1 := number(f[0])
	addr, ok2 := number(f[1])
	length, ok3 := number(f[2])
	if !ok1 || !ok2 || !ok3 {
		return "", errSyntax
	}
	if kind > 4 || kind == 3 && !c.clientReads() {
		return unsupported, nil
	}
	at := point{kind: int(kind), addr: table.Addr(addr), length: length}
	mark := c.mark()
	if p[0] == 'z' {
		if b := c.p.points[at]; b != nil {
			mark(b, false)
		}
		return "OK", nil
	}
	conds, err := parseConditions(rest)
	if err != nil {
		return "", err
	}
	if b := c.p.points[at]; b != nil {
		b.conds = conds
		mark(b, true)
		return "OK", nil
	}
	b := &planted{conds: conds}
	mark(b, true)
	return done(c.plant(at, b))
}

// clientReads: the client may have watchpoints for loads alone (rwatch). The processor
// has none: a debug register that matches loads matches stores too (Intel SDM volume 3,
// "Debug Control Register (DR7)"). gdb believes a load if it asked for nothing else, and
// if that is refused it asks for both and distinguishes them by the value; lldb shows
// every stop.
func (c *client) clientReads() bool { return c.threadSuffix || c.delve() }

// mark records that a breakpoint is inserted or removed, in the process that
// the client has selected. A forked child has those of its parent.
func (c *client) mark() func(b *planted, there bool) {
	if c.inChild() && !c.vforked() {
		return func(b *planted, there bool) { b.inChild = there }
	}
	return func(b *planted, there bool) { b.wanted = there }
}

// plant adds a new breakpoint to the Engine.
func (c *client) plant(at point, b *planted) error {
	when := func(tid int) (bool, error) { return c.conditionHolds(b.conds, tid) }
	specs := []stepper.BreakpointSpec{{ThisProgram: true, Kind: stepper.BreakpointKind(at.kind), Location: "*" + at.addr.String(), Addrs: []table.Addr{at.addr}, Nameless: true, When: when}}
	if at.kind >= 2 {
		pieces := aligned(at.addr, at.length)
		if len(pieces) == 0 || len(pieces) > 4 {
			return errors.New("not a range that the debug registers can watch")
		}
		specs = nil
		kind := map[int]stepper.BreakpointKind{2: stepper.WatchWrite, 3: stepper.WatchRead, 4: stepper.WatchAccess}[at.kind]
		for _, w := range pieces {
			specs = append(specs, stepper.BreakpointSpec{ThisProgram: true, Kind: kind, Location: "*" + w.addr.String(), Watch: w.addr, WatchLength: int(w.length), EachWrite: true, When: when})
		}
	}
	if err := c.dropUnwanted(); at.kind > 0 && err != nil { // their debug registers may be needed
		return err
	}
	if c.signature(at) {
		specs = nil
	}
	for _, spec := range specs {
		n, err := c.p.engine.AddBreakpoint(spec)
		if err != nil {
			c.notes = append(c.notes, "breakpoint refused: "+err.Error())
			return errors.Join(err, c.unplant(b))
		}
		b.numbers = append(b.numbers, n.Number)
		c.explain(n)
	}
	c.p.points[at] = b
	return nil
}

// signature reports whether a breakpoint of Delve's is on the signature before an abort handler, which no
// thread executes: it need not be there. On arm64 the assembler gives a signature a line, as to an
// instruction, and Delve's next sets a breakpoint on each line of the function.
func (c *client) signature(at point) bool {
	return c.delve() && at.kind < 2 && c.p.engine.Image().SignatureAt(at.addr) != nil
}

// explain tells the user once per place how the debugger keeps a breakpoint
// inside a section safe, and why it moves one inside an exclusive sequence.
func (c *client) explain(b *stepper.Breakpoint) {
	for _, p := range b.Places {
		if p.Asked != 0 && !c.explainedAt[p.Asked] {
			c.explainedAt[p.Asked] = true
			c.notes = append(c.notes, fmt.Sprintf("the breakpoint at %v lies inside an exclusive sequence, whose store fails if a thread stops there; threads stop before the sequence, at the load-exclusive %v", p.Asked, p.Addr))
		}
		if p.Trap == 0 {
			continue
		}
		s := c.p.engine.Image().At(p.Addr)
		if s == nil {
			continue
		}
		about := p.Addr
		if c.delve() {
			about = s.Start // next sets a breakpoint on every line there
		}
		if !c.explainedAt[about] {
			c.explainedAt[about] = true
			c.notes = append(c.notes, fmt.Sprintf("the breakpoint at %v lies inside the critical section %s; it is kept safe by a trap on the arming store %v, from where a thread is taken to it with its rseq registration lifted and the other threads held, so that it still commits",
				p.Addr, c.p.engine.SectionName(s), p.Trap))
		}
	}
}

// aligned splits a range into pieces that debug registers can watch.
func aligned(addr table.Addr, length uint64) []point {
	var out []point
	for length > 0 && len(out) <= 4 {
		n := uint64(8)
		for n > length || uint64(addr)%n != 0 {
			n /= 2
		}
		out = append(out, point{addr: addr, length: n})
		addr, length = addr+table.Addr(n), length-n
	}
	return out
}

func (c *client) unplant(b *planted) (err error) {
	for _, n := range b.numbers {
		err = errors.Join(err, c.p.engine.DeleteBreakpoint(n))
	}
	return err
}

// dropUnwanted removes what the client removed and did not insert again.
func (c *client) dropUnwanted() (err error) {
	for at, b := range c.p.points {
		if !b.wanted {
			delete(c.p.points, at)
			err = errors.Join(err, c.unplant(b))
		}
	}
	return err
}

// pointOf returns the client's point for a breakpoint number of the Engine's.
func (c *client) pointOf(number int) (point, bool) {
	for at, b := range c.p.points {
		for _, n := range b.numbers {
			if n == number {
				return at, true
			}
		}
	}
	return point{}, false
}
