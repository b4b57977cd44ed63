package arm64

import (
	"bytes"

	"rseqstep/stepper/opv/interp"
)

// vector executes moves of vector registers, and bitwise operations.
func (m *interpreter) vector(o *operation) {
	to := o.vecs[0]
	switch o.kind {
	case vectorFill:
		m.setVector(to, bytes.Repeat(interp.Bytes(o.imm, 8), 2)[:o.width])
	case vectorLogic:
		old, a, b := m.Vec[to], m.Vec[o.vecs[1]], m.Vec[o.vecs[2]]
		for n := range a {
			a[n] = bitwise(o.how, old[n], a[n], b[n])
		}
		m.setVector(to, a[:o.width])
	case vectorMove:
		from, general := m.Vec[o.vecs[1]], interp.Bytes(m.W[o.rn], o.size)
		switch o.how {
		case fromGeneral:
			m.setVector(to, general)
		case fromGeneralInto:
			whole := m.Vec[to]
			copy(whole[int(o.to)*o.size:], general)
			m.setVector(to, whole[:vectorSize])
		case fromGeneralAll:
			m.setVector(to, bytes.Repeat(general, o.width/o.size))
		case toGeneral:
			m.set(o.rd, 8, interp.Number(from[int(o.to)*o.size:][:o.size]))
		case fromVector:
			m.setVector(to, from[:o.size])
		}
	}
}

// bitwise is and, bic, orr, orn, eor, bsl, bit or bif, by the bits that encode it.
func bitwise(how uint32, old, a, b byte) byte {
	switch how {
	case 0:
		return a & b
	case 1:
		return a &^ b
	case 2:
		return a | b
	case 3:
		return a | ^b
	case 4:
		return a ^ b
	case 5:
		return b ^ (b^a)&old
	case 6:
		return old ^ (old^a)&b
	default:
		return old ^ (old^a)&^b
	}
}
