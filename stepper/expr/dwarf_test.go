package expr

import (
	"errors"
	"testing"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// flat is memory in which every byte is the low byte of its address.
type flat struct{}

func (flat) ReadMemory(a table.Addr, p []byte) (int, error) {
	for i := range p {
		p[i] = byte(a) + byte(i)
	}
	return len(p), nil
}

func TestExpressionsComputeAsDWARFSays(t *testing.T) {
	for _, c := range []struct {
		name string
		expr []byte
		want uint64
	}{
		{"literal", []byte{opLit0 + 7}, 7},
		{"const1s", []byte{opConst1s, 0xff}, ^uint64(0)},
		{"const2u", []byte{opConst2u, 0x34, 0x12}, 0x1234},
		{"consts", []byte{opConsts, 0x7f}, ^uint64(0)},
		{"constu", []byte{opConstu, 0x80, 0x01}, 128},
		{"plus_uconst", []byte{opLit0 + 1, opPlusUconst, 0x80, 0x01}, 129},
		{"minus", []byte{opLit0 + 9, opLit0 + 4, opMinus}, 5},
		{"div is signed", []byte{opConst1s, 0xf8, opLit0 + 2, opDiv}, ^uint64(3)},
		{"shra", []byte{opConst1s, 0xf8, opLit0 + 1, opShra}, ^uint64(3)},
		{"shr by 64", []byte{opLit0 + 1, opConst1u, 64, opShr}, 0},
		{"swap", []byte{opLit0 + 1, opLit0 + 9, opSwap, opMinus}, 8},
		{"rot", []byte{opLit0 + 1, opLit0 + 2, opLit0 + 3, opRot, opDrop, opDrop}, 3},
		{"over", []byte{opLit0 + 6, opLit0 + 2, opOver, opMinus, opPlus}, 2},
		{"pick", []byte{opLit0 + 6, opLit0 + 2, opPick, 1}, 6},
		{"lt is signed", []byte{opConst1s, 0xff, opLit0, opLt}, 1},
		{"bra taken", []byte{opLit0 + 5, opLit0 + 1, opBra, 1, 0, opLit0 + 9}, 5},
		{"bra not taken", []byte{opLit0 + 5, opLit0, opBra, 1, 0, opLit0 + 9}, 9},
		{"skip", []byte{opLit0 + 5, opSkip, 1, 0, opLit0 + 9}, 5},
		{"deref_size", []byte{opLit0 + 16, opDerefSize, 2}, 0x1110},
		{"abs", []byte{opConst1s, 0xfb, opAbs}, 5},
		{"neg", []byte{opLit0 + 1, opNeg}, ^uint64(0)},
	} {
		m := &machine{ctx: &Context{Mem: flat{}, Session: NewSession()}}
		at, err := m.run(append(c.expr, opStackValue))
		if err != nil || at.kind != isValue || at.val != c.want {
			t.Errorf("%s: %+v, %v; want %#x", c.name, at, err, c.want)
		}
	}
}

func TestBrokenExpressionsAreErrors(t *testing.T) {
	for name, expr := range map[string][]byte{
		"division by zero":  {opLit0, opLit0, opDiv},
		"modulo by zero":    {opLit0, opLit0, opMod},
		"empty stack":       {opPlus},
		"plus_uconst":       {opPlusUconst, 1},
		"cut off":           {opConst4u, 1, 2},
		"endless":           {opSkip, 0xfd, 0xff},
		"jump out":          {opSkip, 0x00, 0x70},
		"unknown":           {0x01},
		"nothing left":      {opNop},
		"pick too deep":     {opLit0, opPick, 200},
		"piece of too much": {opLit0, opPiece, 0xff, 0xff, 0xff, 0xff, 0x0f},
		"implicit cut off":  {opImplicitValue, 0x7f, 1},
		"after the end":     {opReg0, opLit0},
		"register, no one":  {opBreg0, 0},
		"frame base":        {opFbreg, 0},
		"deref of 9":        {opLit0, opDerefSize, 9},
	} {
		m := &machine{ctx: &Context{Mem: flat{}, Session: NewSession()}}
		if at, err := m.run(expr); err == nil {
			t.Errorf("%s: %+v and no error", name, at)
		}
	}
}

func TestPiecesComeTogether(t *testing.T) {
	c := &Context{Mem: flat{}, Session: NewSession()}
	m := &machine{ctx: c}
	// 2 bytes at 0x10, 2 bytes that are gone, 4 bytes of the value 5.
	at, err := m.run([]byte{opLit0 + 16, opPiece, 2, opPiece, 2, opLit0 + 5, opStackValue, opPiece, 4})
	if err != nil || at.kind != inPieces {
		t.Fatalf("%+v, %v", at, err)
	}
	b := c.Session.basics
	whole := c.place(nil, b.long, at)
	if _, err := c.fetch(whole); !errors.Is(err, errOptimizedOut) {
		t.Errorf("the whole: %v", err)
	}
	for _, p := range []struct {
		off  int64
		t    *Type
		want string
	}{{0, b.short, "4368"}, {4, b.int, "5"}, {2, b.short, "<optimized out>"}} {
		if got, err := c.PrintMember(whole.slice(p.t, p.off), Format{}); err != nil || got != p.want {
			t.Errorf("at %d: %s, %v; want %s", p.off, got, err, p.want)
		}
	}
}

func TestLocationListsOfDWARF5(t *testing.T) {
	index := func(n uint64) (uint64, error) {
		if n > 3 {
			return 0, errors.New("no such address")
		}
		return 0x1000 * (n + 1), nil
	}
	list := []byte{
		lleViewPair, 0, 1,
		lleOffsetPair, 0x10, 0x20, 1, 'a', // counts from base
		lleBaseAddressx, 1, // 0x2000
		lleOffsetPair, 0x00, 0x08, 1, 'b',
		lleStartxLength, 2, 0x10, 1, 'c', // 0x3000
		lleStartxEndx, 2, 3, 1, 'd', // 0x3000 to 0x4000
		lleBaseAddress, 0, 0x50, 0, 0, 0, 0, 0, 0,
		lleOffsetPair, 0x04, 0x08, 1, 'e', // 0x5004
		lleStartEnd, 0, 0x60, 0, 0, 0, 0, 0, 0, 8, 0x60, 0, 0, 0, 0, 0, 0, 1, 'f',
		lleStartLength, 0, 0x70, 0, 0, 0, 0, 0, 0, 8, 1, 'g',
		lleOffsetPair, 0x20, 0x20, 1, 'z', // empty
		lleDefault, 1, 'x',
		lleEnd,
	}
	for pc, want := range map[uint64]string{0x110: "a", 0x11f: "a", 0x120: "x", 0x2000: "b", 0x2008: "x", 0x300f: "c",
		0x3010: "d", 0x3fff: "d", 0x5004: "e", 0x6007: "f", 0x6008: "x", 0x7000: "g", 0x5020: "x"} {
		if got, err := newList(list, 0x100, pc, index); err != nil || string(got) != want {
			t.Errorf("%#x: %q, %v; want %q", pc, got, err, want)
		}
	}
	for n := range list {
		if _, err := newList(list[:n], 0x100, 0x9999, index); err == nil {
			t.Errorf("cut off after %d bytes: no error", n)
		}
	}
	if _, err := newList([]byte{lleBaseAddressx, 9, lleEnd}, 0, 0, index); err == nil {
		t.Error("an index out of range is no error")
	}
}

func TestLocationListsOfDWARF4(t *testing.T) {
	word := func(v uint64) []byte { return leave(v, 8) }
	var list []byte
	for _, part := range [][]byte{word(0x10), word(0x20), {1, 0, 'a'}, word(^uint64(0)), word(0x5000),
		word(0), word(8), {1, 0, 'b'}, word(0), word(0)} {
		list = append(list, part...)
	}
	for pc, want := range map[uint64]string{0x110: "a", 0x120: "", 0x5000: "b", 0x5007: "b", 0x5008: ""} {
		if got, err := oldList(list, 0x100, pc); err != nil || string(got) != want {
			t.Errorf("%#x: %q, %v; want %q", pc, got, err, want)
		}
	}
	for n := range list {
		if _, err := oldList(list[:n], 0x100, 0x9999); err == nil {
			t.Errorf("cut off after %d bytes: no error", n)
		}
	}
}

func FuzzMachine(f *testing.F) {
	f.Add([]byte{opLit0, opLit0 + 1, opPlus, opStackValue})
	f.Add([]byte{opReg0, opPiece, 4, opPiece, 4})
	f.Add([]byte{opSkip, 0xfd, 0xff})
	f.Add([]byte{opImplicitValue, 2, 1, 2})
	f.Add([]byte{lleOffsetPair, 0, 8, 1, 'a', lleEnd})
	f.Fuzz(func(t *testing.T, expr []byte) {
		tabletest.Hurry(t)
		c := &Context{Mem: flat{}, Session: NewSession()}
		m := &machine{ctx: c}
		// Operations that ask for a unit need a module, which there is none of.
		for _, b := range expr {
			if b >= opImplicitPointer && b <= opReinterpret || b >= 0xe0 || b == opFormTLSAddress || b == opAddr {
				return
			}
		}
		at, err := m.run(expr)
		if err == nil {
			v := c.place(nil, c.Session.basics.long, at)
			_, _ = c.PrintMember(v, Format{})
		}
		_, _ = newList(expr, 0, 1, func(n uint64) (uint64, error) { return n, nil })
		_, _ = oldList(expr, 0, 1)
	})
}
