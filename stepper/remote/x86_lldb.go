package remote

import (
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/ptrace"
)

// Sets of registers, named as in lldb-server.
const (
	setVector = "Advanced Vector Extensions"
	setWide   = "Advanced Vector Extensions 512"
	setKeys   = "Protection Keys"
)

// lldb implements layout: the registers of its own server on Linux, in its order, and what that one
// leaves out.
func (x x86) lldb(_ *machine.Regs, area []byte) []register {
	a, xcr0 := x.Arch, components(area)
	gdbs := x.core()
	regs := append([]register{}, gdbs[:4]...) // rax rbx rcx rdx
	regs = append(regs, gdbs[5], gdbs[4])     // rdi rsi
	regs = append(regs, gdbs[6:17]...)        // rbp rsp r8 ... r15 rip
	flags := user(a, a.Flags, 8, "int")
	flags.name = "rflags"
	regs = append(regs, flags)
	for _, n := range []int{18, 22, 23, 19, 20, 21, 24, 25} { // cs fs gs ss ds es fs_base gs_base
		regs = append(regs, user(a, a.Shown[n], 8, "int"))
	}
	inSet(regs, setGeneral)

	// The FXSAVE area of 64-bit mode (Intel SDM volume 1, 10.5.1).
	float := []register{}
	for _, f := range []struct {
		name     string
		at, size int
	}{{"fctrl", 0, 2}, {"fstat", 2, 2}, {"ftag", 4, 2}, {"fop", 6, 2}, {"fiseg", 12, 4}, {"fioff", 8, 4}, {"fip", 8, 8},
		{"foseg", 20, 4}, {"fooff", 16, 4}, {"fdp", 16, 8}, {"mxcsr", 24, 4}, {"mxcsrmask", 28, 4}} {
		r := register{name: f.name, size: f.size, kept: f.size, place: inXSave, at: f.at}
		switch f.name {
		case "ftag":
			r.place, r.kept = inTags, 1
		case "mxcsr":
			r.bit = stateSSE
		}
		float = append(float, r)
	}
	float = append(float, gdbs[24:32]...) // st0 to st7
	float = append(float, vectors("xmm%d", 0, 16, 160, 16, 0, stateSSE, "vec128")...)
	inSet(float, setFloat)
	regs = append(regs, float...)

	has := func(n int) (int, bool) {
		at, size := ptrace.XSaveComponent(n)
		return at, size > 0 && xcr0>>n&1 == 1
	}
	avx, ok := has(stateAVX)
	if !ok {
		return regs
	}
	for n := range 16 {
		regs = append(regs, pieced(fmt.Sprintf("ymm%d", n), setVector, piece{160 + 16*n, 16, stateSSE}, piece{avx + 16*n, 16, stateAVX}))
	}
	k, ok1 := has(stateK)
	z, ok2 := has(stateZMM)
	h, ok3 := has(stateHi)
	if ok1 && ok2 && ok3 {
		for n := range 16 {
			regs = append(regs, pieced(fmt.Sprintf("zmm%d", n), setWide, piece{160 + 16*n, 16, stateSSE}, piece{avx + 16*n, 16, stateAVX}, piece{z + 32*n, 32, stateZMM}))
		}
		for n := range 16 {
			regs = append(regs, pieced(fmt.Sprintf("zmm%d", n+16), setWide, piece{h + 64*n, 64, stateHi}))
		}
		for n := range 8 {
			regs = append(regs, register{name: fmt.Sprintf("k%d", n), size: 8, kept: 8, group: setWide, place: inXSave, at: k + 8*n, bit: stateK})
		}
	}
	if at, ok := has(statePKU); ok {
		regs = append(regs, register{name: "pkru", size: 4, kept: 4, group: setKeys, place: inXSave, at: at, bit: statePKU})
	}
	return regs
}

// pieced is a vector register whose parts are stored in several places.
func pieced(name, set string, pieces ...piece) register {
	r := register{name: name, group: set, place: inPieces, pieces: pieces}
	for _, p := range pieces {
		r.size += p.size
	}
	return r
}
