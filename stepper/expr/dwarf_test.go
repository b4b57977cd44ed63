package expr

import (
	"errors"
	"testing"

	"rseqstep/stepper/dwexpr"
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

// Without a frame there are no registers, and nothing that depends on a frame's rules.
func TestExpressionsNeedAFrame(t *testing.T) {
	f := dwexpr.Frame(&evaluation{ctx: &Context{Mem: flat{}, Session: NewSession()}})
	if at, err := dwexpr.Word([]byte{dwexpr.OpBreg0, 0}, f); !errors.Is(err, errNoFrame) {
		t.Errorf("a register: %#x, %v", at, err)
	}
	u := f.(dwexpr.Unit)
	if at, err := u.FrameBase(); !errors.Is(err, errNoFrame) {
		t.Errorf("the frame base: %v, %v", at, err)
	}
	if at, err := u.CFA(); !errors.Is(err, errNoFrame) {
		t.Errorf("the CFA: %v, %v", at, err)
	}
	if v, err := u.EntryValue([]byte{dwexpr.OpReg0}); !errors.Is(err, errNoFrame) {
		t.Errorf("an entry value: %#x, %v", v, err)
	}
	if at, err := u.Object(); err == nil {
		t.Errorf("the object: %v", at)
	}
}

func TestPiecesComeTogether(t *testing.T) {
	c := &Context{Mem: flat{}, Session: NewSession()}
	m := &evaluation{ctx: c}
	// 2 bytes at 0x10, 2 bytes that are missing, 4 bytes of the value 5.
	at, err := m.run([]byte{dwexpr.OpLit0 + 16, dwexpr.OpPiece, 2, dwexpr.OpPiece, 2, dwexpr.OpLit0 + 5, dwexpr.OpStackValue, dwexpr.OpPiece, 4})
	if err != nil || at.Kind != dwexpr.InPieces {
		t.Fatalf("%+v, %v", at, err)
	}
	b := c.basics()
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

// FuzzLocation uses any bytes as a location or a location list and shows the value there. (The
// evaluation itself is tested in stepper/dwexpr.)
func FuzzLocation(f *testing.F) {
	f.Add([]byte{dwexpr.OpLit0, dwexpr.OpLit0 + 1, dwexpr.OpPlus, dwexpr.OpStackValue})
	f.Add([]byte{dwexpr.OpReg0, dwexpr.OpPiece, 4, dwexpr.OpPiece, 4})
	f.Add([]byte{dwexpr.OpLit0, dwexpr.OpBitPiece, 0, 0xff, 0xff, 0x7f, dwexpr.OpSkip, 0xf6, 0xff})
	f.Add([]byte{dwexpr.OpImplicitValue, 2, 1, 2})
	f.Add([]byte{lleOffsetPair, 0, 8, 1, 'a', lleEnd})
	f.Fuzz(func(t *testing.T, expr []byte) {
		tabletest.Hurry(t)
		c := &Context{Mem: flat{}, Session: NewSession()}
		at, err := (&evaluation{ctx: c}).run(expr)
		if err == nil {
			v := c.place(nil, c.basics().long, at)
			_, _ = c.PrintMember(v, Format{})
		}
		_, _ = newList(expr, 0, 1, func(n uint64) (uint64, error) { return n, nil })
		_, _ = oldList(expr, 0, 1)
	})
}
