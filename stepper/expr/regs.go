package expr

import (
	"errors"
	"fmt"
	"slices"

	"rseqstep/stepper/dwexpr"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arches"
)

// errNotSaved is gdb's error for a caller's register that the call was free to
// change.
var errNotSaved = errors.New("value is not available: the register was not saved")

// arch is the architecture of the selected frame; nil if there is none.
func (c *Context) arch() *machine.Arch {
	if len(c.Frames) > 0 {
		return c.Frames[0].Regs.Arch()
	}
	return c.Arch
}

// GeneralRegisters are the names of the general registers, without "$", in
// the order that "info registers" lists them.
func (c *Context) GeneralRegisters() (names []string) {
	if a := c.arch(); a != nil {
		for _, x := range a.Shown {
			names = append(names, a.Names[x])
		}
	}
	return names
}

// register finds the register view of "$name". If the architecture is unknown, the names
// of all architectures are registers.
func (c *Context) register(name string) (registerView, bool) {
	list := arches.All()
	if a := c.arch(); a != nil {
		list = []*machine.Arch{a}
	}
	for _, a := range list {
		if v, ok := c.Session.views(a)[name]; ok {
			masks := slices.Contains(a.Masks, name)
			return v, !masks || len(c.Frames) == 0 || c.Frames[0].Regs.CodeMask() != 0 // a processor that signs nothing has none
		}
	}
	return registerView{}, false
}

// dwarfName is the name of the register with a DWARF number; "" without a frame.
func (f *frame) dwarfName(n uint64) string {
	if f != nil {
		if name := f.Regs.Arch().DWARFRegister(n); name != "" {
			return name
		}
	}
	return fmt.Sprintf("?%d", n)
}

// others is the area of the registers that are not general ones.
func (c *Context) others() ([]byte, error) {
	const text = "The floating-point and vector registers are not available."
	if c.XState == nil {
		return nil, sentence(text)
	}
	p, err := c.XState()
	if a := c.arch(); err == nil && (a == nil || len(p) < a.Area) {
		err = sentence(text)
	}
	return p, err
}

// dwarfRegister is the value of a general register in the frame.
func (f *frame) dwarfRegister(n uint64) (uint64, error) {
	b, err := f.registerBytes(f.dwarfName(n))
	if err != nil {
		return 0, err
	}
	r := dwexpr.Reader{P: b}
	return r.Fixed(uint64(min(len(b), 8))), nil
}

// registerBytes are a whole register's contents in the frame, little-endian. In
// a calling frame a register that the call was free to change is assumed
// unchanged: compilers keep a variable in one across a call only if they know
// that the callee does not change it (GCC's -fipa-ra).
func (f *frame) registerBytes(name string) ([]byte, error) {
	if f == nil {
		return nil, errNoFrame
	}
	a := f.Regs.Arch()
	if x, ok := a.Register(name); ok {
		return leave(f.Regs.W[x], 8), nil
	}
	area, err := f.ctx.others()
	if err != nil {
		return nil, err
	}
	b, ok := a.Others.Register(area, name)
	if !ok {
		return nil, fmt.Errorf("register %s is not available", name)
	}
	return b, nil
}

// setRegister writes a whole register's contents into the thread.
func (f *frame) setRegister(name string, b []byte) error {
	if !f.innermost() {
		return sentence("A register of a calling frame cannot be written; select the innermost frame.")
	}
	a := f.Regs.Arch()
	if x, ok := a.Register(name); ok && !slices.Contains(a.Masks, name) {
		if f.ctx.WriteRegs == nil {
			return sentence("Registers cannot be written here.")
		}
		r := dwexpr.Reader{P: b}
		v := r.Fixed(uint64(min(len(b), 8)))
		changed := f.Regs
		changed.W[x] = v
		if err := f.ctx.WriteRegs(&changed); err != nil {
			return err
		}
		for n := range f.ctx.Frames { // every frame that shows the same registers
			if g := &f.ctx.Frames[n]; g.CFA == f.CFA && g.PC == f.PC {
				g.Regs.W[x] = v
			}
		}
		f.Regs = changed
		return nil
	}
	area, err := f.ctx.others()
	if err != nil {
		return err
	}
	if f.ctx.WriteXState == nil || !a.SetRegister(area, name, b) {
		return sentence("Register %s cannot be written.", name)
	}
	return f.ctx.WriteXState(area)
}

// leave is v as n little-endian bytes.
func leave(v uint64, n int) []byte {
	b := make([]byte, n)
	for i := 0; i < n && i < 8; i++ {
		b[i] = byte(v >> (8 * i))
	}
	return b
}
