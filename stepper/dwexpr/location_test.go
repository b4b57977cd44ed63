package dwexpr

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rseqstep/table/tabletest"
)

func TestLocationsAreOfEveryKind(t *testing.T) {
	wide := unit{width: 8, limit: &Limit{}}.place()
	for _, c := range []struct {
		name string
		expr []byte
		in   Place
		want Location
	}{
		{"nothing", nil, inUnit(), Location{Kind: Nowhere}},
		{"memory", []byte{OpFbreg, 8}, inUnit(), Location{Kind: InMemory, Addr: 0x8008}},
		{"register", []byte{OpReg0 + 5}, inUnit(), Location{Kind: InRegister, Register: 5}},
		{"regx", []byte{OpRegx, 0x90, 1}, inUnit(), Location{Kind: InRegister, Register: 0x90}},
		{"a register that is not initialized", []byte{OpReg0, OpGNUUninit}, inUnit(), Location{Kind: InRegister}},
		{"typed value", append(typ(1, 0xff), OpStackValue), inUnit(), Location{Kind: IsValue, Value: ^uint64(0), Type: types[1]}},
		{"bytes", []byte{OpImplicitValue, 2, 7, 8}, inUnit(), Location{Kind: IsBytes, Bytes: []byte{7, 8}}},
		{"implicit pointer", []byte{OpImplicitPointer, 1, 0, 0, 0, 0x7f}, inUnit(), Location{Kind: PointsTo, DIE: 0x101, Offset: -1}},
		{"implicit pointer, 64-bit DWARF", []byte{OpGNUImplicitPtr, 1, 0, 0, 0, 0, 0, 0, 0, 2}, wide, Location{Kind: PointsTo, DIE: 0x101, Offset: 2}},
		{"pieces", []byte{OpLit0 + 16, OpPiece, 2, OpPiece, 2, OpLit0 + 5, OpStackValue, OpPiece, 4, OpReg0, OpBitPiece, 3, 4}, inUnit(),
			Location{Kind: InPieces, Pieces: []Location{{Kind: InMemory, Addr: 16, Bits: 16}, {Kind: Nowhere, Bits: 16},
				{Kind: IsValue, Value: 5, Bits: 32}, {Kind: InRegister, Bits: 3, BitOff: 4}}}},
	} {
		at, err := Evaluate(c.expr, c.in)
		if d := cmp.Diff(c.want, at); d != "" || err != nil {
			t.Errorf("%s: %v\n%s", c.name, err, d)
		}
	}
}

func TestShapes(t *testing.T) {
	type answer struct {
		n  uint64
		ok bool
	}
	shapes := map[string]func([]byte) (uint64, bool){"Constant": Constant, "Added": Added, "Register": Register, "EntryRegister": EntryRegister,
		"Static": func(p []byte) (uint64, bool) { return 0, Static(p) }}
	for _, c := range []struct {
		expr []byte
		want map[string]answer // of the other answers: false
	}{
		{nil, nil},
		{[]byte{OpConstu, 0x80, 1}, map[string]answer{"Constant": {128, true}}},
		{[]byte{OpPlusUconst, 8}, map[string]answer{"Added": {8, true}}},
		{[]byte{OpReg31}, map[string]answer{"Register": {31, true}, "EntryRegister": {31, true}}},
		{[]byte{OpRegx, 0x80, 1}, map[string]answer{"Register": {128, true}, "EntryRegister": {128, true}}},
		{[]byte{OpBreg0 + 3, 0}, map[string]answer{"EntryRegister": {3, true}}},
		{[]byte{OpBreg0 + 3, 1}, nil},
		{[]byte{OpBreg0 + 3}, nil},
		{[]byte{OpReg0, OpReg0}, nil},
		{[]byte{OpRegx}, nil},
		{[]byte{OpConstu, 0x80}, nil},
		{[]byte{OpConstu, 1, OpNop}, nil},
		{[]byte{OpAddr, 0, 0, 0, 0, 0, 0, 0, 0}, map[string]answer{"Static": {0, true}}},
		{[]byte{OpAddrx, 0}, map[string]answer{"Static": {0, true}}},
		{[]byte{OpGNUAddrIndex, 0}, map[string]answer{"Static": {0, true}}},
	} {
		for name, f := range shapes {
			n, ok := f(c.expr)
			if want := c.want[name]; ok != want.ok || ok && n != want.n {
				t.Errorf("%s of % x: %d, %v; want %v", name, c.expr, n, ok, want)
			}
		}
	}
}

// FuzzEvaluate uses any bytes as an expression, in a unit and without one: no panic, no
// endless evaluation, and a Location if and only if there is no error.
func FuzzEvaluate(f *testing.F) {
	f.Add([]byte{OpLit0, OpLit0 + 1, OpPlus, OpStackValue}, uint64(0), false)
	f.Add([]byte{OpReg0, OpPiece, 4, OpPiece, 4}, uint64(1), true)
	f.Add([]byte{OpSkip, 0xfd, 0xff}, uint64(0), true)
	f.Add([]byte{OpLit0, OpLit0, OpDiv}, uint64(0), true)
	f.Add([]byte{OpPlusUconst, 1}, uint64(0), false)
	f.Add([]byte{OpImplicitValue, 2, 1, 2}, uint64(0), true)
	f.Add([]byte{OpEntryValue, 4, OpEntryValue, 1, OpReg0, OpStackValue, OpStackValue}, uint64(0), true)
	f.Add(append(typ(1, 0x80), OpLit0, OpShr, OpConvert, 4, OpDerefType, 1, 2), uint64(0), true)
	f.Add([]byte{OpBreg0 + 7, 8, OpBreg0 + 16, 0, OpLit0 + 15, OpAnd, OpLit0 + 11, OpGe, OpLit0 + 3, OpShl, OpPlus}, uint64(0), false)
	f.Add([]byte{OpGNUVariableValue, 0, 0, 0, 0, OpGNUParameterRef, 0, 0, 0, 0, OpMinus, OpFormTLSAddress, OpDeref}, uint64(0), true)
	f.Fuzz(func(t *testing.T, expr []byte, initial uint64, inside bool) {
		tabletest.Hurry(t)
		in := Place{Frame: frame{}}
		if inside {
			in = inUnit()
		}
		at, err := Evaluate(expr, in, initial)
		if (at.Kind == 0) != (err != nil) {
			t.Fatalf("%+v with error %v", at, err)
		}
		if err != nil && (at.Pieces != nil || !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrNotSupported) && !errors.Is(err, errNot)) {
			t.Fatalf("%+v, %v", at, err)
		}
		bits := 0
		for _, p := range at.Pieces {
			if p.Kind == 0 || p.Kind == InPieces {
				t.Fatalf("a piece %+v", p)
			}
			bits += p.Bits
		}
		if bits > 1<<26 {
			t.Fatalf("pieces of %d bits", bits)
		}
		if v, err := Word(expr, frame{}, initial); err != nil && v != 0 {
			t.Fatalf("%#x, %v", v, err)
		}
		for _, shape := range []func([]byte) (uint64, bool){Constant, Added, Register, EntryRegister} {
			shape(expr)
		}
		Static(expr)
	})
}
