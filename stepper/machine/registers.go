package machine

import "slices"

// Others are the registers that an architecture has besides the general ones, by
// gdb's names. The kernel keeps them in an area whose layout the architecture knows
// (PTRACE_GETREGSET with NT_X86_XSTATE).
type Others interface {
	// Register copies a register out of the area; not ok for a name that is none, or where it lies outside.
	Register(area []byte, name string) ([]byte, bool)
	// SetRegister changes a register in the area.
	SetRegister(area []byte, name string, b []byte) bool
	// DWARFName is the name of the register of a DWARF number that Arch.DWARF does not have; "" for none.
	DWARFName(n uint64) string
	// OtherNames are their names, in the order that "info all-registers" lists them.
	OtherNames() []string
	// Views are the names by which registers and their parts are read, but for those
	// that every architecture has (pc, sp, fp).
	Views() []View
}

// View is how a name reads a register.
type View struct {
	Name  string
	Whole string // the register that it is part of
	Off   int64  // where in it, bytes
	Type  string // as gdb's target descriptions call it: "int32", "code_ptr", "vec128"; or one of Arch.FlagTypes
}

// FlagType is a register of flags.
type FlagType struct {
	Name string
	Size int64 // bytes
	Bits []Flag
}

// Flag is one of its flags.
type Flag struct {
	Bit  uint
	Name string
}

// Register is a general register by its name as gdb has it, pc, sp, fp and ps included.
func (a *Arch) Register(name string) (Reg, bool) {
	switch name {
	case "pc":
		return a.PC, true
	case "sp":
		return a.SP, true
	case "fp":
		return a.FP, true
	case "ps":
		return a.Flags, true
	}
	x := slices.Index(a.Names, name)
	return Reg(max(x, 0)), x > 0
}

// DWARFRegister is the name of the register of a DWARF number; "" for none.
func (a *Arch) DWARFRegister(n uint64) string {
	if n < uint64(len(a.DWARF)) && a.DWARF[n] != NoReg {
		return a.Names[a.DWARF[n]]
	}
	return a.DWARFName(n)
}
