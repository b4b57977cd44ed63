package arm64

import (
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/opv/interp"
	"rseqstep/table"
)

// access executes a load, store or read-modify-write.
func (m *interpreter) access(o *operation, u *machine.Insn) error {
	at := o.mem.Address(&m.Regs)
	if o.mem.Base == arm64.SP && m.W[arm64.SP]%16 != 0 {
		return fmt.Errorf("the stack pointer %#x is not aligned: %w", m.W[arm64.SP], interp.ErrFault)
	}
	count := max(1, len(o.regs), len(o.vecs))
	if o.kind == swapIf {
		count += int(o.how)
	}
	if whole := table.Addr(count * o.size); o.atomic && at%whole != 0 {
		return fmt.Errorf("%d bytes at %v are not aligned, which only some processors allow: %w", whole, at, interp.ErrUnsupported)
	}
	var err error
	switch o.kind {
	case load:
		err = m.loads(o, at)
	case store:
		err = m.stores(o, at)
	case loadExclusive:
		m.monitor.addr, m.monitor.size = at, count*o.size
		err = m.loads(o, at)
	case storeExclusive:
		return m.storeExclusive(o, u, at, count*o.size)
	case atomic:
		return m.modify(o, at)
	case swapIf:
		return m.swapIf(o, at, count)
	}
	if err == nil && o.base != machine.NoReg {
		by := o.moved
		if o.index != machine.NoReg {
			by = m.W[o.index]
		}
		m.set(o.base, 8, m.W[o.base]+by)
	}
	return err
}

// loads fills the registers from consecutive places.
func (m *interpreter) loads(o *operation, at table.Addr) error {
	b, err := m.Mem.Read(at, max(len(o.regs), len(o.vecs))*o.size)
	if err != nil {
		return err
	}
	for n, x := range o.regs {
		v, size := interp.Number(b[n*o.size:][:o.size]), 8
		if o.signed > 0 {
			v, size = interp.Extend(v, o.size), o.signed
		}
		m.set(x, size, v)
		m.keeps(x, m.FieldAt(at+table.Addr(n*o.size), o.size))
	}
	for n, x := range o.vecs {
		m.setVector(x, b[n*o.size:][:o.size])
	}
	return nil
}

func (m *interpreter) stores(o *operation, at table.Addr) error {
	var b []byte
	for _, x := range o.regs {
		b = append(b, interp.Bytes(m.W[x], o.size)...)
	}
	for _, x := range o.vecs {
		b = append(b, m.Vec[x][:o.size]...)
	}
	return m.Mem.Write(at, b)
}

// storeExclusive stores to what the load-exclusive of this pass has marked: nothing else runs, so
// it succeeds. Without one it depends on the processor.
func (m *interpreter) storeExclusive(o *operation, u *machine.Insn, at table.Addr, size int) error {
	if m.monitor.size != size || m.monitor.addr != at {
		return fmt.Errorf("without a load-exclusive of these bytes: %w", refused(u))
	}
	m.monitor.size = 0
	if err := m.stores(o, at); err != nil {
		return err
	}
	m.set(o.rd, 4, 0)
	return nil
}

// modify executes the read-modify-write instructions of FEAT_LSE.
func (m *interpreter) modify(o *operation, at table.Addr) error {
	old, err := m.Load(at, o.size)
	if err != nil {
		return err
	}
	b := m.reg(o.rn, o.size)
	if o.how == atomicAdd { // one access instead of the read
		m.Mem.Log = m.Mem.Log[:len(m.Mem.Log)-1]
		m.Mem.Add(at, interp.Bytes(old, o.size), interp.Bytes(old+b, o.size), b)
		m.Mem.Log[len(m.Mem.Log)-1].UsesOld = o.rd != machine.NoReg
	} else if err := m.Store(at, o.size, combined(o.how, old, b, o.size)); err != nil {
		return err
	}
	m.set(o.rd, 8, old)
	return nil
}

// combined is what an atomic instruction other than ldadd stores.
func combined(how uint32, old, b uint64, size int) uint64 {
	less := old < b
	if how == atomicMax || how == atomicMin {
		less = int64(interp.Extend(old, size)) < int64(interp.Extend(b, size))
	}
	switch how {
	case atomicClear:
		return old &^ b
	case atomicXor:
		return old ^ b
	case atomicSet:
		return old | b
	case atomicMax, atomicUnsignedMax:
		if less {
			return b
		}
		return old
	case atomicMin, atomicUnsignedMin:
		if less {
			return old
		}
		return b
	}
	return b
}

// swapIf executes cas and casp. If the values differ it writes nothing.
func (m *interpreter) swapIf(o *operation, at table.Addr, count int) error {
	b, err := m.Mem.Read(at, count*o.size)
	if err != nil {
		return err
	}
	same := true
	var stored []byte
	for n := range count {
		old := interp.Number(b[n*o.size:][:o.size])
		same = same && old == m.reg(nth(o.rd, n), o.size)
		stored = append(stored, interp.Bytes(m.W[nth(o.rm, n)], o.size)...)
	}
	if same {
		if err := m.Mem.Write(at, stored); err != nil {
			return err
		}
	}
	for n := range count {
		m.set(nth(o.rd, n), 8, interp.Number(b[n*o.size:][:o.size]))
	}
	return nil
}

// nth is the register n behind x: casp's odd ones, the zero register behind x30.
func nth(x machine.Reg, n int) machine.Reg {
	if x == machine.NoReg || x+machine.Reg(n) == arm64.SP {
		return machine.NoReg
	}
	return x + machine.Reg(n)
}
