package amd64

import (
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/opv/interp"
	"rseqstep/table"
)

// repeated executes movs, stos and lods, with rep all their rounds. A fault in
// the middle fails the whole instruction.
func (m *interpreter) repeated(i *inst) error {
	if i.short || i.op == 0xac || i.op == 0xad {
		if i.short || i.repeat != 0 {
			return i.unsupported()
		}
	}
	rounds := uint64(1)
	if i.repeat != 0 {
		rounds = m.W[amd64.RCX]
	}
	size := i.size()
	by := uint64(size)
	if m.flag(flagDF) {
		by = -by
	}
	for ; rounds > 0; rounds-- {
		if err := m.stringOnce(i, size, by); err != nil {
			return err
		}
		if i.repeat != 0 {
			m.W[amd64.RCX]--
		}
		if err := m.Step(); err != nil {
			return err
		}
	}
	if i.repeat != 0 {
		m.holds[1] = interp.FieldNone
	}
	return nil
}

func (m *interpreter) stringOnce(i *inst, size int, by uint64) error {
	v := m.reg(0, size, false)
	if i.op < 0xaa || i.op >= 0xac { // movs, lods
		var err error
		source := machine.Mem{Base: amd64.RSI, Segment: i.segment, Scale: 1}
		if v, err = m.Load(source.Address(&m.Regs), size); err != nil {
			return err
		}
		m.W[amd64.RSI] += by
		m.holds[6] = interp.FieldNone
	}
	if i.op >= 0xac {
		m.putReg(i, 0, size, v)
		return nil
	}
	if err := m.Store(table.Addr(m.W[amd64.RDI]), size, v); err != nil {
		return err
	}
	m.W[amd64.RDI] += by
	m.holds[7] = interp.FieldNone
	return nil
}
