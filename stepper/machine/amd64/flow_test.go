package amd64

import (
	"debug/elf"
	"math/rand/v2"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// The instructions reached from a function's entry are those of objdump, which knows
// where functions begin, and none begins inside another. Exceptions: the C library's few
// jumps past a lock prefix, whose targets objdump does not show.
func TestFlowAgreesWithObjdumpOnRealCode(t *testing.T) {
	for _, name := range []string{"libc", "loader"} {
		args := realCode(t)[name]
		path := args[0]
		begins := map[table.Addr]byte{}
		objdump(t, func(l listing) { begins[l.addr] = l.code[0] }, args...)
		f, err := elf.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		text := f.Section(".text")
		code, err := text.Data()
		if err != nil {
			t.Fatal(err)
		}
		symbols, _ := f.DynamicSymbols()
		more, _ := f.Symbols() // none in a stripped file
		functions, found, differ := 0, 0, 0
		for _, s := range append(symbols, more...) {
			if elf.ST_TYPE(s.Info) != elf.STT_FUNC || s.Size == 0 || s.Value < text.Addr || s.Value+s.Size > text.Addr+text.Size {
				continue
			}
			functions++
			low, high := table.Addr(s.Value), table.Addr(s.Value+s.Size)
			l := machine.Lay(machine.Code{Arch: Arch(), Ranges: []machine.Range{{Low: low, High: high}}, Entries: []table.Addr{low}, Read: readCode(table.Addr(text.Addr), code)})
			for a := low; a < high; a++ {
				if !l.Begins(a) {
					continue
				}
				found++
				const lock = 0xf0
				if _, ok := begins[a]; !ok && begins[a-1] != lock {
					if differ++; differ <= 10 {
						t.Errorf("%s, %s: an instruction at %v, where objdump shows none", name, s.Name, a)
					}
				}
				if l.Within(a) && begins[a-1] != lock {
					t.Errorf("%s, %s: the instruction at %v begins within another", name, s.Name, a)
				}
			}
		}
		if functions < 20 || found < 500 {
			t.Errorf("%s: only %d functions and %d instructions", name, functions, found)
		}
		t.Logf("%s: %d functions, %d instructions", name, functions, found)
	}
}

// Bytes that control does not reach do not change the instructions.
func TestFlowDoesNotSeeDataBetween(t *testing.T) {
	// jmp 1008; six bytes; je 1000; jmp 1014; eight bytes; ret; four bytes of signature; the handler: jmp 1000
	text := code(t, "eb 06 000000000000  74 f6 eb 08 0000000000000000  c3 00000000 eb e5")
	gaps := []machine.Range{{Low: 0x1002, High: 0x1008}, {Low: 0x100c, High: 0x1014}, {Low: 0x1015, High: 0x1019}}
	want := []table.Addr{0x1000, 0x1008, 0x100a, 0x1014, 0x1019}
	for n := range 2000 {
		r := rand.New(rand.NewPCG(1, uint64(n)))
		for _, g := range gaps {
			for a := g.Low; a < g.High; a++ {
				text[a-0x1000] = byte(r.Uint32())
			}
		}
		l := machine.Lay(machine.Code{Arch: Arch(), Ranges: []machine.Range{{Low: 0x1000, High: 0x101b}}, Entries: []table.Addr{0x1000, 0x1019}, Likely: []table.Addr{0x1000, 0x100a},
			Data: gaps[2:], Read: readCode(0x1000, text)})
		var got []table.Addr
		for a := table.Addr(0x1000); a < 0x101b; a++ {
			if l.Begins(a) {
				got = append(got, a)
			}
		}
		if len(got) != len(want) {
			t.Fatalf("% x: instructions at %v, not %v", text, got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("% x: instructions at %v, not %v", text, got, want)
			}
		}
	}
}

// Code that only an indirect jump reaches is found when a thread has reached
// it.
func TestLayoutGrowsWithItsEntries(t *testing.T) {
	text := code(t, "ff e0  06 06  74 01  f0 ff 07  c3") // jmp *%rax; data; je 1007; lock incl (%rdi); ret
	c := machine.Code{Arch: Arch(), Ranges: []machine.Range{{Low: 0x1000, High: 0x100a}}, Entries: []table.Addr{0x1000}, Read: readCode(0x1000, text)}
	l := machine.Lay(c)
	if l.Begins(0x1004) || l.Within(0x1007) {
		t.Error("what nothing leads to is found")
	}
	c.Entries = []table.Addr{0x1004}
	l.Add(c)
	for a, want := range map[table.Addr][2]bool{0x1000: {true, false}, 0x1002: {false, false}, 0x1004: {true, false}, 0x1006: {true, false}, 0x1007: {true, true}, 0x1009: {true, false}} {
		if got := [2]bool{l.Begins(a), l.Within(a)}; got != want {
			t.Errorf("%v begins and lies within an instruction: %v, not %v", a, got, want)
		}
	}
}

// FuzzFlow: likely places neither remove anything from what the entries reach nor add
// anything inside it; a Layout agrees with WaysOut; and nothing panics.
func FuzzFlow(f *testing.F) {
	f.Add(uint64(0x1000), uint64(0x1002), uint64(0x1005), []byte("\xeb\x03\x53\x30\x05\x53\xeb\xf8"))
	f.Add(uint64(0x1001), uint64(0x1000), uint64(0x1000), []byte("\x74\x01\xf0\x48\xff\x04\x0e\xff\xe0\xcc\xc3"))
	f.Add(uint64(0x1000), uint64(0x1002), uint64(0x1005), []byte("\xccAX"))
	f.Fuzz(func(t *testing.T, entry, likely, data uint64, code []byte) {
		tabletest.Hurry(t)
		const base = 0x1000
		end := base + table.Addr(len(code))
		c := machine.Code{Arch: Arch(), Ranges: []machine.Range{{Low: base, High: end}}, Entries: []table.Addr{table.Addr(entry)},
			Data: []machine.Range{{Low: table.Addr(data), High: table.Addr(data) + machine.SignatureSize}}, Read: readCode(base, code)}
		alone := machine.WaysOut(c)
		c.Likely = []table.Addr{table.Addr(likely), base}
		ways, layout := machine.WaysOut(c), machine.Lay(c)
		within := map[table.Addr]bool{} // instructions reached from the entry
		for a := table.Addr(base); a < end; a++ {
			if alone.Begins(a) && alone.Sure(a) {
				i, err := Arch().Decode(a, code[a-base:])
				if err != nil {
					t.Fatalf("% x: %v", code, err)
				}
				for b := a + 1; b < i.Next(); b++ {
					within[b] = true
				}
			}
		}
		for a := table.Addr(base); a < end; a++ {
			sure := alone.Begins(a) && alone.Sure(a)
			if sure != (ways.Begins(a) && ways.Sure(a)) || within[a] && !layout.Within(a) {
				t.Fatalf("% x: likely places make a difference to the entry's at %v", code, a)
			}
			if layout.Begins(a) != ways.Begins(a) {
				t.Fatalf("% x: an instruction at %v: %v, among the ways out %v", code, a, layout.Begins(a), ways.Begins(a))
			}
			if ways.Begins(a) && !ways.Sure(a) && within[a] {
				t.Fatalf("% x: a likely instruction at %v lies within a sure one", code, a)
			}
		}
		for _, b := range append(append([]machine.Branch(nil), ways.Falls...), ways.Branches...) {
			if !ways.Begins(b.From) || b.To-base < table.Addr(len(code)) {
				t.Fatalf("% x: a way out from %v to %v", code, b.From, b.To)
			}
		}
		for _, b := range ways.Lost {
			if b.From != 0 && !(ways.Begins(b.From) && ways.Sure(b.From)) || ways.Begins(b.To) && ways.Sure(b.To) {
				t.Fatalf("% x: lost from %v to %v", code, b.From, b.To)
			}
		}
	})
}
