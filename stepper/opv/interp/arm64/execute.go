package arm64

import (
	"math/bits"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/opv/interp"
)

// execute executes one instruction.
func (m *interpreter) execute(o *operation, u *machine.Insn) error {
	size := o.width
	a, b := m.reg(o.rn, size), m.reg(o.rm, size)
	switch o.kind {
	case nothing:
	case clearExclusive:
		m.monitor.size = 0
	case jump:
		m.W[arm64.PC] = uint64(u.Target)
	case jumpIf:
		taken, known := u.Taken(&m.Regs)
		if !known {
			return refused(u)
		}
		if taken {
			m.W[arm64.PC] = uint64(u.Target)
		}
	case constant:
		m.set(o.rd, size, o.imm)
	case insert:
		m.set(o.rd, size, m.reg(o.rd, size)&^(0xffff<<o.by)|o.imm<<o.by)
	case add, sub:
		return m.sum(o, a)
	case and, or, xor:
		m.logic(o, a)
	case addCarry, subCarry:
		if o.kind == subCarry {
			b = interp.Cut(^b, size)
		}
		v, f := addition(a, b, m.W[arm64.PSTATE]&flagC>>29, size)
		if m.set(o.rd, size, v); o.flags {
			m.setNZCV(f)
		}
	case choose:
		m.choose(o, a, b)
	case compareIf:
		return m.compareIf(o, a)
	case readRegister:
		m.set(o.rd, 8, m.W[arm64.TPIDR])
	case readFlags:
		m.set(o.rd, 8, m.W[arm64.PSTATE]&nzcv)
	case setFlags:
		m.setNZCV(m.W[o.rn])
	case load, store, loadExclusive, storeExclusive, atomic, swapIf:
		return m.access(o, u)
	case vectorMove, vectorLogic, vectorFill:
		m.vector(o)
	default:
		return m.compute(o, u, a, b)
	}
	return nil
}

// compute executes an instruction whose result depends on registers only and that sets no flags.
func (m *interpreter) compute(o *operation, u *machine.Insn, a, b uint64) error {
	size, width := o.width, uint(8*o.width)
	var v uint64
	held := interp.FieldNone
	switch o.kind {
	case bitfield:
		v = m.bitfield(o, a)
		if o.how == 2 && o.by == 0 && o.to == 31 { // uxtw
			held = m.holds[o.rn]
		}
	case extract:
		v = b>>o.by | a<<(width-o.by)
	case mulAdd, mulSub:
		if o.size == 4 { // of two halves
			if a, b = uint64(uint32(a)), uint64(uint32(b)); o.how == 0 {
				a, b = interp.Extend(a, 4), interp.Extend(b, 4)
			}
		}
		if v = a * b; o.kind == mulSub {
			v = -v
		}
		v += m.reg(o.ra, size)
	case mulHigh:
		v, _ = bits.Mul64(a, b)
		if o.how == 0 {
			v -= when(negative(a, 8), b) + when(negative(b, 8), a)
		}
	case divide:
		v = quotient(a, b, size, o.how == 1)
	case shiftBy:
		v = shifted(a, o.second.shift, uint(b)%width, size)
	case reverse:
		v = reversed(a, o.to, size)
	case countLeading:
		above := 64 - 8*size
		if o.how == 1 { // cls: the bits after the first that are the same
			a = (a ^ a>>1) & ones(width-1)
			above++
		}
		v = uint64(bits.LeadingZeros64(a) - above)
	default:
		return refused(u)
	}
	m.set(o.rd, size, v)
	m.keeps(o.rd, held)
	return nil
}

// value is the second operand.
func (m *interpreter) value(o *operation) uint64 {
	size := o.width
	s := &o.second
	v := m.reg(s.reg, size)
	switch {
	case s.constant:
		return s.imm
	case s.extended:
		v = interp.Cut(m.W[s.reg], 1<<(s.extend&3))
		if s.extend&4 != 0 {
			v = interp.Extend(v, 1<<(s.extend&3))
		}
		v <<= s.by
	default:
		v = shifted(v, s.shift, s.by, size)
	}
	if s.invert {
		v = ^v
	}
	return interp.Cut(v, size)
}

// shifted is a number of size bytes shifted by less than its width.
func shifted(v uint64, s shift, by uint, size int) uint64 {
	switch s {
	case shiftLeft:
		v <<= by
	case shiftRight:
		v >>= by
	case shiftSigned:
		v = uint64(int64(interp.Extend(v, size)) >> by)
	case shiftRotate:
		v = v>>by | v<<(uint(8*size)-by)
	}
	return interp.Cut(v, size)
}

// addition is a + b + carry, and its flags.
func addition(a, b, carry uint64, size int) (v, flags uint64) {
	full, over := bits.Add64(a, b, carry)
	v = interp.Cut(full, size)
	return v, signs(v, size) | when(over != 0 || full != v, flagC) | when(negative((a^v)&(b^v), size), flagV)
}

// sum executes add and sub, of which a compare may name the place to run on.
func (m *interpreter) sum(o *operation, a uint64) error {
	b := m.value(o)
	f, g := m.holds[o.rn], interp.FieldNone
	if s := &o.second; !s.constant && s.by == 0 && (!s.extended || s.extend&3 >= 2) {
		g = m.holds[s.reg]
	}
	v, flags := m.addOrSub(o.kind == sub, a, b, o.width)
	m.set(o.rd, o.width, v)
	if !o.flags {
		return nil
	}
	m.setNZCV(flags)
	if o.kind == sub && o.rd == machine.NoReg {
		return m.Compared(f, g, a, b)
	}
	return nil
}

func (m *interpreter) addOrSub(subtracts bool, a, b uint64, size int) (v, flags uint64) {
	if subtracts {
		return addition(a, interp.Cut(^b, size), 1, size)
	}
	return addition(a, b, 0, size)
}

// logic executes and, orr and eor.
func (m *interpreter) logic(o *operation, a uint64) {
	b := m.value(o)
	held := interp.FieldNone
	v := a ^ b
	switch o.kind {
	case and:
		v = a & b
	case or:
		v = a | b
		if s := &o.second; o.rn == machine.NoReg && s.by == 0 && !s.invert && !s.constant { // mov
			held = m.holds[s.reg]
		}
	}
	m.set(o.rd, o.width, v)
	m.keeps(o.rd, held)
	if o.flags {
		m.setNZCV(signs(v, o.width))
	}
}

// choose executes csel, csinc, csinv and csneg.
func (m *interpreter) choose(o *operation, a, b uint64) {
	v, held := a, m.holds[o.rn]
	if !arm64.Holds(o.cond, m.W[arm64.PSTATE]) {
		if v, held = b, m.holds[o.rm]; o.how != 0 {
			held = interp.FieldNone
		}
		switch o.how {
		case 1:
			v++
		case 2:
			v = ^v
		case 3:
			v = -v
		}
	}
	m.set(o.rd, o.width, v)
	m.keeps(o.rd, held)
}

// compareIf executes ccmp and ccmn.
func (m *interpreter) compareIf(o *operation, a uint64) error {
	if !arm64.Holds(o.cond, m.W[arm64.PSTATE]) {
		m.setNZCV(o.imm << 28)
		return nil
	}
	b := m.value(o)
	_, flags := m.addOrSub(o.how == 1, a, b, o.width)
	m.setNZCV(flags)
	if o.how == 1 {
		return m.Compared(m.holds[o.rn], m.holds[o.second.reg], a, b)
	}
	return nil
}

// bitfield executes sbfm, bfm and ubfm: to bits from by on, to the bottom; or the low bits of the
// source to the left (Arm ARM, C6.2, BFM).
func (m *interpreter) bitfield(o *operation, a uint64) uint64 {
	width := uint(8 * o.width)
	var mask, v uint64 // where the bits are in the result, and these bits
	if o.to >= o.by {
		mask = ones(o.to - o.by + 1)
		v = a >> o.by & mask
	} else {
		at := width - o.by
		mask = ones(o.to+1) << at
		v = a << at & mask
	}
	switch top := uint(bits.Len64(mask)); {
	case o.how == 0: // its sign fills what is above
		return uint64(int64(v<<(64-top)) >> (64 - top))
	case o.how == 1:
		return m.reg(o.rd, o.width)&^mask | v
	}
	return v
}

// ones is a number with its low n bits set, 1 to 64.
func ones(n uint) uint64 { return ^uint64(0) >> (64 - n) }

// quotient rounds towards 0; division by 0 gives 0.
func quotient(a, b uint64, size int, signed bool) uint64 {
	switch {
	case b == 0:
		return 0
	case signed:
		a, b = interp.Extend(a, size), interp.Extend(b, size)
		if b == ^uint64(0) {
			return -a
		}
		return uint64(int64(a) / int64(b))
	}
	return a / b
}

// reversed reverses all bits, or the bytes of each group of some.
func reversed(v uint64, group uint, size int) uint64 {
	if group == 0 {
		return bits.Reverse64(v) >> (64 - 8*size)
	}
	r := uint64(0)
	for n := range uint(8) {
		r |= v >> (8 * n) & 0xff << (8 * (n ^ (group - 1)))
	}
	return r
}
