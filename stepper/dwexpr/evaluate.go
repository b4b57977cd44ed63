package dwexpr

import "rseqstep/table"

// Place is the context in which an expression is evaluated.
type Place struct {
	Frame Frame
	Unit  Unit   // nil for an expression of call frame information
	Limit *Limit // nil for a new one
}

// Evaluate evaluates an expression with the initial stack. An empty expression with an empty stack
// means that the object is optimized out. The Location is zero if and only if there is an error:
// ErrMalformed, ErrNotSupported or the error of a method of Frame or Unit.
func Evaluate(expr []byte, in Place, initial ...uint64) (Location, error) {
	m := machine{frame: in.Frame, unit: in.Unit, limit: in.Limit, r: Reader{P: expr}}
	if m.limit == nil {
		m.limit = &m.own
	}
	if err := m.limit.Enter(); err != nil {
		return Location{}, err
	}
	defer m.limit.Leave()
	m.stack = m.room[:0]
	for _, v := range initial {
		if err := m.push(v, nil); err != nil {
			return Location{}, err
		}
	}
	return m.run()
}

// Word evaluates an expression of call frame information: it returns the top of the
// stack. An expression that names a register gives the register's contents, as in libgcc
// and gdb.
func Word(expr []byte, in Frame, initial ...uint64) (uint64, error) {
	at, err := Evaluate(expr, Place{Frame: in}, initial...)
	switch {
	case err != nil:
		return 0, err
	case at.Kind == InMemory:
		return uint64(at.Addr), nil
	case at.Kind == InRegister:
		return in.Register(at.Register)
	}
	return 0, malformed("it leaves no address")
}

// machine is one evaluation.
type machine struct {
	frame Frame
	unit  Unit
	limit *Limit
	own   Limit // used if the Place has none
	stack []entry
	r     Reader
	bits  int      // bits of the pieces so far
	room  [8]entry // initial space of the stack
}

// entry is one entry of the stack.
type entry struct {
	v   uint64
	typ *Type
}

// composite is the location decoded so far: its pieces, and the simple location
// after them.
type composite struct {
	pieces []Location
	last   Location // Kind is zero if there is none
}

func (m *machine) run() (Location, error) {
	if len(m.r.P) == 0 && len(m.stack) == 0 {
		return Location{Kind: Nowhere}, nil
	}
	var c composite
	for m.r.Left() > 0 && !m.r.Bad {
		if err := m.limit.spend(1); err != nil {
			return Location{}, err
		}
		if err := m.step(m.r.P[m.r.At], &c); err != nil {
			return Location{}, err
		}
	}
	switch {
	case m.r.Bad:
		return Location{}, malformed("it ends in the middle of an operation")
	case c.pieces != nil:
		return Location{Kind: InPieces, Pieces: c.pieces}, nil
	case c.last.Kind != 0:
		return c.last, nil
	case len(m.stack) == 0:
		return Location{}, malformed("it leaves no value")
	}
	if m.stack[len(m.stack)-1].typ.float() {
		return Location{}, malformed("it leaves floating point as an address")
	}
	return Location{Kind: InMemory, Addr: m.top()}, nil
}

// step executes the operation op at the reader's position.
func (m *machine) step(op byte, c *composite) error {
	m.r.At++
	switch {
	case op == OpPiece || op == OpBitPiece:
		return m.piece(op, c)
	case c.last.Kind != 0 && op != OpGNUUninit && op != OpNop:
		return malformed("operation %#x after a location's end", op)
	}
	if ends, err := m.terminal(op, &c.last); ends {
		return err
	}
	return m.operation(op)
}

// piece closes a part of a composite location: what follows the last one.
func (m *machine) piece(op byte, c *composite) error {
	bits, off := m.r.ULEB(), uint64(0)
	if op == OpBitPiece {
		off = m.r.ULEB()
	} else if bits <= maxBits {
		bits *= 8
	}
	if bits > maxBits || off > maxBits {
		return malformed("a piece of %d bits at bit %d of its place", bits, off)
	}
	if m.bits += int(bits + off); m.bits > maxBits {
		return malformed("pieces of more than %d bits", maxBits)
	}
	p := c.last
	switch {
	case p.Kind != 0:
	case len(m.stack) > 0:
		p = Location{Kind: InMemory, Addr: m.top()}
	default:
		p.Kind = Nowhere
	}
	p.Bits, p.BitOff = int(bits), int(off)
	c.pieces, c.last, m.stack = append(c.pieces, p), Location{}, m.stack[:0]
	return nil
}

// terminal executes the operations that end a simple location.
func (m *machine) terminal(op byte, at *Location) (ends bool, err error) {
	switch {
	case op >= OpReg0 && op <= OpReg31:
		*at = Location{Kind: InRegister, Register: uint64(op - OpReg0)}
	case op == OpRegx:
		*at = Location{Kind: InRegister, Register: m.r.ULEB()}
	case op == OpImplicitValue:
		*at = Location{Kind: IsBytes, Bytes: m.r.Bytes(m.r.ULEB())}
	case op == OpStackValue:
		var e entry
		e, err = m.pop()
		*at = Location{Kind: IsValue, Value: e.v, Type: e.typ}
	case op == OpImplicitPointer || op == OpGNUImplicitPtr:
		var die uint64
		die, err = m.reference()
		*at = Location{Kind: PointsTo, DIE: die, Offset: m.r.SLEB()}
	default:
		return false, nil
	}
	return true, err
}

func (m *machine) push(v uint64, t *Type) error {
	if len(m.stack) >= maxStack {
		return malformed("more than %d entries on its stack", maxStack)
	}
	m.stack = append(m.stack, entry{v, t})
	return nil
}

func (m *machine) pop() (entry, error) {
	n := len(m.stack)
	if n == 0 {
		return entry{}, malformed("it takes from an empty stack")
	}
	e := m.stack[n-1]
	m.stack = m.stack[:n-1]
	return e, nil
}

// top is the address on top of the stack. Precondition: there is one.
func (m *machine) top() table.Addr { return table.Addr(m.stack[len(m.stack)-1].v) }
