package remote

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"rseqstep/table"
)

// condition is a breakpoint's condition in agent bytecode (gdb manual, "The GDB
// Agent Expression Mechanism").
type condition []byte

// parseConditions reads what follows a Z packet's first semicolon: repeated
// XLENGTH,CODE, with CODE in hexadecimal.
func parseConditions(s string) ([]condition, error) {
	var out []condition
	for s = strings.TrimPrefix(s, ";"); s != ""; s = strings.TrimPrefix(s, ";") {
		size, rest, ok := strings.Cut(strings.TrimPrefix(s, "X"), ",")
		n, ok2 := number(size)
		if s[0] != 'X' || !ok || !ok2 || n > uint64(len(rest))/2 {
			return nil, errSyntax
		}
		code, err := hex.DecodeString(rest[:2*n])
		if err != nil {
			return nil, errSyntax
		}
		out = append(out, code)
		s = rest[2*n:]
	}
	return out, nil
}

// conditionHolds reports whether a breakpoint stops a thread: it has no conditions, or
// one of them is true.
func (c *client) conditionHolds(conds []condition, tid int) (bool, error) {
	if len(conds) == 0 {
		return true, nil
	}
	for _, code := range conds {
		m := bytecode{code: code, client: c, regs: &regfile{engine: c.p.engine, tid: tid}}
		v, err := m.run()
		if err != nil || v != 0 {
			return true, err
		}
	}
	return false, nil
}

// bytecode is the state of running agent bytecode.
type bytecode struct {
	code   []byte
	pc     int
	stack  []uint64
	client *client
	regs   *regfile
}

// Bounds of an expression: instructions executed, and values on the stack.
const (
	maxAgentSteps = 10000
	maxAgentStack = 100
)

var errAgent = errors.New("the condition's bytecode is damaged")

func (m *bytecode) pop() (uint64, error) {
	n := len(m.stack) - 1
	if n < 0 {
		return 0, errAgent
	}
	v := m.stack[n]
	m.stack = m.stack[:n]
	return v, nil
}

func (m *bytecode) push(v uint64) { m.stack = append(m.stack, v) }

// operand reads the size bytes after the opcode, most significant first.
func (m *bytecode) operand(size int) (uint64, error) {
	if m.pc+size > len(m.code) {
		return 0, errAgent
	}
	v := uint64(0)
	for _, b := range m.code[m.pc : m.pc+size] {
		v = v<<8 | uint64(b)
	}
	m.pc += size
	return v, nil
}

// run executes the bytecode and returns the value on top of the stack at its
// end.
func (m *bytecode) run() (uint64, error) {
	for range maxAgentSteps {
		op, err := m.operand(1)
		if err != nil || len(m.stack) > maxAgentStack {
			return 0, errAgent
		}
		if op == opEnd {
			return m.pop()
		}
		if err := m.step(byte(op)); err != nil {
			return 0, err
		}
	}
	return 0, errors.New("the condition takes too long")
}

// Opcodes (gdb, gdbsupport/ax.def).
const (
	opExt     = 0x16
	opRef8    = 0x17
	opRef64   = 0x1a
	opIfGoto  = 0x20
	opGoto    = 0x21
	opConst8  = 0x22
	opConst64 = 0x25
	opReg     = 0x26
	opEnd     = 0x27
	opDup     = 0x28
	opPop     = 0x29
	opZeroExt = 0x2a
	opSwap    = 0x2b
	opPick    = 0x32
	opRot     = 0x33
	opNot     = 0x0e
	opBitNot  = 0x12
)

func (m *bytecode) step(op byte) error {
	switch {
	case op >= opConst8 && op <= opConst64:
		v, err := m.operand(1 << (op - opConst8))
		m.push(v)
		return err
	case op == opReg:
		n, err := m.operand(2)
		if err != nil {
			return err
		}
		return m.register(n)
	case op == opGoto:
		to, err := m.operand(2)
		m.pc = int(to)
		return err
	case op == opPick:
		n, err := m.operand(1)
		if err != nil || int(n) >= len(m.stack) {
			return errAgent
		}
		m.push(m.stack[len(m.stack)-1-int(n)])
		return nil
	case op == opRot:
		n := len(m.stack)
		if n < 3 {
			return errAgent
		}
		s := m.stack[n-3:]
		s[0], s[1], s[2] = s[2], s[0], s[1]
		return nil
	}
	top, err := m.pop()
	if err != nil {
		return err
	}
	switch {
	case op >= opRef8 && op <= opRef64:
		var b [8]byte
		if n, err := m.client.p.engine.Target().ReadMemory(table.Addr(top), b[:1<<(op-opRef8)]); n < 1<<(op-opRef8) {
			return err
		}
		m.push(binary.LittleEndian.Uint64(b[:]))
		return nil
	case op == opIfGoto:
		to, err := m.operand(2)
		if top != 0 {
			m.pc = int(to)
		}
		return err
	case op == opExt || op == opZeroExt:
		n, err := m.operand(1)
		if err != nil || n == 0 {
			return errAgent
		}
		if n < 64 {
			top <<= 64 - n
			if op == opExt {
				top = uint64(int64(top) >> (64 - n))
			} else {
				top >>= 64 - n
			}
		}
		m.push(top)
		return nil
	case op == opNot:
		m.push(truth(top == 0))
		return nil
	case op == opBitNot:
		m.push(^top)
		return nil
	case op == opDup:
		m.push(top)
		m.push(top)
		return nil
	case op == opPop:
		return nil
	}
	under, err := m.pop()
	if err != nil {
		return err
	}
	if op == opSwap {
		m.push(top)
		m.push(under)
		return nil
	}
	v, err := binaryOp(op, under, top)
	m.push(v)
	return err
}

// binaryOp is an operation of two values, b on top of a.
func binaryOp(op byte, a, b uint64) (uint64, error) {
	if op >= 0x05 && op <= 0x08 && b == 0 {
		return 0, errors.New("division by zero in the condition")
	}
	switch op {
	case 0x02:
		return a + b, nil
	case 0x03:
		return a - b, nil
	case 0x04:
		return a * b, nil
	case 0x05:
		return uint64(int64(a) / int64(b)), nil
	case 0x06:
		return a / b, nil
	case 0x07:
		return uint64(int64(a) % int64(b)), nil
	case 0x08:
		return a % b, nil
	case 0x09:
		return a << b, nil
	case 0x0a:
		return uint64(int64(a) >> b), nil
	case 0x0b:
		return a >> b, nil
	case 0x0f:
		return a & b, nil
	case 0x10:
		return a | b, nil
	case 0x11:
		return a ^ b, nil
	case 0x13:
		return truth(a == b), nil
	case 0x14:
		return truth(int64(a) < int64(b)), nil
	case 0x15:
		return truth(a < b), nil
	}
	return 0, fmt.Errorf("the condition has the unknown operation %#x", op)
}

func truth(yes bool) uint64 {
	if yes {
		return 1
	}
	return 0
}

// register pushes a register of at most 8 bytes.
func (m *bytecode) register(n uint64) error {
	regs, err := m.client.registers()
	if err != nil {
		return err
	}
	if n >= uint64(len(regs)) || regs[n].size > 8 {
		return errNoRegister
	}
	p, err := m.regs.read(&regs[n])
	if err != nil {
		return err
	}
	var b [8]byte
	copy(b[:], p)
	m.push(binary.LittleEndian.Uint64(b[:]))
	return nil
}
