package amd64

import (
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"\x90", "\x64\x48\x89\x04\x25\x08\x00\x00\x00", "\x62\xf1\x7c\x48\x11\x43\xff", "\x8f\xe8\x78\xc2\xc1\x05",
		"\xc4\xe3\xfd\x00\xc1\x4e", "\xf3\x48\xab", "\xc7\xf8\x00\x00\x00\x00", "\x0f\x0f\xc1\x9e", "\x67\x8f\x44\x24\x08"} {
		f.Add(uint64(0x1000), []byte(s))
	}
	f.Fuzz(func(t *testing.T, addr uint64, code []byte) {
		tabletest.Hurry(t)
		i, err := Arch().Decode(table.Addr(addr), code)
		if err != nil {
			if i != (machine.Insn{}) {
				t.Fatalf("% x: %+v beside %v", code, i, err)
			}
			return
		}
		if i.Len < 1 || i.Len > machine.MaxLen || int(i.Len) > len(code) {
			t.Fatalf("% x: %d bytes long", code, i.Len)
		}
		again, err := Arch().Decode(table.Addr(addr), i.Bytes())
		if err != nil || again != i {
			t.Fatalf("% x: its own bytes decode to %+v (%v), not %+v", code, again, err, i)
		}
		r := Regs(machine.Words{RAX: addr, RSP: addr, RDI: addr, RCX: 1})
		mem := memory{}
		mem.put64(table.Addr(addr), addr)
		to, size, ok := i.StoreAddress(&r)
		writes, value, known := i.Arms(&r, table.Addr(addr))
		near := ok && (uint64(to)-addr < 8 || addr-uint64(to) < uint64(size))
		if writes != near || known && !writes {
			t.Fatalf("% x: writes %v (known: %v), but stores %d bytes at %v (%v)", code, writes, known, size, to, ok)
		}
		if after, ok := i.FieldAfter(&r, mem, table.Addr(addr)); known && (!ok || after != value) {
			t.Fatalf("% x: stores %#x, the field holds %#x (%v)", code, value, after, ok)
		}
		if Arch().Format(&i, nil) == "" {
			t.Fatalf("% x: no text", code)
		}
	})
}

func FuzzDecodeBody(f *testing.F) {
	f.Add(uint64(0x1000), uint64(0x1000+int64(len(popBatch))), uint64(0x2000), []byte(popBatch))
	f.Add(uint64(0x1000), uint64(0x1004), uint64(0x1000), []byte("\xeb\xfe\x74\x00"))
	f.Add(^uint64(0), uint64(3), uint64(0), []byte("\x90\x90\x90\xe3\xff"))
	f.Fuzz(func(t *testing.T, start, end, abort uint64, code []byte) {
		tabletest.Hurry(t)
		p := &table.Placed{Start: table.Addr(start), End: table.Addr(end), Abort: table.Addr(abort), Exits: []table.Addr{table.Addr(abort + 8)}}
		b, err := machine.DecodeBody(Arch(), p, code)
		if err != nil {
			if b.Insns != nil || b.Exits != nil || b.End != 0 {
				t.Fatalf("%+v beside %v", b, err)
			}
			return
		}
		begins := map[table.Addr]bool{b.Start: true}
		for n := range b.Insns {
			i := &b.Insns[n]
			if !b.Contains(i.Addr) || n > 0 && b.Insns[n-1].Addr >= i.Addr {
				t.Fatalf("instruction %d begins at %v", n, i.Addr)
			}
			if i.Continues() || i.Kind == machine.Trap {
				begins[i.Next()] = true
			}
			if i.Kind == machine.Jump || i.Kind == machine.CondJump {
				begins[i.Target] = true
			}
		}
		for n := range b.Insns {
			if !begins[b.Insns[n].Addr] && b.Insns[n].Addr != b.Start {
				t.Fatalf("nothing leads to the instruction at %v", b.Insns[n].Addr)
			}
		}
		for n := range b.Exits {
			if n > 0 && b.Exits[n-1].Addr >= b.Exits[n].Addr {
				t.Fatalf("exits are not sorted: %+v", b.Exits)
			}
		}
		if b.Sure && b.Outcome(nil, regs(machine.Words{})) != machine.OutcomeCommitted {
			t.Fatal("sure, but not committed")
		}
		for _, s := range b.Stops(func(table.Addr) *machine.Body { return nil }) {
			if b.Contains(s.Addr) {
				t.Fatalf("a stop inside the section: %v", s.Addr)
			}
		}
		machine.FindArming(Arch(), p, p.Start-table.Addr(len(code)), code)
		ways := machine.WaysOut(machine.Code{Arch: Arch(), Ranges: []machine.Range{{Low: p.Start, High: p.End}}, Entries: []table.Addr{p.Start}, Read: func(_ table.Addr, q []byte) (int, error) { return copy(q, code), nil }})
		for _, w := range append(ways.Falls, ways.Branches...) {
			if b.Contains(w.To) || !b.Contains(w.From) {
				t.Fatalf("a way out from %v to %v", w.From, w.To)
			}
		}
	})
}
