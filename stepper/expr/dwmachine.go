package expr

import (
	"debug/dwarf"
	"errors"

	"rseqstep/table"
)

// found is where a DWARF expression says an object is, or what it is.
type found struct {
	kind   foundKind
	addr   table.Addr // inMemory
	reg    int        // inRegister: DWARF's number
	val    uint64     // isValue
	typ    *Type      // isValue: of a typed stack entry, else nil
	bytes  []byte     // isBytes
	die    dwarf.Offset
	off    int64   // pointsTo: bytes into the object of die
	pieces []found // inPieces
	bits   int     // of a piece: its size; bitOff is where in its place it begins
	bitOff int
}

type foundKind int

const (
	nowhere    foundKind = iota // optimized out
	inMemory                    // addr
	inRegister                  // reg
	isValue                     // val
	isBytes                     // bytes
	pointsTo                    // an implicit pointer to the variable of die
	inPieces                    // pieces
)

// errOptimizedOut is a value the compiler left no way to know.
var errOptimizedOut = errors.New("value has been optimized out")

// entry is one entry of a DWARF expression's stack. typ is nil for the
// generic type: an integer as wide as an address.
type stackEntry struct {
	v   uint64
	typ *Type
}

// machine evaluates DWARF expressions (DWARF 5, section 2.5 and 2.6) in a
// frame. Delve's pkg/dwarf/op panics on a division by zero and on an empty
// stack, and knows neither typed entries, nor entry values, nor which piece
// is missing.
type machine struct {
	ctx    *Context
	frame  *frame // nil for a global, asked for without a frame
	info   *Info
	unit   dwarf.Offset // a DIE of the unit the expression stands in
	object *table.Addr  // the object that DW_OP_push_object_address means
	fuel   int          // operations left: expressions may loop
	depth  int          // of DW_OP_call-like nesting
	stack  []stackEntry
	r      reader
}

// maxOperations bounds an expression with a loop in it. GCC's longest for a
// variable are some hundred operations.
const maxOperations = 100000

// run evaluates expr. initial is put on the stack first.
func (m *machine) run(expr []byte, initial ...uint64) (found, error) {
	if len(expr) == 0 {
		return found{}, nil
	}
	if m.depth++; m.depth > 16 {
		return found{}, sentence("DWARF expression nests without end")
	}
	defer func() { m.depth-- }()
	m.stack, m.r = nil, reader{p: expr}
	for _, v := range initial {
		m.push(v)
	}
	m.fuel = maxOperations
	var pieces []found
	var last found // a terminal location not yet closed by a piece
	closed := true // last has been taken by a piece, or nothing came yet
	for m.r.left() > 0 && !m.r.bad {
		if m.fuel--; m.fuel < 0 {
			return found{}, sentence("DWARF expression does not end")
		}
		op := m.r.bytes(1)[0]
		switch op {
		case opPiece, opBitPiece:
			bits, off := m.r.uleb(), uint64(0)
			if op == opPiece {
				bits *= 8
			} else {
				off = m.r.uleb()
			}
			if bits > 1<<24 || off > 1<<24 {
				return found{}, sentence("DWARF piece of %d bits", bits)
			}
			if closed && len(m.stack) > 0 {
				last = found{kind: inMemory, addr: table.Addr(m.stack[len(m.stack)-1].v)}
			}
			last.bits, last.bitOff = int(bits), int(off)
			pieces = append(pieces, last)
			last, closed, m.stack = found{}, true, nil
			continue
		}
		if !closed && op != opGNUUninit && op != opNop {
			return found{}, sentence("DWARF operation %#x after a location's end", op)
		}
		end, isEnd, err := m.terminal(op)
		if err == nil && !isEnd {
			err = m.operation(op)
		}
		if err != nil {
			return found{}, err
		}
		if isEnd {
			last, closed = end, false
		}
	}
	switch {
	case m.r.bad:
		return found{}, sentence("DWARF expression ends in the middle of an operation")
	case pieces != nil:
		return found{kind: inPieces, pieces: pieces}, nil
	case !closed:
		return last, nil
	case len(m.stack) == 0:
		return found{}, sentence("DWARF expression leaves no value")
	}
	top := m.stack[len(m.stack)-1]
	return found{kind: inMemory, addr: table.Addr(top.v)}, nil
}

// terminal evaluates the operations that end a location description.
func (m *machine) terminal(op byte) (f found, ok bool, err error) {
	switch {
	case op >= opReg0 && op <= opReg31:
		return found{kind: inRegister, reg: int(op - opReg0)}, true, nil
	case op == opRegx:
		return found{kind: inRegister, reg: int(m.r.uleb())}, true, nil
	case op == opImplicitValue:
		return found{kind: isBytes, bytes: m.r.bytes(m.r.uleb())}, true, nil
	case op == opStackValue:
		top, err := m.pop()
		return found{kind: isValue, val: top.v, typ: top.typ}, true, err
	case op == opImplicitPointer || op == opGNUImplicitPtr:
		die := m.die()
		return found{kind: pointsTo, die: die, off: m.r.sleb()}, true, nil
	}
	return found{}, false, nil
}

// die reads an offset into .debug_info that does not count from the unit.
func (m *machine) die() dwarf.Offset {
	u, ok := m.info.mod.UnitOf(m.unit)
	switch {
	case !ok:
		return dwarf.Offset(m.r.fixed(4))
	case u.Dwarf64:
		return u.Base + dwarf.Offset(m.r.fixed(8))
	}
	return u.Base + dwarf.Offset(m.r.fixed(4))
}

func (m *machine) push(v uint64) { m.stack = append(m.stack, stackEntry{v: v}) }

var errUnderflow = sentence("DWARF expression takes from an empty stack")

func (m *machine) pop() (stackEntry, error) {
	n := len(m.stack)
	if n == 0 {
		return stackEntry{}, errUnderflow
	}
	e := m.stack[n-1]
	m.stack = m.stack[:n-1]
	return e, nil
}
