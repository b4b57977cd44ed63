package dwexpr

import (
	"cmp"
	"io"

	"rseqstep/table"
)

// operation executes one operation that does not end a location.
func (m *machine) operation(op byte) error {
	switch {
	case op >= OpLit0 && op <= OpLit31:
		return m.push(uint64(op-OpLit0), nil)
	case op >= OpBreg0 && op <= OpBreg31:
		return m.register(uint64(op-OpBreg0), m.r.SLEB())
	}
	switch op {
	case OpNop, OpGNUUninit:
		return nil
	case OpAddr:
		return m.push(uint64(m.frame.Relocate(table.FileAddr(m.r.Fixed(8)))), nil)
	case OpConst1u:
		return m.push(m.r.Fixed(1), nil)
	case OpConst1s:
		return m.push(uint64(int8(m.r.Fixed(1))), nil)
	case OpConst2u:
		return m.push(m.r.Fixed(2), nil)
	case OpConst2s:
		return m.push(uint64(int16(m.r.Fixed(2))), nil)
	case OpConst4u:
		return m.push(m.r.Fixed(4), nil)
	case OpConst4s:
		return m.push(uint64(int32(m.r.Fixed(4))), nil)
	case OpConst8u, OpConst8s:
		return m.push(m.r.Fixed(8), nil)
	case OpConstu:
		return m.push(m.r.ULEB(), nil)
	case OpConsts:
		return m.push(uint64(m.r.SLEB()), nil)
	case OpBregx:
		n := m.r.ULEB()
		return m.register(n, m.r.SLEB())
	case OpDeref:
		return m.deref(8)
	case OpDerefSize:
		return m.deref(m.r.Fixed(1))
	case OpBra, OpSkip:
		return m.jump(op)
	case OpDup, OpDrop, OpOver, OpPick, OpSwap, OpRot:
		return m.shuffle(op)
	case OpAbs, OpNeg, OpNot, OpPlusUconst:
		return m.unary(op)
	case OpConstType, OpGNUConstType, OpRegvalType, OpGNURegvalType, OpDerefType, OpGNUDerefType,
		OpConvert, OpGNUConvert, OpReinterpret, OpGNUReinterpret:
		return m.typed(op)
	case OpFbreg, OpCallFrameCFA, OpPushObject, OpFormTLSAddress, OpGNUPushTLS, OpAddrx, OpGNUAddrIndex, OpConstx, OpGNUConstIndex,
		OpEntryValue, OpGNUEntryValue, OpGNUParameterRef, OpGNUVariableValue:
		return m.ofUnit(op)
	case OpAnd, OpDiv, OpMinus, OpMod, OpMul, OpOr, OpPlus, OpShl, OpShr, OpShra, OpXor, OpEq, OpGe, OpGt, OpLe, OpLt, OpNe:
		return m.binary(op)
	}
	return unsupported("operation %#x", op)
}

func (m *machine) register(n uint64, off int64) error {
	v, err := m.frame.Register(n)
	if err != nil {
		return err
	}
	return m.push(v+uint64(off), nil)
}

func (m *machine) deref(size uint64) error {
	switch {
	case size == 0:
		return malformed("it reads no bytes")
	case size > 8:
		return unsupported("it reads %d bytes", size)
	}
	at, err := m.pop()
	if err != nil {
		return err
	}
	b := make([]byte, size)
	if n, err := m.frame.ReadMemory(table.Addr(at.v), b); n < len(b) {
		return cmp.Or(err, io.ErrUnexpectedEOF)
	}
	r := Reader{P: b}
	return m.push(r.Fixed(size), nil)
}

func (m *machine) jump(op byte) error {
	to := int(int16(m.r.Fixed(2)))
	if op == OpBra {
		if e, err := m.pop(); err != nil || e.v == 0 {
			return err
		}
	}
	if to += m.r.At; to < 0 || to > len(m.r.P) {
		return malformed("it jumps out of itself")
	}
	m.r.At = to
	return nil
}

// shuffle executes the operations that move entries of the stack.
func (m *machine) shuffle(op byte) error {
	n, need, pick := len(m.stack), 1, 0
	switch op {
	case OpOver:
		pick = 1
	case OpPick:
		pick = int(m.r.Fixed(1))
	case OpSwap:
		need = 2
	case OpRot:
		need = 3
	}
	if n < max(need, pick+1) {
		return malformed("it takes from an empty stack")
	}
	s := m.stack
	switch op {
	case OpDrop:
		m.stack = s[:n-1]
	case OpSwap:
		s[n-1], s[n-2] = s[n-2], s[n-1]
	case OpRot:
		s[n-1], s[n-2], s[n-3] = s[n-2], s[n-3], s[n-1]
	default:
		return m.push(s[n-1-pick].v, s[n-1-pick].typ)
	}
	return nil
}
