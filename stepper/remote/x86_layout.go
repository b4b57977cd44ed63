package remote

import (
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/ptrace"
)

// x86 is the layout of amd64.
type x86 struct{ *machine.Arch }

func (x86) architecture() string { return "i386:x86-64" }
func (x86) triple() string       { return "x86_64-pc-linux-gnu" } // the vendor is LLVM's default

// number implements layout (System V ABI, AMD64 supplement, figure 3.36).
func (x86) number(name string) (int, bool) {
	n, ok := map[string]int{"fctrl": 65, "fstat": 66}[name]
	return n, ok
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

// gdb implements layout, in the order in which gdb's own server numbers the registers (gdb
// manual, "i386 Features").
func (x x86) gdb(_ *machine.Regs, area []byte) []feature {
	xcr0 := components(area)
	all := []feature{
		{"org.gnu.gdb.i386.core", flags("i386_eflags", 4, "CF:0 :1 PF:2 AF:4 ZF:6 SF:7 TF:8 IF:9 DF:10 OF:11 NT:14 RF:16 VM:17 AC:18 VIF:19 VIP:20 ID:21"), x.core()},
		{"org.gnu.gdb.i386.sse", vec128 + flags("i386_mxcsr", 4, "IE:0 DE:1 ZE:2 OE:3 UE:4 PE:5 DAZ:6 IM:7 DM:8 ZM:9 OM:10 UM:11 PM:12 FZ:15"), sse()},
		{"org.gnu.gdb.i386.linux", "", users(x.Arch, x.Shown[endSegments:], 8, "int")},
		{"org.gnu.gdb.i386.segments", "", users(x.Arch, x.Shown[endSelectors:endSegments], 8, "int")},
	}
	has := func(n int) (int, bool) {
		at, size := ptrace.XSaveComponent(n)
		return at, size > 0 && xcr0>>n&1 == 1
	}
	if at, ok := has(stateAVX); ok {
		all = append(all, feature{"org.gnu.gdb.i386.avx", "", vectors("ymm%dh", 0, 16, at, 16, 0, stateAVX, "uint128")})
	}
	k, ok1 := has(stateK)
	z, ok2 := has(stateZMM)
	h, ok3 := has(stateHi)
	if ok1 && ok2 && ok3 {
		all = append(all, feature{"org.gnu.gdb.i386.avx512", vec128 + `<vector id="v2ui128" type="uint128" count="2"/>`, avx512(k, z, h)})
	}
	if at, ok := has(statePKU); ok {
		all = append(all, feature{"org.gnu.gdb.i386.pkeys", "",
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

// core are the registers up to those of the x87.
func (x x86) core() []register {
	a := x.Arch
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

// vec128 lists the types in which a 128-bit register can be viewed.
const vec128 = `<vector id="v8bf16" type="bfloat16" count="8"/>` +
	`<vector id="v4f" type="ieee_single" count="4"/><vector id="v2d" type="ieee_double" count="2"/>` +
	`<vector id="v16i8" type="int8" count="16"/><vector id="v8i16" type="int16" count="8"/>` +
	`<vector id="v4i32" type="int32" count="4"/><vector id="v2i64" type="int64" count="2"/>` +
	`<union id="vec128"><field name="v8_bfloat16" type="v8bf16"/><field name="v4_float" type="v4f"/><field name="v2_double" type="v2d"/>` +
	`<field name="v16_int8" type="v16i8"/><field name="v8_int16" type="v8i16"/><field name="v4_int32" type="v4i32"/>` +
	`<field name="v2_int64" type="v2i64"/><field name="uint128" type="uint128"/></union>`
