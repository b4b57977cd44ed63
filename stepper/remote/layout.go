package remote

import "rseqstep/stepper/machine"

// layout is how the registers of an architecture appear in the protocol. A register's number is its
// index in the list that the client is shown.
type layout interface {
	// architecture is its name in gdb's target descriptions.
	architecture() string
	// triple is what an lldb that is built for Linux on it says of its host.
	triple() string
	// gdb, delve and lldb are the registers that these clients are shown, of a thread with these general
	// registers and this area of others (Target.XState).
	gdb(now *machine.Regs, area []byte) []feature
	delve(now *machine.Regs, area []byte) []register
	lldb(now *machine.Regs, area []byte) []register
	// parts are the registers that lldb is shown besides, which are parts of others.
	parts(regs []register) []parts
	// number is the DWARF number of a register that DWARFRegister does not name.
	number(name string) (n int, ok bool)
}

// layoutOf is an architecture's layout.
func layoutOf(a *machine.Arch) layout {
	if a.Name == "aarch64" {
		return arm{a}
	}
	return x86{a}
}

// place is where a register's content is stored.
type place int

const (
	inUser   place = iota // of is one of the general registers
	inArea                // at is a place in the area of the other registers, bytes
	inXSave               // the same in an XSAVE area, in which a component can be marked as unused
	inTags                // the x87 tag word, which FXSAVE stores abridged
	inPieces              // several places in the XSAVE area
	inSVE                 // several places, of which only part are there in a thread that does not use SVE
	inLength              // SVE's vector length, in the header of its part
)

// register is one register of the target description. Its number is its index
// in the list.
type register struct {
	name  string
	alias string // another name, for lldb; "" for none
	size  int    // bytes, in the protocol
	kept  int    // bytes of it that are stored there
	typ   string // its name in the target description
	group string // "" for the default

	place  place
	at     int
	of     machine.Reg // place inUser: the general register
	bit    int         // state component of XSTATE_BV
	pieces []piece     // places inPieces, inSVE
	fixed  bool        // cannot be changed
}

// piece is a part of a register that is stored in several places.
type piece struct {
	at, size int // in the area of the other registers, bytes
	bit      int // state component
}

// feature is a named group of registers.
type feature struct {
	name  string
	types string // those of its registers beyond gdb's own
	regs  []register
}

// partial is a register that is part of another one. lldb reads and writes it
// through that one.
type partial struct {
	name string
	of   string
	at   int // bytes into it
	size int
	real bool // a floating-point number
}

// parts are several, which lldb lists before the register of that name.
type parts struct {
	before string
	set    string
	list   []partial
}

// user is a general register.
func user(a *machine.Arch, x machine.Reg, size int, typ string) register {
	return register{name: a.Names[x], size: size, kept: size, typ: typ, place: inUser, of: x}
}

// users are several.
func users(a *machine.Arch, list []machine.Reg, size int, typ string) (regs []register) {
	for _, x := range list {
		regs = append(regs, user(a, x, size, typ))
	}
	return regs
}

// flatten assigns the register numbers.
func flatten(features []feature) []register {
	var regs []register
	for _, f := range features {
		regs = append(regs, f.regs...)
	}
	return regs
}

// expedited are the numbers of the registers in every stop reply: the frame pointer, the stack pointer
// and the PC, and what the length of others depends on.
func expedited(a *machine.Arch, regs []register) (list []int) {
	for n := range regs {
		if r := &regs[n]; r.place == inLength || r.place == inUser && (r.of == a.FP || r.of == a.SP || r.of == a.PC) {
			list = append(list, n)
		}
	}
	return list
}
