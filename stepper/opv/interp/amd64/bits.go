package amd64

import (
	"math/bits"

	"rseqstep/stepper/opv/interp"
	"rseqstep/table"
)

// bitTest executes bt, bts, btr and btc (what 0 to 3). A bit number in a
// register changes the address of a memory operand. CF is the bit; ZF stays;
// OF, SF, AF and PF are undefined and kept.
func (m *interpreter) bitTest(i *inst, what byte, bit uint64, moves bool) error {
	size := i.wide()
	width := 8 * uint64(size)
	at := m.address(i)
	if i.inMemory() && moves {
		at += table.Addr(int64(interp.Extend(bit, size)) >> bits.TrailingZeros64(width) * int64(size))
	}
	mask := uint64(1) << (bit % width)
	var v uint64
	var err error
	if i.inMemory() {
		v, err = m.Load(at, size)
	} else {
		v = m.reg(i.rm(), size, false)
	}
	if err != nil {
		return err
	}
	m.newFlags()
	m.set(flagCF, when(v&mask != 0, flagCF))
	switch what {
	case 0:
		return nil
	case 1:
		v |= mask
	case 2:
		v &^= mask
	case 3:
		v ^= mask
	}
	if i.inMemory() {
		return m.Store(at, size, v)
	}
	m.putReg(i, i.rm(), size, v)
	return nil
}

// scan executes bsf, bsr, tzcnt, lzcnt and popcnt. bsf and bsr of 0 leave the
// register unchanged, as every processor does and AMD documents. Flags that are
// undefined are kept: all but ZF after bsf and bsr, all but ZF and CF after
// tzcnt and lzcnt.
func (m *interpreter) scan(i *inst) error {
	size := i.wide()
	v, err := m.get(i, size)
	if err != nil {
		return err
	}
	width := 8 * size
	m.newFlags()
	var n int
	switch {
	case i.op == 0xb8:
		n = bits.OnesCount64(v)
		m.set(arithmeticFlags, when(v == 0, flagZF))
	case i.repeat == 0xf3:
		n = min(bits.TrailingZeros64(v), width)
		if i.op == 0xbd {
			n = width - bits.Len64(v)
		}
		m.set(flagCF|flagZF, when(v == 0, flagCF)|when(n == 0, flagZF))
	default:
		m.set(flagZF, when(v == 0, flagZF))
		if v == 0 {
			return nil
		}
		n = bits.TrailingZeros64(v)
		if i.op == 0xbd {
			n = bits.Len64(v) - 1
		}
	}
	m.putReg(i, i.reg(), size, uint64(n))
	return nil
}
