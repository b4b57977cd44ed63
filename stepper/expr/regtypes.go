package expr

import (
	"fmt"
	"strings"

	"rseqstep/stepper/machine"
)

// registerView is the meaning of a register name: the whole register it is part
// of, the offset in it, and its type.
type registerView struct {
	whole string
	off   int64 // bytes into whole
	typ   *Type
}

// registerViews are the names that "$name" may use, without the "$".
type registerViews map[string]registerView

// newRegisterViews names the registers of an architecture and their parts.
func newRegisterViews(b *basics, a *machine.Arch) registerViews {
	types := registerTypes(b, a)
	v := registerViews{}
	for _, view := range a.Views() {
		v[view.Name] = registerView{view.Whole, view.Off, types[view.Type]}
	}
	v["pc"] = registerView{a.Names[a.PC], 0, types["code_ptr"]}
	v["sp"] = registerView{a.Names[a.SP], 0, types["data_ptr"]}
	v["fp"] = registerView{a.Names[a.FP], 0, types["data_ptr"]}
	return v
}

// registerTypes are the types by gdb's names in its target descriptions (gdb manual,
// "Predefined Target Types"), and those of vectors and flags.
func registerTypes(b *basics, a *machine.Arch) map[string]*Type {
	named := func(t *Type, kind Kind, name string) *Type { n := *t; n.Kind, n.Name = kind, name; return &n }
	types := map[string]*Type{
		"int64": named(b.long, Int, "int64_t"), "int32": named(b.int, Int, "int32_t"),
		"int16": named(b.short, Int, "int16_t"), "int8": named(b.schar, Int, "int8_t"), "long": b.long,
		"code_ptr": PointerTo(&Type{Kind: Func, Size: 1, Elem: b.void}), "data_ptr": PointerTo(b.void),
		"i387_ext": named(b.longDouble, Float, "i387_ext"),
		"vec128":   vectorUnion(b, 16), "vec256": vectorUnion(b, 32),
		"half": b.half, "float": b.float, "double": b.double, "bfloat16": {Kind: Float, Size: 2, Name: "bfloat16"},
		"int128": {Kind: Int, Size: 16, Name: "int128_t"}, "uint128": {Kind: Int, Size: 16, Unsigned: true, Name: "uint128_t"},
	}
	for _, bits := range []int64{8, 16, 32, 64} {
		types[fmt.Sprintf("uint%d", bits)] = &Type{Kind: Int, Size: bits / 8, Unsigned: true, Name: fmt.Sprintf("uint%d_t", bits)}
	}
	for _, f := range a.FlagTypes {
		types[f.Name] = &Type{Kind: Int, Name: f.Name, Size: f.Size, Unsigned: true, flags: f.Bits}
	}
	for _, u := range a.UnionTypes {
		types[u.Name] = unionOf(u, types)
	}
	return types
}

// unionOf is a type of registers with several views.
func unionOf(u machine.UnionType, types map[string]*Type) *Type {
	t := &Type{Kind: Union, Size: u.Size, Name: u.Name}
	for _, view := range strings.Fields(u.Views) {
		name, of, _ := strings.Cut(view, ":")
		typ := types[of]
		if !u.Whole && typ.Kind != Union {
			typ = ArrayOf(typ, u.Size/typ.Size)
			typ.Vector = true
		}
		t.fields = append(t.fields, Field{Name: name, Type: typ})
	}
	return t
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
