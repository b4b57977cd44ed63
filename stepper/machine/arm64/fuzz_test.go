package arm64

import (
	"encoding/binary"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

func FuzzDecode(f *testing.F) {
	for _, c := range classes {
		f.Add(uint64(0x1000), c.value)
	}
	f.Fuzz(func(t *testing.T, addr uint64, w uint32) {
		tabletest.Hurry(t)
		code := bytesOf(word(w))
		i, err := Arch().Decode(table.Addr(addr), code)
		if err != nil {
			if i != (machine.Insn{}) || addr%4 == 0 {
				t.Fatalf("%08x: %+v beside %v", w, i, err)
			}
			return
		}
		if i.Len != 4 || binary.LittleEndian.Uint32(i.Bytes()) != w || i.Writes&^allRegs != 0 {
			t.Fatalf("%08x: %+v", w, i)
		}
		r := Regs(machine.Words{X0: addr, X0 + 1: addr, SP: addr, X0 + 2: 8})
		mem := memory{}
		mem.put64(table.Addr(addr), addr)
		to, size, ok := i.StoreAddress(&r)
		writes, value, known := i.Arms(&r, table.Addr(addr))
		near := ok && (uint64(to)-addr < 8 || addr-uint64(to) < uint64(size))
		if writes != near || known && !writes {
			t.Fatalf("%08x: writes %v (known: %v), but stores %d bytes at %v (%v)", w, writes, known, size, to, ok)
		}
		if after, ok := i.FieldAfter(&r, mem, table.Addr(addr)); known && (!ok || after != value) {
			t.Fatalf("%08x: stores %#x, the field holds %#x (%v)", w, value, after, ok)
		}
		if _, known := i.Taken(&r); known && i.Kind != machine.CondJump {
			t.Fatalf("%08x: taken, and no jump", w)
		}
		u, known := Arch().Usage(&i)
		if known && (u.Changes != i.Writes || u.Sets&^u.Changes != 0 || (u.Reads|u.Sets)&^allRegs != 0) {
			t.Fatalf("%08x: %+v, and changes %v", w, u, namesOf(i.Writes))
		}
		if to, _, ok := Arch().Constant(&i, nil); ok && !i.Writes.Has(to) {
			t.Fatalf("%08x: loads %s, which it does not change", w, names[to])
		}
		if Arch().Format(&i, nil) == "" {
			t.Fatalf("%08x: no text", w)
		}
	})
}

func FuzzDecodeBody(f *testing.F) {
	f.Add(uint64(0x1000), uint64(0x1010), uint64(0x2000), bytesOf(0xb9400400, 0x6b01001f, 0x54000141, 0xf9000043))
	f.Add(uint64(0x1000), uint64(0x100c), uint64(0x1000), bytesOf(ldaxrX0, addX0, stlxr, cbnzBack3))
	f.Add(^uint64(3), uint64(8), uint64(0), bytesOf(nop, ret, 0x54ffffe1))
	f.Fuzz(func(t *testing.T, start, end, abort uint64, code []byte) {
		tabletest.Hurry(t)
		p := &table.Placed{Start: table.Addr(start), End: table.Addr(end), Abort: table.Addr(abort), Exits: []table.Addr{table.Addr(abort + 8)}}
		read := func(a table.Addr, q []byte) (int, error) {
			return copy(q, code[min(uint64(len(code)), uint64(a)-start):]), nil
		}
		if s, ok := machine.FindSequence(Arch(), p.Start, read); ok && (len(s.Ways) == 0 || len(s.Inside) == 0 || s.Contains(s.Load)) {
			t.Fatalf("%+v", s)
		}
		machine.SequenceAround(Arch(), p.Start+8, read)
		b, err := machine.DecodeBody(Arch(), p, code)
		if err != nil {
			if b.Insns != nil || b.Exits != nil || b.End != 0 {
				t.Fatalf("%+v beside %v", b, err)
			}
			return
		}
		for n := range b.Insns {
			if i := &b.Insns[n]; !b.Contains(i.Addr) || i.Addr%4 != 0 || n > 0 && b.Insns[n-1].Addr >= i.Addr {
				t.Fatalf("instruction %d begins at %v", n, i.Addr)
			}
		}
		r := Regs(machine.Words{})
		if b.Sure && b.Outcome(nil, &r) != machine.OutcomeCommitted {
			t.Fatal("sure, but not committed")
		}
		for _, s := range b.Stops(func(table.Addr) *machine.Body { return nil }) {
			if b.Contains(s.Addr) {
				t.Fatalf("a stop inside the section: %v", s.Addr)
			}
		}
		if at, ok := machine.FindArming(Arch(), p, p.Start-table.Addr(len(code)), code); ok && at%4 != 0 {
			t.Fatalf("an arming store at %v", at)
		}
	})
}
