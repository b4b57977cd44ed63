package arm64

import (
	"maps"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// The sections of tcmalloc in workerd.
func TestWorkerdsSectionsAreDecoded(t *testing.T) {
	path := tabletest.NeedWorkerdARM64(t)
	file, err := table.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	read := tabletest.CodeReader(t, path)
	module := &table.Module{File: file, Path: path}
	lengths, exits, toEnd := map[int]int{}, map[int]int{}, 0
	for n := range file.Sections {
		p := module.Place(&file.Sections[n])
		b, err := machine.DecodeBody(Arch(), p, read(p.Start, p.End))
		if err != nil || !b.Known() || len(b.Calls)+len(b.Syscalls) > 0 {
			t.Errorf("%v: %v, calls %v, indirect %v, lost %v", p.Start, err, b.Calls, b.Indirect, b.Lost)
			continue
		}
		if len(b.Insns) != int(p.End-p.Start)/4 || b.Final == 0 {
			t.Errorf("%v: control reaches %d instructions of %d; final store %v", p.Start, len(b.Insns), int(p.End-p.Start)/4, b.Final)
		}
		lengths[len(b.Insns)]++
		exits[len(b.Exits)-2]++
		toEnd += len(b.ToEnd)
		if b.Sure != (len(b.ToEnd) == 0) {
			t.Errorf("%v: sure %v, branches to End %v", p.Start, b.Sure, b.ToEnd)
		}
		const before = 96 // bytes, some instructions
		at, ok := machine.FindArming(Arch(), p, p.Start-before, read(p.Start-before, p.End))
		i, err := Arch().Decode(at, read(at, at+4))
		if !ok || err != nil || i.Next() != p.Start || i.Store.Base == SP || i.Store.Disp != 0 && i.Store.Disp != 8 {
			t.Errorf("%v: arming store at %v (%v, %v): %s", p.Start, at, ok, err, Arch().Format(&i, nil))
		}
		var c machine.Constants
		for a := at - 8; a < at; a += 4 {
			j, _ := Arch().Decode(a, read(a, a+4))
			c.Pass(Arch(), &j)
		}
		if v, ok := c.Value(i.Store.Reg); !ok || table.Addr(v) != p.Descriptor {
			t.Errorf("%v: adrp and add load %#x, %v; the descriptor is at %v", p.Start, v, ok, p.Descriptor)
		}
	}
	if want := map[int]int{5: 2, 8: 133, 10: 40, 26: 2}; !maps.Equal(lengths, want) {
		t.Errorf("sections by their number of instructions: %v, not %v", lengths, want)
	}
	if want := map[int]int{0: 2, 1: 175}; !maps.Equal(exits, want) || toEnd != 2 {
		t.Errorf("sections by their number of side exits: %v, not %v; %d branches to End, not 2", exits, want, toEnd)
	}
}
