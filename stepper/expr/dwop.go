package expr

import (
	"debug/dwarf"

	"rseqstep/table"
)

// operation evaluates one operation that is not the end of a location.
func (m *machine) operation(op byte) error {
	switch {
	case op >= opLit0 && op <= opLit31:
		m.push(uint64(op - opLit0))
		return nil
	case op >= opBreg0 && op <= opBreg31:
		return m.pushRegister(int(op-opBreg0), m.r.sleb())
	}
	switch op {
	case opNop, opGNUUninit:
	case opAddr:
		m.push(uint64(m.info.addr(m.r.fixed(8))))
	case opAddrx, opGNUAddrIndex:
		a, err := m.info.addrx(m.unit, m.r.uleb())
		m.push(uint64(m.info.addr(a)))
		return err
	case opConstx, opGNUConstIndex:
		a, err := m.info.addrx(m.unit, m.r.uleb())
		m.push(a)
		return err
	case opConst1u:
		m.push(m.r.fixed(1))
	case opConst1s:
		m.push(uint64(int64(int8(m.r.fixed(1)))))
	case opConst2u:
		m.push(m.r.fixed(2))
	case opConst2s:
		m.push(uint64(int64(int16(m.r.fixed(2)))))
	case opConst4u:
		m.push(m.r.fixed(4))
	case opConst4s:
		m.push(uint64(int64(int32(m.r.fixed(4)))))
	case opConst8u, opConst8s:
		m.push(m.r.fixed(8))
	case opConstu:
		m.push(m.r.uleb())
	case opConsts:
		m.push(uint64(m.r.sleb()))
	case opBregx:
		reg := m.r.uleb()
		return m.pushRegister(int(reg), m.r.sleb())
	case opFbreg:
		base, err := m.frame.base()
		m.push(uint64(base) + uint64(m.r.sleb()))
		return err
	case opCallFrameCFA:
		if m.frame == nil {
			return errNoFrame
		}
		m.push(uint64(m.frame.CFA))
	case opPushObject:
		if m.object == nil {
			return sentence("DWARF expression needs an object's address")
		}
		m.push(uint64(*m.object))
	case opFormTLSAddress, opGNUPushTLS:
		return m.unary(func(v uint64) (uint64, error) {
			a, err := m.ctx.tls(m.info, v)
			return uint64(a), err
		})
	case opEntryValue, opGNUEntryValue:
		return m.entryValue(m.r.bytes(m.r.uleb()))
	case opGNUParameterRef:
		return m.parameterRef(dwarf.Offset(m.r.fixed(4)))
	case opGNUVariableValue:
		return m.variableValue(m.die())
	case opConstType, opGNUConstType, opRegvalType, opGNURegvalType, opDerefType, opGNUDerefType,
		opConvert, opGNUConvert, opReinterpret, opGNUReinterpret:
		return m.typed(op)
	case opDeref:
		return m.deref(8)
	case opDerefSize:
		return m.deref(m.r.fixed(1))
	case opBra, opSkip:
		return m.jump(op)
	case opDup, opDrop, opOver, opPick, opSwap, opRot:
		return m.shuffle(op)
	default:
		return m.arithmetic(op)
	}
	return nil
}

func (m *machine) pushRegister(reg int, off int64) error {
	if m.frame == nil {
		return errNoFrame
	}
	v, err := m.frame.dwarfRegister(reg)
	if err != nil {
		return err
	}
	m.push(v + uint64(off))
	return nil
}

func (m *machine) unary(f func(uint64) (uint64, error)) error {
	top, err := m.pop()
	if err != nil {
		return err
	}
	v, err := f(top.v)
	m.stack = append(m.stack, stackEntry{v, top.typ})
	return err
}

func (m *machine) deref(size uint64) error {
	if size == 0 || size > 8 {
		return sentence("DWARF expression reads %d bytes", size)
	}
	top, err := m.pop()
	if err != nil {
		return err
	}
	b := make([]byte, size)
	if err := m.ctx.read(table.Addr(top.v), b); err != nil {
		return err
	}
	r := reader{p: b}
	m.push(r.fixed(size))
	return nil
}

func (m *machine) jump(op byte) error {
	to := int(int16(m.r.fixed(2)))
	if op == opBra {
		top, err := m.pop()
		if err != nil || top.v == 0 {
			return err
		}
	}
	if to += m.r.at; to < 0 || to > len(m.r.p) {
		return sentence("DWARF expression jumps out of itself")
	}
	m.r.at = to
	return nil
}

func (m *machine) shuffle(op byte) error {
	n, need := len(m.stack), 1
	pick := 0
	switch op {
	case opOver:
		pick = 1
	case opPick:
		pick = int(m.r.fixed(1))
	case opSwap:
		need = 2
	case opRot:
		need = 3
	}
	if need = max(need, pick+1); n < need {
		return errUnderflow
	}
	s := m.stack
	switch op {
	case opDrop:
		m.stack = s[:n-1]
	case opSwap:
		s[n-1], s[n-2] = s[n-2], s[n-1]
	case opRot:
		s[n-1], s[n-2], s[n-3] = s[n-2], s[n-3], s[n-1]
	default:
		m.stack = append(s, s[n-1-pick])
	}
	return nil
}
