package amd64

import (
	"math/bits"

	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/opv/interp"
	"rseqstep/table"
)

// extended executes mov to a register from rm, sign- or zero-extended.
func (m *interpreter) extended(i *inst, from, to int, signed bool) error {
	v, err := m.get(i, from)
	if err != nil {
		return err
	}
	f := m.fieldOf(i, from)
	if signed {
		v = interp.Extend(v, from)
	}
	m.putReg(i, i.reg(), to, v)
	if from >= 4 {
		m.holds[i.reg()] = f
	}
	return nil
}

// stackSize is how many bytes push and pop move: 8, or 2 with prefix 66.
func stackSize(i *inst) int {
	if i.data16 {
		return 2
	}
	return 8
}

func (m *interpreter) push(i *inst, v uint64) error {
	size := stackSize(i)
	if err := m.Store(table.Addr(m.W[amd64.RSP]-uint64(size)), size, v); err != nil {
		return err
	}
	m.W[amd64.RSP] -= uint64(size)
	return nil
}

func (m *interpreter) pop(i *inst) (uint64, error) {
	size := stackSize(i)
	v, err := m.Load(table.Addr(m.W[amd64.RSP]), size)
	if err == nil {
		m.W[amd64.RSP] += uint64(size)
	}
	return v, err
}

func (m *interpreter) exchange(i *inst, size int) error {
	v, err := m.get(i, size)
	if err != nil {
		return err
	}
	reg := m.getReg(i, i.reg(), size)
	if err := m.put(i, size, reg); err != nil {
		return err
	}
	m.putReg(i, i.reg(), size, v)
	return nil
}

// exchangeAdd executes xadd: the sum goes to rm, the old value to the register.
func (m *interpreter) exchangeAdd(i *inst) error {
	size := i.wide()
	if i.op == 0xc0 {
		size = 1
	}
	old, err := m.get(i, size)
	if err != nil {
		return err
	}
	count := m.getReg(i, i.reg(), size)
	m.newFlags()
	v := m.add(old, count, 0, size)
	if !i.inMemory() {
		m.putReg(i, i.reg(), size, old) // first: if both are the same register, it keeps the sum
		return m.putSum(i, size, old, v, count)
	}
	if err := m.putSum(i, size, old, v, count); err != nil { // first: the address may use the register
		return err
	}
	m.Mem.Log[len(m.Mem.Log)-1].UsesOld = true
	m.putReg(i, i.reg(), size, old)
	return nil
}

// compareExchange executes cmpxchg.
func (m *interpreter) compareExchange(i *inst) error {
	size := i.wide()
	if i.op == 0xb0 {
		size = 1
	}
	old, err := m.get(i, size)
	if err != nil {
		return err
	}
	m.newFlags()
	m.sub(m.W[amd64.RAX], old, 0, size)
	if m.flag(flagZF) {
		return m.put(i, size, m.getReg(i, i.reg(), size))
	}
	if i.inMemory() { // it is written either way
		if err := m.put(i, size, old); err != nil {
			return err
		}
	}
	m.putReg(i, 0, size, old)
	return nil
}

// movbe moves with the bytes swapped.
func (m *interpreter) movbe(i *inst) error {
	size := i.wide()
	if i.op == 0xf1 {
		return m.put(i, size, swap(m.getReg(i, i.reg(), size), size))
	}
	v, err := m.get(i, size)
	if err == nil {
		m.putReg(i, i.reg(), size, swap(v, size))
	}
	return err
}

// swap reverses the bytes of a number of size bytes.
func swap(v uint64, size int) uint64 { return bits.ReverseBytes64(v) >> (64 - 8*size) }
