// Package amd64 interprets and describes instructions of x86-64 for package opv. It implements what the
// Intel SDM (volume 2) says of each; an instruction that it does not know is not supported, and a flag
// that the SDM calls undefined has the value that the instruction's comment names.
package amd64

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv/interp"
	"rseqstep/table"
)

// Set is amd64's instruction set.
func Set() interp.Set { return instructions{} }

type instructions struct{}

// vectors is the number of vector registers that instructions without EVEX can name.
const vectors = 16

// Executor implements interp.Set.
func (instructions) Executor(p *interp.Pass) interp.Executor {
	return &interpreter{Pass: p, parsed: map[table.Addr]*inst{}}
}

// interpreter interprets one pass.
type interpreter struct {
	*interp.Pass
	parsed map[table.Addr]*inst

	pending []int            // log entries of additions whose flags are still current
	holds   [16]interp.Field // the field of the area that each general register contains a copy of
}

// Exec implements interp.Executor.
func (m *interpreter) Exec(u *machine.Insn) error {
	i := m.parsed[u.Addr]
	if i == nil {
		var err error
		if i, err = parse(u); err != nil {
			return err
		}
		m.parsed[u.Addr] = i
	}
	return m.exec(i)
}

// address is the effective address of the memory operand.
func (m *interpreter) address(i *inst) table.Addr { return i.mem.Address(&m.Regs) }

// get reads the operand that ModRM.rm names.
func (m *interpreter) get(i *inst, size int) (uint64, error) {
	if i.inMemory() {
		return m.Load(m.address(i), size)
	}
	return m.reg(i.rm(), size, i.high(i.rm(), size)), nil
}

// put writes that operand.
func (m *interpreter) put(i *inst, size int, v uint64) error {
	if i.inMemory() {
		return m.Store(m.address(i), size, v)
	}
	m.putReg(i, i.rm(), size, v)
	return nil
}

// getReg and putReg read and write a general register as an operand.
func (m *interpreter) getReg(i *inst, n byte, size int) uint64 {
	return m.reg(n, size, i.high(n, size))
}

func (m *interpreter) putReg(i *inst, n byte, size int, v uint64) {
	high := i.high(n, size)
	m.setReg(n, size, high, v)
	if high {
		n -= 4
	}
	m.holds[n] = interp.FieldNone
}

// usesFlags records that the values of the flags are used.
func (m *interpreter) usesFlags() {
	for _, n := range m.pending {
		m.Mem.Log[n].UsesOld = true
	}
}

// newFlags records that an instruction is about to overwrite all flags.
func (m *interpreter) newFlags() { m.pending = m.pending[:0] }

// fieldOf is the field that an instruction's rm operand is, or contains a copy
// of.
func (m *interpreter) fieldOf(i *inst, size int) interp.Field {
	switch {
	case i.inMemory():
		return m.FieldAt(m.address(i), size)
	case size >= 4:
		return m.holds[i.rm()]
	}
	return interp.FieldNone
}
