package interp

import (
	"encoding/binary"
	"errors"
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// ErrUnsupported is wrapped by errors about an instruction that the interpreter does not support.
// ErrTooLong means that a section did not reach an exit within the bound on instructions, ErrFault
// that an instruction would have raised an exception for a reason other than its memory operand,
// ErrNoPlan that a section, in this state, cannot be expressed as a vector.
var (
	ErrUnsupported = errors.New("instruction not supported by the interpreter")
	ErrTooLong     = errors.New("the section did not reach an exit within the bound on instructions")
	ErrFault       = errors.New("the processor would have raised an exception")
	ErrNoPlan      = errors.New("no operation vector does what the section does")
)

// MaxSteps bounds a pass: instructions, counting each round of a repeated string instruction. A
// batch of tcmalloc's has some hundred.
const MaxSteps = 1 << 16

// Set is an architecture's instruction set.
type Set interface {
	// Executor executes the instructions of a pass.
	Executor(p *Pass) Executor
	// Speaker describes the instructions of a walk.
	Speaker(w *Words) Speaker
	// LoadVectors fills s.Vec from the area of the other registers (tracee.State.XState);
	// components that the area marks as in their initial state are zero. StoreVectors writes s.Vec
	// into an area. Error: an area of an unknown layout.
	LoadVectors(s *State, area []byte) error
	StoreVectors(s *State, area []byte) error
}

// Executor executes instructions.
type Executor interface {
	// Exec executes one that neither calls, returns nor jumps indirectly. The PC is already that of
	// the next instruction. Errors wrap ErrUnsupported, ErrFault, ErrTooLong, or are memory's.
	Exec(u *machine.Insn) error
}

// Pass interprets one pass through a section.
type Pass struct {
	State
	Mem    *Overlay
	Fields Fields // of the thread's area

	body  *machine.Body
	steps int
}

// Result describes one pass through a section.
type Result struct {
	State    State      // at the exit
	Exit     table.Addr // the exit address
	Steps    int
	Accesses []Access // memory it read and wrote, in order
	Final    bool     // body.Final was executed, which commits by convention
}

// NewPass begins a pass in state s at the section's start.
func NewPass(body *machine.Body, s State, mem *Overlay) *Pass {
	p := &Pass{State: s, body: body, Mem: mem}
	p.setPC(body.Start)
	return p
}

// setPC is the processor going on: it changes no flag, as Regs.SetPC does.
func (p *Pass) setPC(pc table.Addr) { p.W[p.Arch().PC] = uint64(pc) }

// Run executes instructions until the PC is outside of the section. The Result covers everything
// before an instruction that fails.
func (p *Pass) Run(e Executor) (Result, error) {
	final := false
	var err error
	for pc := p.PC(); p.body.Contains(pc); pc = p.PC() {
		var u *machine.Insn
		if u, err = p.fetch(pc); err != nil {
			break
		}
		if err = p.Step(); err != nil {
			break
		}
		before := p.State
		p.Mem.insn = pc
		p.setPC(u.Next())
		if err = e.Exec(u); err != nil {
			p.State = before
			err = fmt.Errorf("at %v: %w", pc, err)
			break
		}
		final = final || p.body.Final != 0 && pc == p.body.Final
	}
	return Result{State: p.State, Exit: p.PC(), Steps: p.steps, Accesses: p.Mem.Log, Final: final}, err
}

// Step counts an instruction, or a round of a repeated one. Error: ErrTooLong.
func (p *Pass) Step() error {
	if p.steps++; p.steps > MaxSteps {
		return ErrTooLong
	}
	return nil
}

// fetch finds the instruction at pc, and refuses an instruction that leaves a section other than by
// a jump.
func (p *Pass) fetch(pc table.Addr) (*machine.Insn, error) {
	u := p.body.Insn(pc)
	if u == nil {
		return nil, fmt.Errorf("at %v, inside of an instruction: %w", pc, ErrUnsupported)
	}
	switch u.Kind {
	case machine.Plain, machine.Jump, machine.CondJump:
		return u, nil
	}
	return nil, fmt.Errorf("at %v, a %v: %w", pc, u.Kind, ErrUnsupported)
}

// Load reads a number of 1 to 8 bytes.
func (p *Pass) Load(addr table.Addr, size int) (uint64, error) {
	b, err := p.Mem.Read(addr, size)
	if err != nil {
		return 0, err
	}
	return Number(b), nil
}

// Store writes one.
func (p *Pass) Store(addr table.Addr, size int, v uint64) error {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], v)
	return p.Mem.Write(addr, b[:size])
}

// Number reads up to 8 bytes, little-endian.
func Number(b []byte) uint64 {
	var w [8]byte
	copy(w[:], b)
	return binary.LittleEndian.Uint64(w[:])
}

// Bytes are the low size bytes of v, little-endian.
func Bytes(v uint64, size int) []byte {
	return binary.LittleEndian.AppendUint64(nil, v)[:size]
}
