package remote

import (
	"fmt"
	"strings"

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

// lldbRegisters are the registers reported to lldb: those of lldb-server on Linux, in its
// order, and those it omits. Together they are the packet g; lldb_partial.go has the
// registers that are parts of them.
func lldbRegisters(xcr0 uint64) []register {
	gdbs := core()
	regs := append([]register{}, gdbs[:4]...)         // rax rbx rcx rdx
	regs = append(regs, gdbs[5], gdbs[4])             // rdi rsi
	regs = append(regs, gdbs[6:17]...)                // rbp rsp r8 ... r15 rip
	regs = append(regs, user("rflags", 18, 8, "int")) // the words of struct user_regs_struct
	for _, s := range []struct {
		name string
		word int
	}{{"cs", 17}, {"fs", 25}, {"gs", 26}, {"ss", 20}, {"ds", 23}, {"es", 24}, {"fs_base", 21}, {"gs_base", 22}} {
		regs = append(regs, user(s.name, s.word, 8, "int"))
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
func lldbDescription(regs []register) string {
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
		write(r.name, r.size, n, offsets[r.name], attributes(r))
	}
	b.WriteString("</feature></target>")
	return b.String()
}

// attributes are what lldb needs to know of a register besides its name, size and place,
// by their names in qRegisterInfo.
func attributes(r *register) [][2]string {
	encoding, format := "uint", "hex"
	if r.size > 8 {
		encoding, format = "vector", "vector-uint8"
	}
	out := [][2]string{{"encoding", encoding}, {"format", format}, {"set", setOf(r)}}
	generic := map[string]string{"rip": "pc", "rsp": "sp", "rbp": "fp", "eflags": "flags", "rflags": "flags",
		"rdi": "arg1", "rsi": "arg2", "rdx": "arg3", "rcx": "arg4", "r8": "arg5", "r9": "arg6"}
	if g := generic[r.name]; g != "" {
		out = append(out, [2]string{"generic", g})
	}
	if n, ok := dwarfNumber(r.name); ok {
		out = append(out, [2]string{"ehframe", fmt.Sprint(n)}, [2]string{"dwarf", fmt.Sprint(n)})
	}
	return out
}

// dwarfNumber is a register's number in the System V ABI for amd64, figure 3.36.
func dwarfNumber(name string) (int, bool) {
	numbers := map[string]int{"rax": 0, "rdx": 1, "rcx": 2, "rbx": 3, "rsi": 4, "rdi": 5, "rbp": 6, "rsp": 7, "rip": 16,
		"rflags": 49, "eflags": 49, "es": 50, "cs": 51, "ss": 52, "ds": 53, "fs": 54, "gs": 55, "fs_base": 58, "gs_base": 59,
		"mxcsr": 64, "fctrl": 65, "fstat": 66}
	if n, ok := numbers[name]; ok {
		return n, true
	}
	for _, row := range []struct {
		form  string
		count int
		first int
	}{{"r%d", 16, 0}, {"xmm%d", 16, 17}, {"st%d", 8, 33}} {
		var n int
		if got, _ := fmt.Sscanf(name, row.form, &n); got == 1 && n >= 0 && n < row.count && fmt.Sprintf(row.form, n) == name {
			return row.first + n, true
		}
	}
	return 0, false
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
