package machine

// Constants are registers whose contents the code shows, while its instructions are read one after
// the other. The zero value has none; so has nil.
type Constants struct {
	known RegSet
	w     Words // 0 for those that are not known, so that == compares what is
}

// Value is the content of a general register, if it is known.
func (c *Constants) Value(x Reg) (uint64, bool) {
	if c == nil || !c.known.Has(x) {
		return 0, false
	}
	return c.w[x], true
}

// Pass changes what is known by the next instruction. A function that it calls preserves the
// registers that it must.
func (c *Constants) Pass(a *Arch, i *Insn) {
	to, value, ok := a.Constant(i, c)
	if c.keep(^i.Writes); ok {
		c.known |= SetOf(to)
		c.w[to] = value
	}
	if i.Kind == Call || i.Kind == IndirectCall {
		c.keep(a.Saved)
	}
}

// keep forgets all but some registers.
func (c *Constants) keep(s RegSet) {
	for x := range c.w {
		if !s.Has(Reg(x)) {
			c.w[x] = 0
		}
	}
	c.known &= s
}

// Meet keeps what another one has as well.
func (c *Constants) Meet(o *Constants) {
	for x := Reg(1); int(x) < len(c.w); x++ {
		if v, known := o.Value(x); !known || v != c.w[x] {
			c.known &^= SetOf(x)
			c.w[x] = 0
		}
	}
}
