package amd64

import "rseqstep/stepper/opv/interp"

// execBMI executes andn, sarx, shlx and shrx. The shifts change no flag;
// andn's AF and PF are undefined: AF is cleared, PF is that of the result.
func (m *interpreter) execBMI(i *inst) error {
	size := 4
	if i.rex&8 != 0 {
		size = 8
	}
	if i.vlen != 16 || i.op != 0xf2 && i.op != 0xf7 || i.op == 0xf2 && i.pp != 0 || i.op == 0xf7 && i.pp == 0 {
		return i.unsupported()
	}
	v, err := m.get(i, size)
	if err != nil {
		return err
	}
	by := m.reg(i.vvvv, size, false)
	if i.op == 0xf2 {
		m.newFlags()
		m.putReg(i, i.reg(), size, m.logic(^by&v, size))
		return nil
	}
	by &= uint64(8*size - 1)
	switch i.pp {
	case 1:
		v <<= by
	case 2:
		v = uint64(int64(interp.Extend(v, size)) >> by)
	case 3:
		v >>= by
	}
	m.putReg(i, i.reg(), size, v)
	return nil
}
