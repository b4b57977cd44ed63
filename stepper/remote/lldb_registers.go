package remote

import (
	"fmt"
	"slices"
	"strings"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/ptrace"
)

// The sets in which lldb shows registers, named as in lldb-server. "register
// read" shows the first one.
const (
	setGeneral = "General Purpose Registers"
	setFloat   = "Floating Point Registers"
	setVector  = "Advanced Vector Extensions"
	setWide    = "Advanced Vector Extensions 512"
	setKeys    = "Protection Keys"
)

// lldbRegisters are the registers that lldb is shown: those of its own server on
// Linux, in its order, and what that one leaves out. They are all that the packet
// g has; lldb_partial.go has those that are parts of them.
func lldbRegisters(a *machine.Arch, xcr0 uint64) []register {
	gdbs := core(a)
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

func inSet(regs []register, set string) {
	for i := range regs {
		regs[i].group = set
	}
}

// pieced is a vector register whose parts are stored in several places.
func pieced(name, set string, pieces ...piece) register {
	r := register{name: name, group: set, place: inPieces, pieces: pieces}
	for _, p := range pieces {
		r.size += p.size
	}
	return r
}

// lldbDescription is target.xml with the attributes that lldb-server puts
// there. The order of the register numbers is that of the packet g, which has
// no partial ones.
func lldbDescription(a *machine.Arch, regs []register) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><target version="1.0"><architecture>i386:x86-64</architecture><feature name="org.lldb.amd64">`)
	general, float := partials()
	all := append(general[:len(general):len(general)], float...)
	offsets, numbers := map[string]int{}, map[string]int{}
	offset := 0
	for n := range regs {
		offsets[regs[n].name], numbers[regs[n].name] = offset, n
		offset += regs[n].size
	}
	// invalid are the registers that change with one: it and all of its parts.
	invalid := map[string][]string{}
	for i, p := range all {
		if invalid[p.of] == nil {
			invalid[p.of] = []string{fmt.Sprint(numbers[p.of])}
		}
		invalid[p.of] = append(invalid[p.of], fmt.Sprint(len(regs)+i))
	}
	write := func(name string, size, number, offset int, attributes [][2]string) {
		fmt.Fprintf(&b, `<reg name="%s" bitsize="%d" regnum="%d" offset="%d"`, name, 8*size, number, offset)
		names := map[string]string{"ehframe": "ehframe_regnum", "dwarf": "dwarf_regnum", "set": "group"}
		for _, a := range attributes {
			if n := names[a[0]]; n != "" {
				a[0] = n
			}
			fmt.Fprintf(&b, ` %s="%s"`, a[0], a[1])
		}
		b.WriteString("/>")
	}
	parts := func(list []partial, first int, set string) {
		for i, p := range list {
			write(p.name, p.size, first+i, offsets[p.of]+p.at, [][2]string{{"encoding", "uint"}, {"format", "hex"}, {"group", set},
				{"value_regnums", fmt.Sprint(numbers[p.of])}, {"invalidate_regnums", strings.Join(invalid[p.of], ",")}})
		}
	}
	for n := range regs {
		r := &regs[n]
		switch r.name {
		case "fctrl":
			parts(general, len(regs), setGeneral)
		case "xmm0":
			parts(float, len(regs)+len(general), setFloat)
		}
		write(r.name, r.size, n, offsets[r.name], attributes(a, r))
	}
	b.WriteString("</feature></target>")
	return b.String()
}

// attributes are what lldb wants to know of a register beside its name, size and
// place, by their names in qRegisterInfo.
func attributes(a *machine.Arch, r *register) [][2]string {
	encoding, format := "uint", "hex"
	if r.size > 8 {
		encoding, format = "vector", "vector-uint8"
	}
	out := [][2]string{{"encoding", encoding}, {"format", format}, {"set", setOf(r)}}
	if g := generic(a, r); g != "" {
		out = append(out, [2]string{"generic", g})
	}
	if n, ok := dwarfNumber(a, r); ok {
		out = append(out, [2]string{"ehframe", fmt.Sprint(n)}, [2]string{"dwarf", fmt.Sprint(n)})
	}
	return out
}

// generic is what a general register is for, in lldb's words; "" for nothing.
func generic(a *machine.Arch, r *register) string {
	if r.place != inUser {
		return ""
	}
	switch r.of {
	case a.PC:
		return "pc"
	case a.SP:
		return "sp"
	case a.FP:
		return "fp"
	case a.Flags:
		return "flags"
	}
	if n := slices.Index(a.Arguments[:], r.of); n >= 0 {
		return fmt.Sprintf("arg%d", n+1)
	}
	return ""
}

// dwarfNumber is a register's number in DWARF.
func dwarfNumber(a *machine.Arch, r *register) (int, bool) {
	name := r.name
	if r.place == inUser {
		name = a.Names[r.of]
	}
	const most = 128
	for n := range uint64(most) {
		if a.DWARFRegister(n) == name {
			return int(n), true
		}
	}
	n, ok := map[string]int{"fctrl": 65, "fstat": 66}[name] // System V ABI, AMD64 supplement, figure 3.36
	return n, ok
}

func setOf(r *register) string {
	switch {
	case strings.Contains(r.group, " "):
		return r.group
	case r.place == inUser:
		return setGeneral
	}
	return setFloat
}
