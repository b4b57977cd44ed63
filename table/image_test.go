package table_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"rseqstep/table"
)

// module is a module at bias with sections of these starts, ends.
func module(bias table.Addr, ranges ...[2]table.FileAddr) *table.Module {
	f := &table.File{}
	for i, r := range ranges {
		f.Sections = append(f.Sections, table.Section{At: table.FileAddr(0x9000 + 32*i), Start: r[0], End: r[1], Abort: 0x8000, Exits: []table.FileAddr{r[1] + 8}})
	}
	return &table.Module{File: f, Bias: bias, Low: bias, High: bias + 0x10000}
}

// TestLookupByPC: at both ends of sections that are separate, adjoin, nest,
// overlap and share their start.
func TestLookupByPC(t *testing.T) {
	const bias = 0x7f0000000000
	im := table.NewImage([]*table.Module{
		module(bias, [2]table.FileAddr{0x100, 0x200}, [2]table.FileAddr{0x120, 0x130}, [2]table.FileAddr{0x1f0, 0x210}, [2]table.FileAddr{0x210, 0x220}, [2]table.FileAddr{0x300, 0x340}, [2]table.FileAddr{0x300, 0x310}, [2]table.FileAddr{0x400, 0x400}),
		module(0x5000, [2]table.FileAddr{0x100, 0x104}),
	})
	for pc, want := range map[table.Addr][2]table.Addr{ // start, end; zeros: none
		0xff: {}, 0x100: {0x100, 0x200}, 0x11f: {0x100, 0x200}, 0x120: {0x120, 0x130}, 0x12f: {0x120, 0x130}, 0x130: {0x100, 0x200},
		0x1ef: {0x100, 0x200}, 0x1f0: {0x1f0, 0x210}, 0x20f: {0x1f0, 0x210}, 0x210: {0x210, 0x220}, 0x21f: {0x210, 0x220}, 0x220: {},
		0x300: {0x300, 0x310}, 0x30f: {0x300, 0x310}, 0x310: {0x300, 0x340}, 0x33f: {0x300, 0x340}, 0x340: {}, 0x400: {},
	} {
		p := im.At(bias + pc)
		switch {
		case want == [2]table.Addr{} && p != nil:
			t.Errorf("At(%v) = %v to %v, want none", pc, p.Start, p.End)
		case want != [2]table.Addr{} && (p == nil || p.Start-bias != want[0] || p.End-bias != want[1]):
			t.Errorf("At(%v) = %+v, want %v to %v", pc, p, want[0], want[1])
		}
	}
	if p := im.At(0x5103); p == nil || p.Start != 0x5100 || p.Abort != 0xd000 || p.Exits[0] != 0x510c || p.Descriptor != 0xe000 {
		t.Errorf("At(0x5103) = %+v, want the other module's section", p)
	}
	if all := im.AllAt(bias + 0x1f8); len(all) != 2 || all[0].Start-bias != 0x1f0 {
		t.Errorf("AllAt found %d, want both that overlap", len(all))
	}
	if all := im.Overlapping(bias+0x12f, bias+0x211); len(all) != 4 || all[0].Start-bias != 0x100 || all[3].Start-bias != 0x210 {
		t.Errorf("Overlapping found %d, want 4 in order", len(all))
	}
	if p := im.ByDescriptor(bias + 0x9020); p == nil || p.Start-bias != 0x120 {
		t.Errorf("ByDescriptor found %+v, want the second", p)
	}
	if m := im.ModuleAt(bias + 0xffff); m == nil || m.Bias != bias {
		t.Errorf("ModuleAt found %+v", m)
	}
	if m := im.ModuleAt(bias + 0x10000); m != nil {
		t.Errorf("ModuleAt past the end found %+v", m)
	}
}

// TestLookupByHandler: by where abort handlers begin, shared ones included, and by the
// four bytes before them.
func TestLookupByHandler(t *testing.T) {
	f := &table.File{}
	for i, abort := range []table.FileAddr{0x300, 0x100, 0x300, 0x200, 0x203} {
		f.Sections = append(f.Sections, table.Section{At: table.FileAddr(0x9000 + 32*i), Start: table.FileAddr(0x1000 + 16*i), End: table.FileAddr(0x1008 + 16*i), Abort: abort})
	}
	im := table.NewImage([]*table.Module{{File: f, Low: 0, High: 0x10000}})
	for r, want := range map[[2]table.Addr][]table.Addr{
		{0, 0x1000}:     {0x100, 0x200, 0x203, 0x300, 0x300},
		{0x100, 0x101}:  {0x100},
		{0x101, 0x200}:  nil,
		{0x200, 0x203}:  {0x200},
		{0x300, 0x301}:  {0x300, 0x300},
		{0x301, 0x2000}: nil,
		{0x300, 0x300}:  nil,
		{0x300, 0x100}:  nil,
	} {
		var got []table.Addr
		for _, p := range im.HandlersIn(r[0], r[1]) {
			got = append(got, p.Abort)
		}
		if !slices.Equal(got, want) {
			t.Errorf("in [%v, %v): %v, not %v", r[0], r[1], got, want)
		}
	}
	for a, want := range map[table.Addr]table.Addr{0xfb: 0, 0xfc: 0x100, 0xff: 0x100, 0x100: 0, 0x1fe: 0x200, 0x200: 0x203, 0x203: 0, 0x2ff: 0x300} {
		if p := im.SignatureAt(a); (p == nil) != (want == 0) || p != nil && p.Abort != want {
			t.Errorf("the signature at %v is of %+v", a, p)
		}
	}
	for a, want := range map[table.Addr]bool{0xff: false, 0x100: true, 0x101: false, 0x203: true} {
		if p := im.HandlerAt(a); (p != nil) != want || p != nil && p.Abort != a {
			t.Errorf("the handler at %v is of %+v", a, p)
		}
	}
	im.Reload(nil)
	if im.SignatureAt(0xff) != nil || len(im.HandlersIn(0, 0x1000)) != 0 {
		t.Error("something is left of nothing")
	}
}

// memory is a process with one range of bytes.
type memory struct {
	at table.Addr
	b  []byte
}

func (m memory) ReadMemory(a table.Addr, p []byte) (int, error) {
	if a < m.at || uint64(a-m.at) > uint64(len(m.b)) {
		return 0, errors.New("no such memory")
	}
	n := copy(p, m.b[a-m.at:])
	if n < len(p) {
		return n, errors.New("end of memory")
	}
	return n, nil
}

// TestArmedDescriptorsAreLearnt: read from memory, found by address, kept over
// a reload, replaced if the descriptor is reused for other code.
func TestArmedDescriptorsAreLearnt(t *testing.T) {
	jit := func(start uint64) memory {
		code := make([]byte, 0x100)
		binary.LittleEndian.PutUint32(code[0x7c:], 0x53053053)
		return memory{0x10000, append(bytesOf.Descriptor(0, 0, start, 8, 0x100a0), code...)}
	}
	p, err := table.ReadDescriptor(jit(0x10040), 0x10000, binary.LittleEndian)
	if err != nil {
		t.Fatal(err)
	}
	if p.Module != nil || p.Start != 0x10040 || p.End != 0x10048 || p.Abort != 0x100a0 || p.Section.Signature.Value != 0x53053053 || !p.Section.Signature.Found {
		t.Errorf("read %+v", p)
	}
	m := module(0x5000, [2]table.FileAddr{0x100, 0x104})
	im := table.NewImage([]*table.Module{m})
	if im.Add(p) != p || im.At(0x10047) != p || im.ByDescriptor(0x10000) != p {
		t.Error("not found after Add")
	}
	again, _ := table.ReadDescriptor(jit(0x10040), 0x10000, binary.LittleEndian)
	if im.Add(again) != p {
		t.Error("the same section again is not the earlier one")
	}
	declared := im.At(0x5100)
	moved := *m
	im.Reload([]*table.Module{&moved})
	if im.At(0x5100) != declared || declared.Module != &moved {
		t.Error("a reload that changes nothing makes new sections")
	}
	if im.At(0x10047) != p || len(im.Sections()) != 2 || len(im.Learnt()) != 1 {
		t.Error("lost by a reload")
	}
	other, _ := table.ReadDescriptor(jit(0x10050), 0x10000, binary.LittleEndian)
	im.Add(other)
	if im.At(0x10047) != nil || im.At(0x10050) != other || len(im.Sections()) != 2 {
		t.Error("not replaced by what the descriptor says now")
	}
	if p, err := table.ReadDescriptor(memory{0x10000, make([]byte, 31)}, 0x10000, binary.LittleEndian); err == nil || p != nil {
		t.Errorf("a descriptor that cannot be read: %+v, want an error", p)
	}
}

// TestBiasFromAMapping: any part of a segment's mapping gives the same bias.
func TestBiasFromAMapping(t *testing.T) {
	f, err := table.Parse(bytes.NewReader(sample().Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	text := f.Segments[0]
	page := text.Offset &^ 0xfff
	low := 0x7f0000000000 + table.Addr(text.Addr) - table.Addr(text.Offset-page)
	if bias, ok := f.Bias(low, page, 0x1000, true); !ok || bias != 0x7f0000000000 {
		t.Errorf("bias %v %v, want 0x7f0000000000", bias, ok)
	}
	if bias, ok := f.Bias(low, 1<<20, 0x1000, true); ok {
		t.Errorf("bias %v of a part of the file that no segment has", bias)
	}
	a, ok := f.FileAddr(text.Offset + 0x10)
	if off, back := f.FileOffset(a); !ok || !back || a != textAddr+0x10 || off != text.Offset+0x10 {
		t.Errorf("file offset %#x is %v, and back %#x", text.Offset+0x10, a, off)
	}
}

// TestReloadForgetsWhatIsGone: a library that is unloaded, and one loaded
// elsewhere.
func TestReloadForgetsWhatIsGone(t *testing.T) {
	m := module(0x5000, [2]table.FileAddr{0x100, 0x104})
	im := table.NewImage([]*table.Module{m})
	again := &table.Module{File: m.File, Bias: 0x7000, Low: 0x7000, High: 0x8000}
	im.Reload([]*table.Module{again})
	if im.At(0x5100) != nil || im.ByDescriptor(0xe000) != nil || im.ModuleAt(0x5100) != nil {
		t.Error("found where the library was")
	}
	if p := im.At(0x7100); p == nil || p.Abort != 0xf000 || p.Module != again {
		t.Errorf("section is now %+v, want it at 0x7100", p)
	}
	im.Reload(nil)
	if len(im.Sections()) != 0 || len(im.Modules()) != 0 {
		t.Error("something is left of nothing")
	}
}
