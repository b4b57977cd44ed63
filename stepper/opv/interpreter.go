package opv

import (
	"encoding/binary"
	"errors"
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/table"
)

// ErrTooLong means that a section did not reach an exit within the bound on
// instructions, ErrFault that an instruction would have raised an exception for
// a reason other than its memory operand.
var (
	ErrTooLong = errors.New("the section did not reach an exit within the bound on instructions")
	ErrFault   = errors.New("the processor would have raised an exception")
)

// MaxSteps bounds Run: instructions, counting each round of a repeated string
// instruction. A batch of tcmalloc's has some hundred.
const MaxSteps = 1 << 16

// interpreter interprets one pass.
type interpreter struct {
	State
	mem   *overlay
	body  *machine.Body
	steps int

	pending []int // log entries of additions whose flags are still current

	area  fields
	holds [16]field // the field of the area that each general register contains a copy of
}

// Result describes one pass through a section.
type Result struct {
	State    State      // at the exit
	Exit     table.Addr // the exit address
	Steps    int
	Accesses []Access // memory it read and wrote, in order
	Final    bool     // body.Final was executed, which commits by convention
}

// Run executes a section from its start, with the registers of s, until its PC
// is outside. It writes nothing to mem. Errors wrap ErrUnsupported, ErrFault,
// ErrTooLong, or mem's error for inaccessible memory; the Result then covers
// everything before the failing instruction.
func Run(body *machine.Body, s State, mem machine.Memory) (Result, error) {
	m := newInterpreter(body, s, mem)
	return m.run()
}

func newInterpreter(body *machine.Body, s State, mem machine.Memory) *interpreter {
	s.W[amd64.RIP] = uint64(body.Start)
	return &interpreter{State: s, body: body, mem: &overlay{mem: mem, written: map[table.Addr]byte{}}}
}

func (m *interpreter) run() (Result, error) {
	parsed := map[table.Addr]*inst{}
	final := false
	var err error
	for pc := m.PC(); m.body.Contains(pc); pc = m.PC() {
		i := parsed[pc]
		if i == nil {
			if i, err = m.fetch(pc); err != nil {
				break
			}
			parsed[pc] = i
		}
		if m.steps++; m.steps > MaxSteps {
			err = ErrTooLong
			break
		}
		before := m.State
		m.mem.insn = pc
		m.W[amd64.RIP] = uint64(i.next)
		if err = m.exec(i); err != nil {
			m.State = before
			err = fmt.Errorf("at %v: %w", pc, err)
			break
		}
		final = final || m.body.Final != 0 && pc == m.body.Final
	}
	return Result{State: m.State, Exit: m.PC(), Steps: m.steps, Accesses: m.mem.log, Final: final}, err
}

// fetch finds and parses the instruction at pc, and refuses an instruction that
// leaves a section other than by a jump.
func (m *interpreter) fetch(pc table.Addr) (*inst, error) {
	u := m.body.Insn(pc)
	if u == nil {
		return nil, fmt.Errorf("at %v, inside of an instruction: %w", pc, ErrUnsupported)
	}
	switch u.Kind {
	case machine.Plain, machine.Jump, machine.CondJump:
		return parse(u)
	}
	return nil, fmt.Errorf("at %v, a %v: %w", pc, u.Kind, ErrUnsupported)
}

// load reads a number of 1 to 8 bytes.
func (m *interpreter) load(addr table.Addr, size int) (uint64, error) {
	b, err := m.mem.read(addr, size)
	if err != nil {
		return 0, err
	}
	return number(b), nil
}

func (m *interpreter) store(addr table.Addr, size int, v uint64) error {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], v)
	return m.mem.write(addr, b[:size])
}

// address is the effective address of the memory operand.
func (m *interpreter) address(i *inst) table.Addr { return i.mem.Address(&m.Regs) }

// get reads the operand that ModRM.rm names.
func (m *interpreter) get(i *inst, size int) (uint64, error) {
	if i.inMemory() {
		return m.load(m.address(i), size)
	}
	return m.State.reg(i.rm(), size, i.high(i.rm(), size)), nil
}

// put writes that operand.
func (m *interpreter) put(i *inst, size int, v uint64) error {
	if i.inMemory() {
		return m.store(m.address(i), size, v)
	}
	m.putReg(i, i.rm(), size, v)
	return nil
}

// getReg and putReg read and write a general register as an operand.
func (m *interpreter) getReg(i *inst, n byte, size int) uint64 {
	return m.State.reg(n, size, i.high(n, size))
}

func (m *interpreter) putReg(i *inst, n byte, size int, v uint64) {
	high := i.high(n, size)
	m.setReg(n, size, high, v)
	if high {
		n -= 4
	}
	m.holds[n] = fieldNone
}

// usesFlags records that the values of the flags are used.
func (m *interpreter) usesFlags() {
	for _, n := range m.pending {
		m.mem.log[n].UsesOld = true
	}
}

// newFlags records that an instruction is about to overwrite all flags.
func (m *interpreter) newFlags() { m.pending = m.pending[:0] }

// number reads up to 8 bytes, little-endian.
func number(b []byte) uint64 {
	var w [8]byte
	copy(w[:], b)
	return binary.LittleEndian.Uint64(w[:])
}
