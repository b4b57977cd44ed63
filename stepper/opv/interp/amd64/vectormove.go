package amd64

import "rseqstep/stepper/opv/interp"

// vectorMove describes a move between vector registers, memory and general
// registers.
type vectorMove struct {
	size    int  // bytes moved
	store   bool // from ModRM.reg to rm
	aligned bool // memory operands must be aligned
	general bool // rm is a general register or memory
	merge   bool // between registers only the low size bytes change (movss, movsd)
	half    int  // 1, 2: the low or high 8 bytes of the register; the others stay
}

// vectorMoves finds a move by its opcode in map 0F and mandatory prefix.
func vectorMoves(i *inst) (vectorMove, bool) {
	whole := i.vlen
	word := 4
	if i.rex&8 != 0 {
		word = 8
	}
	store := i.op&1 == 1
	switch i.op {
	case 0x10, 0x11:
		switch i.pp {
		case 0, 1: // movups, movupd
			return vectorMove{size: whole, store: store}, true
		case 2: // movss
			return vectorMove{size: 4, store: store, merge: true}, true
		default: // movsd
			return vectorMove{size: 8, store: store, merge: true}, true
		}
	case 0x12, 0x13, 0x16, 0x17: // movlps, movlpd, movhps, movhpd
		if i.pp > 1 || !i.inMemory() || i.vlen != 16 {
			return vectorMove{}, false
		}
		return vectorMove{size: 8, store: store, half: 1 + int(i.op>>2&1)}, true
	case 0x28, 0x29: // movaps, movapd
		return vectorMove{size: whole, store: store, aligned: true}, i.pp <= 1
	case 0x2b: // movntps, movntpd
		return vectorMove{size: whole, store: true, aligned: true}, i.pp <= 1 && i.inMemory()
	case 0x6e: // movd, movq from a general register
		return vectorMove{size: word, general: true}, i.pp == 1 && i.vlen == 16
	case 0x6f: // movdqa, movdqu
		return vectorMove{size: whole, aligned: i.pp == 1}, i.pp == 1 || i.pp == 2
	case 0x7e:
		if i.pp == 2 { // movq
			return vectorMove{size: 8}, i.vlen == 16
		}
		return vectorMove{size: word, store: true, general: true}, i.pp == 1 && i.vlen == 16
	case 0x7f:
		return vectorMove{size: whole, store: true, aligned: i.pp == 1}, i.pp == 1 || i.pp == 2
	case 0xd6: // movq
		return vectorMove{size: 8, store: true}, i.pp == 1 && i.vlen == 16
	case 0xe7: // movntdq
		return vectorMove{size: whole, store: true, aligned: true}, i.pp == 1 && i.inMemory()
	case 0xf0: // lddqu
		return vectorMove{size: whole}, i.pp == 3 && i.inMemory()
	}
	return vectorMove{}, false
}

// moveVector executes one. A move of less than 16 bytes to a register zeroes
// the rest of its 16 bytes, unless it merges.
func (m *interpreter) moveVector(i *inst, v vectorMove) error {
	if v.store {
		return m.storeVector(i, v)
	}
	if v.general && !i.inMemory() {
		b := make([]byte, 16)
		copy(b, interp.Bytes(m.reg(i.rm(), v.size, false), v.size))
		m.setVec(i, i.reg(), b)
		return nil
	}
	b, err := m.getVec(i, v.size, v.aligned)
	if err != nil {
		return err
	}
	base := i.reg() // the source of the bytes that are not moved
	if i.vex {
		base = i.vvvv
	}
	switch {
	case v.half > 0:
		whole := m.Vec[base]
		copy(whole[8*(v.half-1):], b)
		b = whole[:16]
	case v.merge && !i.inMemory():
		whole := m.Vec[base]
		copy(whole[:], b)
		b = whole[:16]
	case v.size < 16:
		b = append(append([]byte(nil), b...), make([]byte, 16-v.size)...)
	}
	m.setVec(i, i.reg(), b)
	return nil
}

func (m *interpreter) storeVector(i *inst, v vectorMove) error {
	from := m.Vec[i.reg()]
	b := from[:v.size]
	if v.half == 2 {
		b = from[8:16]
	}
	switch {
	case i.inMemory():
		if err := m.aligned(i, v.size, v.aligned); err != nil {
			return err
		}
		return m.Mem.Write(m.address(i), b)
	case v.general:
		m.putReg(i, i.rm(), v.size, interp.Number(b))
		return nil
	case v.merge:
		base := i.rm()
		if i.vex {
			base = i.vvvv
		}
		whole := m.Vec[base]
		copy(whole[:], b)
		b = whole[:16]
	case v.size < 16: // movq between registers
		b = append(append([]byte(nil), b...), make([]byte, 16-v.size)...)
	}
	m.setVec(i, i.rm(), b)
	return nil
}
