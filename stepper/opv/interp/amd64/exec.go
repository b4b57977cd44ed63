package amd64

import (
	"rseqstep/stepper/machine/amd64"

	"rseqstep/stepper/opv/interp"
)

// exec executes one instruction. m.Rip is already the next one's address.
func (m *interpreter) exec(i *inst) error {
	switch {
	case i.vex:
		return m.execVEX(i)
	case i.opmap == 0:
		return m.execOne(i)
	case i.opmap == 1:
		return m.execTwo(i)
	case i.opmap == 2 && (i.op == 0xf0 || i.op == 0xf1) && i.repeat == 0 && i.inMemory():
		return m.movbe(i)
	}
	return i.unsupported()
}

// execOne executes the instructions of the one-byte opcode map.
func (m *interpreter) execOne(i *inst) error {
	op, size := i.op, i.size()
	switch {
	case op < 0x40 && op&7 < 6:
		return m.arithmetic(i)
	case op >= 0x50 && op <= 0x57:
		return m.push(i, m.reg(i.opReg(), 8, false))
	case op >= 0x58 && op <= 0x5f:
		v, err := m.pop(i)
		if err == nil {
			m.putReg(i, i.opReg(), stackSize(i), v)
		}
		return err
	case op == 0x63: // movsxd
		return m.extended(i, min(4, i.wide()), i.wide(), true)
	case op == 0x68 || op == 0x6a:
		return m.push(i, i.signed())
	case op == 0x69 || op == 0x6b:
		return m.multiply2(i, i.signed())
	case op >= 0x70 && op <= 0x7f:
		return m.jumpIf(i)
	case op == 0x80 || op == 0x81 || op == 0x83:
		return m.arithmeticImm(i)
	case op == 0x84 || op == 0x85:
		v, err := m.get(i, size)
		m.newFlags()
		m.logic(v&m.getReg(i, i.reg(), size), size)
		return err
	case op == 0x86 || op == 0x87:
		return m.exchange(i, size)
	case op == 0x88 || op == 0x89:
		held := m.holds[i.reg()]
		err := m.put(i, size, m.getReg(i, i.reg(), size))
		if !i.inMemory() && size >= 4 {
			m.holds[i.rm()] = held
		}
		return err
	case op == 0x8a || op == 0x8b:
		return m.extended(i, size, size, false)
	case op == 0x8d && i.inMemory():
		at := i.mem
		at.Segment = 0
		m.putReg(i, i.reg(), i.wide(), uint64(at.Address(&m.Regs)))
		return nil
	case op == 0x8f && i.digit() == 0:
		v, err := m.pop(i) // an address with rsp is computed after rsp has moved
		if err != nil {
			return err
		}
		return m.put(i, stackSize(i), v)
	case op >= 0x90 && op <= 0x97:
		n := i.opReg()
		a, b := m.reg(0, i.wide(), false), m.reg(n, i.wide(), false)
		if n != 0 { // nop and pause, which zero nothing
			m.putReg(i, 0, i.wide(), b)
			m.putReg(i, n, i.wide(), a)
		}
		return nil
	case op == 0x98: // cbw, cwde, cdqe
		m.putReg(i, 0, i.wide(), interp.Extend(m.W[amd64.RAX], i.wide()/2))
		return nil
	case op == 0x99: // cwd, cdq, cqo
		v := uint64(0)
		if sign(m.W[amd64.RAX], i.wide()) {
			v = ^v
		}
		m.putReg(i, 2, i.wide(), v)
		return nil
	case op == 0xa8 || op == 0xa9:
		m.newFlags()
		m.logic(m.W[amd64.RAX]&i.signed(), size)
		return nil
	case op >= 0xb0 && op <= 0xb7:
		m.putReg(i, i.opReg(), 1, i.signed())
		return nil
	case op >= 0xb8 && op <= 0xbf:
		m.putReg(i, i.opReg(), i.wide(), i.signed())
		return nil
	case (op == 0xc6 || op == 0xc7) && i.digit() == 0:
		return m.put(i, size, i.signed())
	}
	return m.execRest(i)
}

// execRest executes the instructions that execOne does not.
func (m *interpreter) execRest(i *inst) error {
	op, size := i.op, i.size()
	switch {
	case op == 0xa4 || op == 0xa5 || op == 0xaa || op == 0xab || op == 0xac || op == 0xad:
		return m.repeated(i)
	case op == 0xc0 || op == 0xc1:
		return m.shift(i, i.count())
	case op == 0xd0 || op == 0xd1:
		return m.shift(i, 1)
	case op == 0xd2 || op == 0xd3:
		return m.shift(i, m.W[amd64.RCX]&0xff)
	case op >= 0xe0 && op <= 0xe3:
		return m.loop(i)
	case op == 0xe9 || op == 0xeb:
		m.W[amd64.RIP] = uint64(i.target)
		return nil
	case op == 0xf5: // cmc
		m.usesFlags()
		m.W[amd64.EFLAGS] ^= flagCF
		return nil
	case op == 0xf8 || op == 0xf9: // clc, stc
		m.set(flagCF, uint64(op&1))
		return nil
	case op == 0xfc || op == 0xfd: // cld, std
		m.set(flagDF, when(op == 0xfd, flagDF))
		return nil
	case op == 0xf6 || op == 0xf7:
		return m.group3(i)
	case (op == 0xfe || op == 0xff) && i.digit() < 2:
		v, err := m.get(i, size)
		if err != nil {
			return err
		}
		down := i.digit() == 1
		count := uint64(1)
		if down {
			count = ^uint64(0)
		}
		return m.putSum(i, size, v, m.step(v, size, down), count)
	case op == 0xff && i.digit() == 6:
		v, err := m.get(i, stackSize(i))
		if err != nil {
			return err
		}
		return m.push(i, v)
	}
	return i.unsupported()
}

// execTwo executes the instructions of the opcode map that begins with 0F.
func (m *interpreter) execTwo(i *inst) error {
	op, size := i.op, i.wide()
	switch {
	case op == 0x0d, op >= 0x18 && op <= 0x1f:
		return nil // prefetches, hints, endbr64, nop with an operand
	case op == 0xae && !i.inMemory() && i.digit() >= 5:
		return nil // fences
	case op >= 0x40 && op <= 0x4f:
		v, err := m.get(i, size) // it is read whatever the condition is
		if err != nil {
			return err
		}
		m.usesFlags()
		if !m.condition(op & 15) {
			v = m.getReg(i, i.reg(), size) // 4 bytes zero the rest even then
		}
		m.putReg(i, i.reg(), size, v)
		return nil
	case op >= 0x80 && op <= 0x8f:
		return m.jumpIf(i)
	case op >= 0x90 && op <= 0x9f:
		m.usesFlags()
		return m.put(i, 1, when(m.condition(op&15), 1))
	case op == 0xa3, op == 0xab, op == 0xb3, op == 0xbb:
		return m.bitTest(i, op>>3&3, m.getReg(i, i.reg(), size), true)
	case op == 0xba && i.digit() >= 4:
		return m.bitTest(i, i.digit()&3, i.count(), false)
	case op == 0xa4, op == 0xac:
		return m.shiftDouble(i, i.count())
	case op == 0xa5, op == 0xad:
		return m.shiftDouble(i, m.W[amd64.RCX]&0xff)
	case op == 0xaf:
		return m.multiply2(i, m.getReg(i, i.reg(), size))
	case op == 0xb0 || op == 0xb1:
		return m.compareExchange(i)
	case op == 0xb6 || op == 0xb7 || op == 0xbe || op == 0xbf:
		return m.extended(i, 1+int(op&1), size, op >= 0xbe)
	case op == 0xb8 && i.pp == 2, op == 0xbc, op == 0xbd:
		return m.scan(i)
	case op == 0xc0 || op == 0xc1:
		return m.exchangeAdd(i)
	case op == 0xc3 && i.inMemory() && i.pp == 0: // movnti
		return m.put(i, size, m.getReg(i, i.reg(), size))
	case op >= 0xc8:
		if op <= 0xcf && !i.data16 { // bswap of 2 bytes is undefined
			m.putReg(i, i.opReg(), size, swap(m.reg(i.opReg(), size, false), size))
			return nil
		}
	}
	return m.execVector(i)
}

func (m *interpreter) jumpIf(i *inst) error {
	m.usesFlags()
	if m.condition(i.op & 15) {
		m.W[amd64.RIP] = uint64(i.target)
	}
	return nil
}

// loop executes loopne, loope, loop and jrcxz; the 32-bit counts of prefix 67
// are not supported.
func (m *interpreter) loop(i *inst) error {
	if i.short {
		return i.unsupported()
	}
	taken := m.W[amd64.RCX] == 0
	if i.op != 0xe3 {
		m.W[amd64.RCX]--
		m.holds[1] = interp.FieldNone
		taken = m.W[amd64.RCX] != 0
		if i.op != 0xe2 {
			m.usesFlags()
			taken = taken && m.flag(flagZF) == (i.op == 0xe1)
		}
	}
	if taken {
		m.W[amd64.RIP] = uint64(i.target)
	}
	return nil
}
