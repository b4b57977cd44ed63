package machine

// Constants are registers whose contents the code shows, while its instructions are read one after
// the other. The zero value has none; so has nil.
type Constants struct {
	known RegSet
	w     Words
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
	if c.known &^= i.Writes; ok {
		c.known |= SetOf(to)
		c.w[to] = value
	}
	if i.Kind == Call || i.Kind == IndirectCall {
		c.known &= a.Saved
	}
}
