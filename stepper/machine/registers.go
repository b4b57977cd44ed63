package machine

import "slices"

// Others are the registers of an architecture other than the general ones, by gdb's
// names. The kernel returns them in an area with an architecture-specific layout
// (PTRACE_GETREGSET with NT_X86_XSTATE).
type Others interface {
	// Register copies a register from the area; ok is false for an unknown name, or if the register
	// is beyond the area.
	Register(area []byte, name string) ([]byte, bool)
	// SetRegister changes a register in the area.
	SetRegister(area []byte, name string, b []byte) bool
	// EnterFunction changes the area to that of a thread at the first instruction of a function:
	// the first vector registers hold the arguments, and what functions expect to be empty is.
	EnterFunction(area []byte, arguments [][16]byte)
	// VectorResult copies from the area the vector register for a function's result; ok is false
	// if it is beyond the area.
	VectorResult(area []byte) (b [16]byte, ok bool)
	// DWARFName is the name of the register with a DWARF number that Arch.DWARF does not have; ""
	// for none.
	DWARFName(n uint64) string
	// OtherNames are their names, in the order of "info all-registers".
	OtherNames() []string
	// Views are the names of registers and their parts, except those that every
	// architecture has (pc, sp, fp).
	Views() []View
}

// View is the meaning of a register name.
type View struct {
	Name  string
	Whole string // the register that it is part of
	Off   int64  // offset in it, bytes
	Type  string // its name in gdb's target descriptions: "int32", "code_ptr", "vec128"; or one of Arch.FlagTypes or Arch.UnionTypes
}

// FlagType is a register of flags.
type FlagType struct {
	Name string
	Size int64 // bytes
	Bits []Flag
}

// Flag is one of its flags, or a number in some of its bits.
type Flag struct {
	Bit   uint // the lowest one
	Width uint // bits of a number; 0: a flag
	Name  string
}

// UnionType is a type of registers with several views of the same bytes.
type UnionType struct {
	Name  string
	Size  int64  // bytes
	Views string // NAME:TYPE each: type names a type of numbers, or another UnionType
	Whole bool   // a view is one number; otherwise it is an array of as many as fit, or a UnionType
}

// Register is a general register by gdb's name, pc, sp, fp and ps included.
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

// DWARFRegister is the name of the register with a DWARF number; "" for none.
func (a *Arch) DWARFRegister(n uint64) string {
	if n < uint64(len(a.DWARF)) && a.DWARF[n] != NoReg {
		return a.Names[a.DWARF[n]]
	}
	return a.DWARFName(n)
}
