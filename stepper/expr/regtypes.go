package expr

import "fmt"

// registerView is how a name reads a register: the whole register it is part
// of, where in it, and the type it is shown with.
type registerView struct {
	whole string
	off   int64 // bytes into whole
	typ   *Type
}

// registerViews are the names that "$name" may use, without the "$".
type registerViews map[string]registerView

// newRegisterViews names the registers of amd64 and their parts as gdb does
// (its features/i386/64bit-core.xml and 64bit-avx.xml).
func newRegisterViews(b *basics) registerViews {
	named := func(t *Type, kind Kind, name string) *Type { n := *t; n.Kind, n.Name = kind, name; return &n }
	i64, i32 := named(b.long, Int, "int64_t"), named(b.int, Int, "int32_t")
	i16, i8 := named(b.short, Int, "int16_t"), named(b.schar, Int, "int8_t")
	code, data := PointerTo(&Type{Kind: Func, Size: 1, Elem: b.void}), PointerTo(b.void)
	v := registerViews{}
	for _, name := range generalNames {
		v[name] = registerView{name, 0, i64}
	}
	for _, name := range []string{"cs", "ss", "ds", "es", "fs", "gs"} {
		v[name] = registerView{name, 0, i32}
	}
	v["fs_base"], v["gs_base"] = registerView{"fs_base", 0, b.long}, registerView{"gs_base", 0, b.long}
	v["rip"], v["pc"] = registerView{"rip", 0, code}, registerView{"rip", 0, code}
	for _, alias := range [][2]string{{"rsp", "rsp"}, {"sp", "rsp"}, {"rbp", "rbp"}, {"fp", "rbp"}} {
		v[alias[0]] = registerView{alias[1], 0, data}
	}
	v["eflags"] = registerView{"eflags", 0, &Type{Kind: Int, Name: "i386_eflags", Size: 4, Unsigned: true, flags: eflagsBits()}}
	for _, x := range "abcd" {
		r := "r" + string(x) + "x"
		v["e"+r[1:]], v[r[1:]] = registerView{r, 0, i32}, registerView{r, 0, i16}
		v[string(x)+"l"], v[string(x)+"h"] = registerView{r, 0, i8}, registerView{r, 1, i8}
	}
	for _, x := range []string{"si", "di", "bp", "sp"} {
		v["e"+x], v[x+"l"] = registerView{"r" + x, 0, i32}, registerView{"r" + x, 0, i8}
		if x != "sp" { // $sp is the whole stack pointer
			v[x] = registerView{"r" + x, 0, i16}
		}
	}
	vec128, vec256 := vectorUnion(b, 16), vectorUnion(b, 32)
	for n := 0; n < 16; n++ {
		if n >= 8 {
			r := fmt.Sprintf("r%d", n)
			v[r+"d"], v[r+"w"], v[r+"l"] = registerView{r, 0, i32}, registerView{r, 0, i16}, registerView{r, 0, i8}
		} else {
			v[fmt.Sprintf("st%d", n)] = registerView{fmt.Sprintf("st%d", n), 0, named(b.longDouble, Float, "i387_ext")}
		}
		xmm, ymm := fmt.Sprintf("xmm%d", n), fmt.Sprintf("ymm%d", n)
		v[xmm], v[ymm] = registerView{xmm, 0, vec128}, registerView{ymm, 0, vec256}
	}
	v["mxcsr"] = registerView{"mxcsr", 0, &Type{Kind: Int, Name: "i386_mxcsr", Size: 4, Unsigned: true, flags: mxcsrBits()}}
	return v
}

// vectorUnion is gdb's view of a vector register of size bytes.
func vectorUnion(b *basics, size int64) *Type {
	named := func(kind Kind, n int64, unsigned bool, name string) *Type {
		return &Type{Kind: kind, Size: n, Unsigned: unsigned, Name: name}
	}
	u := &Type{Kind: Union, Size: size, Name: fmt.Sprintf("vec%d", size*8)}
	add := func(suffix string, t *Type) {
		n := size / t.Size
		v := ArrayOf(t, n)
		v.Vector = true
		u.fields = append(u.fields, Field{Name: fmt.Sprintf("v%d_%s", n, suffix), Type: v})
	}
	add("bfloat16", &Type{Kind: Float, Size: 2, Name: "bfloat16"})
	add("half", b.half)
	add("float", b.float)
	add("double", b.double)
	add("int8", named(Int, 1, false, "int8_t"))
	add("int16", named(Int, 2, false, "int16_t"))
	add("int32", named(Int, 4, false, "int32_t"))
	add("int64", named(Int, 8, false, "int64_t"))
	if size == 16 {
		u.fields = append(u.fields, Field{Name: "uint128", Type: named(Int, 16, true, "uint128_t")})
	} else {
		add("int128", named(Int, 16, false, "int128_t"))
	}
	return u
}

// flagBit is one flag of a register by its bit.
type flagBit struct {
	bit  uint
	name string
}

// eflagsBits are the flags of EFLAGS that gdb shows (Intel SDM volume 1,
// figure 3-8).
func eflagsBits() []flagBit {
	return []flagBit{{0, "CF"}, {2, "PF"}, {4, "AF"}, {6, "ZF"}, {7, "SF"}, {8, "TF"}, {9, "IF"}, {10, "DF"}, {11, "OF"},
		{14, "NT"}, {16, "RF"}, {17, "VM"}, {18, "AC"}, {19, "VIF"}, {20, "VIP"}, {21, "ID"}}
}

// mxcsrBits are those of MXCSR (Intel SDM volume 1, figure 10-3).
func mxcsrBits() []flagBit {
	var list []flagBit
	for bit, name := range []string{"IE", "DE", "ZE", "OE", "UE", "PE", "DAZ", "IM", "DM", "ZM", "OM", "UM", "PM"} {
		list = append(list, flagBit{uint(bit), name})
	}
	return append(list, flagBit{15, "FZ"})
}
