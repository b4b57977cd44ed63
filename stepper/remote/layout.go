package remote

import (
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/ptrace"
)

// place is where a register's content is stored.
type place int

const (
	inUser   place = iota // at is a word of the general registers, as the kernel has them
	inXSave               // at is a place in the XSAVE area, bytes
	inTags                // the x87 tag word, which FXSAVE stores abridged
	inPieces              // several places in the XSAVE area
)

// register is one register of the target description. Its number is its index
// in the layout.
type register struct {
	name  string
	size  int    // bytes, in the protocol
	kept  int    // bytes of it that are stored there
	typ   string // its name in the target description
	group string // "" for the default

	place  place
	at     int
	of     machine.Reg // place inUser: the general register
	bit    int         // state component of XSTATE_BV
	pieces []piece     // place inPieces
}

// feature is a named group of registers.
type feature struct {
	name string
	regs []register
}

// State components of an XSAVE area (Intel SDM volume 1, 13.1).
const (
	stateX87 = 0
	stateSSE = 1
	stateAVX = 2
	stateK   = 5 // k0 to k7
	stateZMM = 6 // bits 256 to 511 of zmm0 to zmm15
	stateHi  = 7 // zmm16 to zmm31
	statePKU = 9
)

// layout is the features that a thread with these components has (a bit each,
// as in XCR0), in the order in which gdb's own server numbers them (gdb
// manual, "i386 Features").
func layout(a *machine.Arch, xcr0 uint64) []feature {
	all := []feature{
		{"org.gnu.gdb.i386.core", core(a)},
		{"org.gnu.gdb.i386.sse", sse()},
		{"org.gnu.gdb.i386.linux", users(a, a.Shown[endSegments:], 8, "int")},
		{"org.gnu.gdb.i386.segments", users(a, a.Shown[endSelectors:endSegments], 8, "int")},
	}
	has := func(n int) (int, bool) {
		at, size := ptrace.XSaveComponent(n)
		return at, size > 0 && xcr0>>n&1 == 1
	}
	if at, ok := has(stateAVX); ok {
		all = append(all, feature{"org.gnu.gdb.i386.avx", vectors("ymm%dh", 0, 16, at, 16, 0, stateAVX, "uint128")})
	}
	k, ok1 := has(stateK)
	z, ok2 := has(stateZMM)
	h, ok3 := has(stateHi)
	if ok1 && ok2 && ok3 {
		all = append(all, feature{"org.gnu.gdb.i386.avx512", avx512(k, z, h)})
	}
	if at, ok := has(statePKU); ok {
		all = append(all, feature{"org.gnu.gdb.i386.pkeys",
			[]register{{name: "pkru", size: 4, kept: 4, typ: "uint32", place: inXSave, at: at, bit: statePKU}}})
	}
	return all
}

// Where parts of Arch.Shown end: the registers that instructions number with the PC and
// the flags, segment selectors, the segments' bases. The number of a system call is last.
const (
	endNumbered  = 18
	endSelectors = 24
	endSegments  = 26
)

// user is a general register.
func user(a *machine.Arch, x machine.Reg, size int, typ string) register {
	return register{name: a.Names[x], size: size, kept: size, typ: typ, place: inUser, at: int(x) - 1, of: x}
}

// users are several.
func users(a *machine.Arch, list []machine.Reg, size int, typ string) (regs []register) {
	for _, x := range list {
		regs = append(regs, user(a, x, size, typ))
	}
	return regs
}

func core(a *machine.Arch) []register {
	regs := users(a, a.Shown[:endNumbered], 8, "int64")
	for i := range regs {
		switch r := &regs[i]; r.of {
		case a.SP, a.FP:
			r.typ = "data_ptr"
		case a.PC:
			r.typ = "code_ptr"
		case a.Flags:
			r.typ, r.size, r.kept = "i386_eflags", 4, 4
		}
	}
	regs = append(regs, users(a, a.Shown[endNumbered:endSelectors], 4, "int32")...)
	for n := range 8 {
		regs = append(regs, register{name: fmt.Sprintf("st%d", n), size: 10, kept: 10, typ: "i387_ext", place: inXSave, at: 32 + 16*n})
	}
	// The FXSAVE area of 64-bit mode (Intel SDM volume 1, 10.5.1). The pointers
	// are 8 bytes there; gdb shows their upper halves as the segments.
	for _, f := range []struct {
		name     string
		at, kept int
	}{{"fctrl", 0, 2}, {"fstat", 2, 2}, {"ftag", 4, 1}, {"fiseg", 12, 2}, {"fioff", 8, 4}, {"foseg", 20, 2}, {"fooff", 16, 4}, {"fop", 6, 2}} {
		r := register{name: f.name, size: 4, kept: f.kept, typ: "int", group: "float", place: inXSave, at: f.at}
		if f.name == "ftag" {
			r.place = inTags
		}
		regs = append(regs, r)
	}
	return regs
}

func sse() []register {
	regs := vectors("xmm%d", 0, 16, 160, 16, 0, stateSSE, "vec128")
	return append(regs, register{name: "mxcsr", size: 4, kept: 4, typ: "i386_mxcsr", group: "vector", place: inXSave, at: 24, bit: stateSSE})
}

func avx512(k, z, h int) []register {
	regs := vectors("xmm%d", 16, 16, h, 64, 0, stateHi, "vec128")
	regs = append(regs, vectors("ymm%dh", 16, 16, h, 64, 16, stateHi, "uint128")...)
	for n := range 8 {
		regs = append(regs, register{name: fmt.Sprintf("k%d", n), size: 8, kept: 8, typ: "uint64", place: inXSave, at: k + 8*n, bit: stateK})
	}
	low := vectors("zmm%dh", 0, 16, z, 32, 0, stateZMM, "v2ui128")
	high := vectors("zmm%dh", 16, 16, h, 64, 32, stateHi, "v2ui128")
	return append(append(regs, low...), high...)
}

// vectors are count registers that are stride bytes apart, each skip bytes into
// its place.
func vectors(name string, first, count, at, stride, skip, bit int, typ string) []register {
	size := 16
	if typ == "v2ui128" {
		size = 32
	}
	var regs []register
	for n := range count {
		r := register{name: fmt.Sprintf(name, first+n), size: size, kept: size, typ: typ, place: inXSave, at: at + stride*n + skip, bit: bit}
		if typ == "vec128" {
			r.group = "vector"
		}
		regs = append(regs, r)
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

// Numbers of the registers in every stop reply.
const (
	numberRBP = 6
	numberRSP = 7
	numberRIP = 16
)
