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
