package expr

import (
	"fmt"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arches"
)

// Where arguments go, by examples of the stages of AAPCS64 6.8.2. (What compilers make of it is tested with
// programs, from the prompt.)
func TestArgumentsOfAAPCS64(t *testing.T) {
	b := newBasics(true)
	struct_ := func(types ...*Type) *Type {
		var fields []Field
		for _, t := range types {
			fields = append(fields, Field{Name: "m", Type: t})
		}
		return layOut(Struct, "s", fields...)
	}
	vector := func(size int64) *Type {
		v := ArrayOf(b.int, size/4)
		v.Vector = true
		return v
	}
	stated := struct_(b.long)
	stated.align, stated.Size = 16, 16
	floats := func(n int64) *Type { return struct_(ArrayOf(b.float, n)) }
	for _, c := range []struct {
		types []*Type
		want  string // x: a word in x0 and on, v: a vector register; then bytes on the stack
	}{
		{[]*Type{b.int, b.float, b.long, b.double}, "xx vv 0"},
		{[]*Type{b.int128}, "xx  0"}, {[]*Type{b.int, b.int128}, "xxxx  0"}, {[]*Type{b.int, struct_(b.int128)}, "xxxx  0"},
		{[]*Type{b.int, struct_(b.long, b.long)}, "xxx  0"}, {[]*Type{b.int, stated}, "xxx  0"},
		{[]*Type{struct_(b.long, b.long, b.long)}, "x  0"}, {[]*Type{vector(32)}, "x  0"},
		{[]*Type{b.longDouble, vector(16), vector(8)}, " vvv 0"}, {[]*Type{struct_(vector(16), vector(16))}, " vv 0"},
		{[]*Type{floats(4)}, " vvvv 0"}, {[]*Type{floats(5)}, "x  0"}, {[]*Type{floats(4), floats(3), floats(2), b.float}, " vvvvvvvv 16"},
		{[]*Type{struct_(b.float, b.double)}, "xx  0"}, {[]*Type{struct_(b.float, b.int)}, "x  0"}, {[]*Type{struct_(floats(2), b.float)}, " vvv 0"},
		{[]*Type{b.long, b.long, b.long, b.long, b.long, b.long, b.long, struct_(b.long, b.long), b.int}, "xxxxxxxx  24"},
		{[]*Type{b.long, b.long, b.long, b.long, b.long, b.long, b.long, b.long, b.char, b.longDouble, b.int128}, "xxxxxxxx v 32"},
		{[]*Type{struct_()}, "  0"},
	} {
		l := &callLayout{rules: aapcs64{}, top: 0x10000}
		names := ""
		for _, typ := range c.types {
			if names += typ.Name + " "; l.pass(make([]byte, sizeOf(typ)), typ) != nil {
				t.Errorf("%s: refused", typ.Name)
			}
		}
		if got := fmt.Sprintf("%s %s %d", strings.Repeat("x", len(l.ints)), strings.Repeat("v", len(l.vectors)), len(l.stack)); got != c.want {
			t.Errorf("%s: %q, want %q", names, got, c.want)
		}
	}
}

// A result has a place by the convention of its architecture, and each architecture has one.
func TestEveryArchitectureHasAConvention(t *testing.T) {
	for _, a := range arches.All() {
		c := &Context{Arch: a, Session: NewSession()}
		rules, err := c.convention()
		if err != nil {
			t.Fatal(err)
		}
		b := c.basics()
		large := layOut(Struct, "large", Field{Name: "a", Type: ArrayOf(b.long, 3)})
		for typ, want := range map[*Type]returnPlace{b.void: returnNothing, b.int: returnRegisters, b.double: returnRegisters, b.longDouble: returnRegisters, large: returnMemory} {
			if got, err := rules.result(typ); got != want || err != nil {
				t.Errorf("%s: %s is at %d, %v; want %d", a.Name, typ.Name, got, err, want)
			}
		}
		if (precision(b.longDouble) == 113) != a.LongDouble128 {
			t.Errorf("%s: a long double of %d bits", a.Name, precision(b.longDouble))
		}
		if a.Convention == machine.AAPCS64 && a.ResultAddress == machine.NoReg {
			t.Errorf("%s: no register for the address of a result", a.Name)
		}
	}
}

// 1.1L is rounded once, to the precision of the architecture's long double.
func TestLiteralsHaveTheirArchitecturesPrecision(t *testing.T) {
	for _, a := range arches.All() {
		c := &Context{Arch: a, Session: NewSession()}
		want := "1.10000000000000000002"
		if a.LongDouble128 {
			want = "1.10000000000000000000000000000000008"
		}
		v, err := c.Evaluate("1.1L")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Print(v, Format{}); got != want || err != nil {
			t.Errorf("%s: %s, %v; want %s", a.Name, got, err, want)
		}
	}
}
