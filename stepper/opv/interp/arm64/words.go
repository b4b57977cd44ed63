package arm64

import (
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/opv/interp"
)

// Speaker implements interp.Set.
func (instructions) Speaker(w *interp.Words) interp.Speaker { return &speaker{w} }

// speaker describes instructions in words.
type speaker struct{ *interp.Words }

// Register implements interp.Speaker.
func (w *speaker) Register(x machine.Reg, size int) string {
	switch {
	case x == arm64.SP && size == 8:
		return "sp"
	case x == arm64.SP:
		return fmt.Sprintf("u%d(sp)", 8*size)
	case size == 8:
		return fmt.Sprintf("x%d", x-arm64.X0)
	case size == 4:
		return fmt.Sprintf("w%d", x-arm64.X0)
	}
	return fmt.Sprintf("u%d(x%d)", 8*size, x-arm64.X0)
}

// Vectors implements interp.Speaker.
func (w *speaker) Vectors() (list []string) {
	for n := range vectors {
		list = append(list, vectorName(n))
	}
	return list
}

// Forget implements interp.Speaker.
func (w *speaker) Forget(u *machine.Insn) {
	usage, known := arm64.Arch().Usage(u)
	if !known {
		usage.Sets = arm64.Arch().General
	}
	for x := arm64.X0; x <= arm64.SP; x++ {
		if usage.Sets.Has(x) || u.Writes.Has(x) {
			w.Lose(x)
		}
	}
	c := wordOf(u)
	written := []uint32{}
	switch {
	case c.bits(27, 25) == 7:
		written = []uint32{c.bits(4, 0)}
	case c.bit(27) == 1 && c.bit(25) == 0 && c.bit(26) == 1: // a load, of up to four
		for n := range uint32(4) {
			written = append(written, (c.bits(4, 0)+n)%vectors)
		}
	case !known:
		for n := range uint32(vectors) {
			written = append(written, n)
		}
	}
	for _, n := range written {
		w.Vecs[n] = vectorName(int(n)) + "'"
	}
}

// read is the low size bytes of a general register.
func (w *speaker) read(x machine.Reg, size int) interp.Value {
	if x == machine.NoReg {
		return interp.Constant(0)
	}
	return w.Regs[x].Narrow(size)
}

func (w *speaker) give(x machine.Reg, size int, v interp.Value) {
	if x != machine.NoReg {
		w.Set(x, v.Narrow(size))
	}
}

// Insn implements interp.Speaker.
func (w *speaker) Insn(u *machine.Insn) bool {
	o := parse(u)
	size := o.width
	a, b := w.read(o.rn, size), w.read(o.rm, size)
	switch o.kind {
	case nothing, clearExclusive:
	case jump:
		w.Goto(u.Target)
	case jumpIf:
		return w.branch(u)
	case constant:
		v := interp.Constant(int64(o.imm))
		v.Address = o.mem.PCRelative
		w.give(o.rd, size, v)
	case insert:
		old := w.read(o.rd, size)
		if !old.Known() {
			return false
		}
		w.give(o.rd, size, interp.Constant(old.Number()&^(0xffff<<o.by)|int64(o.imm<<o.by)))
	case add, sub, and, or, xor:
		return w.arithmetic(&o, a)
	case choose:
		w.choose(&o, a, b)
	case compareIf, setFlags:
		w.Flags = interp.Flags{}
	case readRegister:
		w.give(o.rd, 8, interp.Named("tpidr_el0"))
	case load, store, loadExclusive, storeExclusive, atomic:
		return w.access(&o)
	case vectorMove, vectorLogic, vectorFill:
		return w.vector(&o)
	default:
		v, ok := w.computed(&o, a, b)
		if ok {
			w.give(o.rd, size, v)
		}
		return ok
	}
	return true
}

// computed is the result of an instruction on registers that sets no flags.
func (w *speaker) computed(o *operation, a, b interp.Value) (v interp.Value, ok bool) {
	switch o.kind {
	case bitfield:
		return w.bitfield(o, a)
	case mulAdd, mulSub:
		if o.size == 4 {
			return v, false
		}
		switch v = interp.Named(fmt.Sprintf("(%s*%s)", a.Atom(), b.Atom())); {
		case a.Known():
			v = b.Scaled(a.Number())
		case b.Known():
			v = a.Scaled(b.Number())
		}
		if o.kind == mulSub {
			v = v.Scaled(-1)
		}
		return w.read(o.ra, o.width).Plus(v), true
	case shiftBy:
		if o.second.shift == shiftLeft || o.second.shift == shiftRight {
			return interp.Named(fmt.Sprintf("(%s%s(%s&%d))", a.Atom(), [...]string{"<<", ">>"}[o.second.shift], b.Atom(), 8*o.width-1)), true
		}
	}
	return v, false
}

// bitfield is the result of sbfm and ubfm, as far as it has a simple form.
func (w *speaker) bitfield(o *operation, a interp.Value) (v interp.Value, ok bool) {
	last := uint(8*o.width - 1)
	whole := o.by == 0 && (o.to == 7 || o.to == 15 || o.to == 31)
	switch {
	case o.how == 0 && whole: // sxtb, sxth, sxtw
		return a.Signed(int(o.to+1)/8, o.width), true
	case o.how == 0 && o.to == last: // asr
		return interp.Named(fmt.Sprintf("(%s>>%d)", a.Signed(o.width, 8).Atom(), o.by)), true
	case o.how != 2:
	case whole: // uxtb, uxth, uxtw
		return a.Narrow(int(o.to+1) / 8), true
	case o.to == last && o.by == 0:
		return a, true
	case o.to == last: // lsr
		return interp.Sized(fmt.Sprintf("(%s>>%d)", a.Atom(), o.by), o.width), true
	case o.to+1 == o.by: // lsl
		return a.Scaled(1 << (last - o.to)), true
	case o.to >= o.by: // ubfx
		return interp.Sized(fmt.Sprintf("(%s>>%d&%#x)", a.Atom(), o.by, ones(o.to-o.by+1)), o.width), true
	}
	return v, false
}

// operand is the second operand; ok is false if it has no simple form.
func (w *speaker) operand(o *operation) (v interp.Value, ok bool) {
	s := &o.second
	if s.constant {
		return interp.Constant(int64(s.imm)), true
	}
	v = w.read(s.reg, o.width)
	if s.extended {
		from := 1 << (s.extend & 3)
		if v = w.read(s.reg, min(from, o.width)); s.extend&4 != 0 && from < o.width {
			v = v.Signed(from, o.width)
		}
	}
	switch {
	case s.by == 0:
	case s.shift == shiftLeft:
		v = v.Scaled(1 << s.by)
	case s.shift == shiftRight:
		v = interp.Sized(fmt.Sprintf("(%s>>%d)", v.Atom(), s.by), o.width)
	default:
		return v, false
	}
	if v = v.Narrow(o.width); s.invert {
		if v.Known() {
			return interp.Constant(^v.Number()).Narrow(o.width), true
		}
		v = interp.Named("~" + v.Atom()).Narrow(o.width)
	}
	return v, true
}

// arithmetic describes add, sub and the logical operations.
func (w *speaker) arithmetic(o *operation, a interp.Value) bool {
	b, ok := w.operand(o)
	if !ok {
		return false
	}
	flags := interp.Flags{Kind: "value", Size: o.width}
	var v interp.Value
	switch o.kind {
	case add:
		v = a.Plus(b)
	case sub:
		v = a.Plus(b.Scaled(-1))
		flags = interp.Flags{Kind: "cmp", A: a, B: b, Size: o.width}
	case and:
		v = interp.Sized(fmt.Sprintf("(%s&%s)", a.Atom(), b.Atom()), o.width)
		flags = interp.Flags{Kind: "test", A: a, B: b, Size: o.width}
	case or:
		if v = b; o.rn != machine.NoReg { // else mov
			v = interp.Sized(fmt.Sprintf("(%s|%s)", a.Atom(), b.Atom()), o.width)
		}
	case xor:
		if v = interp.Constant(0); !a.Equal(b) {
			v = interp.Sized(fmt.Sprintf("(%s^%s)", a.Atom(), b.Atom()), o.width)
		}
	}
	if o.kind == add {
		flags.A = v.Narrow(o.width)
	}
	if o.flags {
		w.Flags = flags
	}
	w.give(o.rd, o.width, v)
	return true
}

// choose describes csel and the like.
func (w *speaker) choose(o *operation, a, b interp.Value) {
	switch o.how {
	case 1:
		b = b.Plus(interp.Constant(1))
	case 2:
		b = interp.Named("~" + b.Atom())
		if o.rm == machine.NoReg {
			b = interp.Constant(-1)
		}
	case 3:
		b = b.Scaled(-1)
	}
	c := o.cond
	if b = b.Narrow(o.width); o.rn == machine.NoReg { // cset, csetm
		c, a, b = c^1, b, a
	}
	v := interp.Sized(fmt.Sprintf("(%s ? %v : %v)", w.condition(c), a, b), o.width)
	w.give(o.rd, o.width, v)
}
