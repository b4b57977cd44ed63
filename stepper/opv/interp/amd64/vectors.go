package amd64

import (
	"fmt"

	"rseqstep/stepper/opv/interp"
	"rseqstep/table"
)

// execVector executes the moves and zeroing instructions of SSE.
func (m *interpreter) execVector(i *inst) error {
	if i.op == 0x57 || i.op == 0xef { // xorps, xorpd, pxor
		if i.op == 0x57 && i.pp > 1 || i.op == 0xef && i.pp != 1 {
			return i.unsupported()
		}
		b, err := m.getVec(i, 16, !i.vex)
		if err != nil {
			return err
		}
		a := m.Vec[i.reg()]
		for n := range b {
			b[n] ^= a[n]
		}
		m.setVec(i, i.reg(), b)
		return nil
	}
	move, ok := vectorMoves(i)
	if !ok {
		return i.unsupported()
	}
	return m.moveVector(i, move)
}

// execVEX executes the supported instructions with a VEX prefix.
func (m *interpreter) execVEX(i *inst) error {
	switch {
	case i.opmap == 2:
		return m.execBMI(i)
	case i.opmap != 1:
		return i.unsupported()
	case i.op == 0x77: // vzeroupper, vzeroall
		for n := range vectors {
			clear(m.Vec[n][16:])
			if i.vlen == 32 {
				clear(m.Vec[n][:])
			}
			m.Cleared |= 1 << n
		}
		return nil
	case i.op == 0x57 && i.pp <= 1, i.op == 0xef && i.pp == 1:
		b, err := m.getVec(i, i.vlen, false)
		if err != nil {
			return err
		}
		a := m.Vec[i.vvvv]
		for n := range b {
			b[n] ^= a[n]
		}
		m.setVec(i, i.reg(), b)
		return nil
	}
	move, ok := vectorMoves(i)
	if !ok {
		return i.unsupported()
	}
	return m.moveVector(i, move)
}

// getVec reads n bytes of the rm operand; aligned operands fault otherwise.
func (m *interpreter) getVec(i *inst, n int, aligned bool) ([]byte, error) {
	if !i.inMemory() {
		b := m.Vec[i.rm()]
		return b[:n], nil
	}
	if err := m.aligned(i, n, aligned); err != nil {
		return nil, err
	}
	return m.Mem.Read(m.address(i), n)
}

func (m *interpreter) aligned(i *inst, n int, must bool) error {
	if at := m.address(i); must && at%table.Addr(n) != 0 {
		return fmt.Errorf("%d bytes at %v are not aligned: %w", n, at, interp.ErrFault)
	}
	return nil
}

// setVec writes the low bytes of a vector register. VEX zeroes the rest, SSE
// leaves it unchanged.
func (m *interpreter) setVec(i *inst, n byte, b []byte) {
	if i.vex {
		clear(m.Vec[n][:])
		m.Cleared |= 1 << n
	}
	copy(m.Vec[n][:], b)
}
