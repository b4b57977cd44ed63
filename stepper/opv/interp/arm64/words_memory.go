package arm64

import (
	"fmt"
	"strings"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv/interp"
)

// branch describes a conditional jump.
func (w *speaker) branch(u *machine.Insn) bool {
	c := wordOf(u)
	v := w.read(c.rd(), c.width())
	switch {
	case c.bits(30, 25) == 0b011010: // cbz, cbnz
		zero, not := fmt.Sprintf("%v == 0", v), fmt.Sprintf("%v != 0", v)
		if c.bit(24) == 1 {
			zero, not = not, zero
		}
		w.Branch(u.Target, zero, not)
	case c.bits(30, 25) == 0b011011: // tbz, tbnz
		bit := c.bit(31)<<5 | c.bits(23, 19)
		v = w.read(c.rd(), 8)
		is, not := fmt.Sprintf("bit %d of %v is clear", bit, v), fmt.Sprintf("bit %d of %v is set", bit, v)
		if c.bit(24) == 1 {
			is, not = not, is
		}
		w.Branch(u.Target, is, not)
	case c.bits(31, 24) == 0b01010100 && c.bits(3, 1) == 7: // b.al
		w.Goto(u.Target)
	case c.bits(31, 24) == 0b01010100:
		w.Branch(u.Target, w.condition(c.bits(3, 0)), w.condition(c.bits(3, 0)^1))
	default:
		return false
	}
	return true
}

// condition describes a condition code.
func (w *speaker) condition(code uint32) string {
	if code >= 14 {
		return "always"
	}
	if text := w.Flags.Says([...]interp.Condition{interp.Equal, interp.NotEqual, interp.AboveOrEqual, interp.Below, interp.Negative, interp.NotNegative,
		interp.Overflow, interp.NoOverflow, interp.Above, interp.BelowOrEqual, interp.GreaterOrEqual, interp.Less, interp.Greater, interp.LessOrEqual}[code]); text != "" {
		return text
	}
	return [...]string{"equal", "not equal", "carry", "no carry", "negative", "not negative", "overflow", "no overflow", "carry, not equal", "no carry or equal",
		"not less", "less", "greater", "less or equal"}[code]
}

// access describes a load, a store, or both.
func (w *speaker) access(o *operation) bool {
	if o.kind == atomic {
		return w.modify(o)
	}
	mem := o.mem
	var places []string
	for range max(len(o.regs), len(o.vecs)) {
		places = append(places, w.Memory(&mem, o.size))
		mem.Disp += int64(o.size)
	}
	if o.kind == store || o.kind == storeExclusive {
		w.stores(o, places)
	} else {
		w.loads(o, places)
	}
	if o.kind == storeExclusive {
		w.give(o.rd, 4, interp.Constant(0))
	}
	if o.base != machine.NoReg {
		by := interp.Constant(int64(o.moved))
		if o.index != machine.NoReg {
			by = w.read(o.index, 8)
		}
		w.Set(o.base, w.Regs[o.base].Plus(by))
	}
	return true
}

func (w *speaker) loads(o *operation, places []string) {
	var values []interp.Value // of before any of them is written
	for _, place := range places {
		values = append(values, interp.Sized(place, o.size))
	}
	for n, x := range o.regs {
		v := values[n]
		if o.signed > 0 {
			v = v.Signed(o.size, o.signed)
		}
		w.give(x, 8, v)
	}
	for n, x := range o.vecs {
		w.Vecs[x] = places[n]
	}
}

func (w *speaker) stores(o *operation, places []string) {
	for n, x := range o.regs {
		w.Say("%s = %v", places[n], w.read(x, 8).Stored(o.size))
	}
	for n, x := range o.vecs {
		text := w.Vecs[x]
		if from, _, _ := strings.Cut(strings.TrimSuffix(text, "'"), "@"); o.size < vectorSize && from == vectorName(int(x)) {
			text = fmt.Sprintf("u%d(%s)", 8*o.size, text)
		}
		w.Say("%s = %s", places[n], text)
	}
	for _, place := range places {
		w.Wrote(place)
	}
}

// modify describes the read-modify-write instructions of FEAT_LSE.
func (w *speaker) modify(o *operation) bool {
	sign := map[uint32]string{atomicAdd: "+=", atomicClear: "&=~", atomicXor: "^=", atomicSet: "|=", atomicSwap: "="}[o.how]
	if sign == "" {
		return false
	}
	place, b := w.Memory(&o.mem, o.size), w.read(o.rn, o.size)
	w.Say("%s %s %v", place, sign, b)
	w.give(o.rd, 8, interp.Sized(place, o.size))
	w.Wrote(place)
	return true
}

// vector describes moves and zeroing of vector registers.
func (w *speaker) vector(o *operation) bool {
	to := o.vecs[0]
	switch {
	case o.kind == vectorFill && o.imm == 0, o.kind == vectorLogic && o.how == 4 && o.vecs[1] == o.vecs[2]:
		w.Vecs[to] = "0"
	case o.kind == vectorLogic && o.how == 2 && o.vecs[1] == o.vecs[2] && o.width == vectorSize: // mov
		w.Vecs[to] = w.Vecs[o.vecs[1]]
	case o.kind == vectorMove && o.how == fromGeneral:
		w.Vecs[to] = w.read(o.rn, o.size).String()
	case o.kind == vectorMove && o.how == toGeneral && o.to == 0:
		w.give(o.rd, 8, interp.Sized(fmt.Sprintf("u%d(%s)", 8*o.size, w.Vecs[o.vecs[1]]), o.size))
	default:
		return false
	}
	return true
}
