package amd64

import (
	"slices"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Branches finds every direct branch and call that the decoder finds, wherever it stands, and
// nothing that leads elsewhere.
func TestBranchesFindsWhatTheDecoderFinds(t *testing.T) {
	const at, low, high = 0x1000, 0x2000, 0x2010
	for _, code := range []string{
		"\xe8\xfb\x0f\x00\x00",         // call 0x2000
		"\xe9\xfb\x0f\x00\x00",         // jmp 0x2000
		"\x0f\x85\xff\x0f\x00\x00",     // jne 0x2005
		"\x2e\x0f\x84\xff\x0f\x00\x00", // je,pn 0x2006
		"\xf2\xe9\xfa\x0f\x00\x00",     // bnd jmp 0x2000
	} {
		i, err := Arch().Decode(at, []byte(code))
		if err != nil || i.Target < low || i.Target >= high {
			t.Fatalf("% x: %+v, %v: the case is wrong", code, i, err)
		}
		for _, far := range []bool{true, false} {
			var got []table.Addr
			shapes{}.Branches(at, []byte("\x90"+code+"\x90"), machine.Range{Low: low, High: high + 1}, far, func(_, to table.Addr) { got = append(got, to) })
			if want := []table.Addr{i.Target + 1}; !slices.Equal(got, want) {
				t.Errorf("% x: %v, want %v", code, got, want)
			}
		}
	}
	for _, op := range []byte{0xeb, 0x70, 0x7f, 0xe0, 0xe3} {
		i, err := Arch().Decode(at, []byte{op, 0x20})
		if err != nil || i.Target != at+0x22 {
			t.Fatalf("%x: %+v, %v", op, i, err)
		}
		for far, want := range map[bool]int{true: 0, false: 1} {
			n := 0
			shapes{}.Branches(at, []byte{op, 0x20}, machine.Range{Low: i.Target, High: i.Target + 1}, far, func(_, _ table.Addr) { n++ })
			if n != want {
				t.Errorf("%x: found %d times, want %d", op, n, want)
			}
		}
	}
	shapes{}.Branches(at, []byte("\xe8\xfb\x0f\x00\x00\xe9\x00"), machine.Range{Low: 0x3000, High: 0x4000}, true, func(from, to table.Addr) {
		t.Errorf("a branch from %v to %v, where there is none", from, to)
	})
}

// Loads finds an instruction that loads a number, in each encoding that compilers use.
func TestLoadsFindsWhatTheDecoderFinds(t *testing.T) {
	const at = 0x1000
	for _, code := range []string{
		"\xb8\x4e\x01\x00\x00",         // mov $334, %eax
		"\xbf\x4e\x01\x00\x00",         // mov $334, %edi
		"\x48\xc7\xc0\x4e\x01\x00\x00", // mov $334, %rax
		"\x41\xb8\x4e\x01\x00\x00",     // mov $334, %r8d
		"\xb8\x4e\x4e\x01\x00",         // another number
	} {
		i, err := Arch().Decode(at, []byte(code))
		if err != nil {
			t.Fatal(err)
		}
		_, value, ok := Arch().Constant(&i, nil)
		var got []table.Addr
		shapes{}.Loads(at-1, []byte("\x90"+code+"\x90"), 334, func(from table.Addr) { got = append(got, from) })
		if want := ok && value == 334; want != slices.Contains(got, at) {
			t.Errorf("% x loads %d: found at %v", code, value, got)
		}
	}
}
