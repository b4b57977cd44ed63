package arm64

import (
	"math/rand/v2"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// The tag in the top byte of a base register changes neither what is loaded nor what is stored, for all loads
// and stores among random words. Addresses of the upper half keep their highest bits.
func TestATagDoesNotChangeAnAddress(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	stores, loads := 0, 0
	for range 40000 {
		w := word(random.Uint32())&^(1<<25) | 1<<27 // loads and stores (Arm ARM C4.1)
		i, err := Arch().Decode(0x1000, bytesOf(w))
		if err != nil {
			continue
		}
		plain := Regs(machine.Words{})
		for x := X0; x <= SP; x++ {
			plain.W[x] = random.Uint64N(1 << 46)
		}
		tagged := func(m *machine.Mem) *machine.Regs {
			r := plain
			r.W[m.Base] ^= random.Uint64N(256) << 56
			r.W[machine.NoReg] = 0
			return &r
		}
		if m := &i.Store.Mem; i.Store.Size > 0 && !m.Vector && m.Base != m.Index {
			stores++
			want, _, _ := i.StoreAddress(&plain)
			if got, _, _ := i.StoreAddress(tagged(m)); got != want {
				t.Errorf("%08x stores at %v, not %v", w, got, want)
			}
			r := tagged(m)
			if writes, _, _ := i.Arms(r, want|table.Addr(random.Uint64N(256))<<56); !writes {
				t.Errorf("%08x does not arm a field with a tag at %v", w, want)
			}
		}
		if u, known := Arch().Usage(&i); known && u.Loaded > 0 && u.Load.Base != u.Load.Index {
			loads++
			if got, want := u.Load.Address(tagged(&u.Load)), u.Load.Address(&plain); got != want {
				t.Errorf("%08x loads from %v, not %v", w, got, want)
			}
		}
	}
	if stores < 1000 || loads < 1000 {
		t.Errorf("%d stores and %d loads", stores, loads)
	}
	for at, want := range map[table.Addr]table.Addr{0xab00_7fff_1234_5678: 0x7fff_1234_5678, 0x00ff_8000_0000_0000: 0xffff_8000_0000_0000, 0x5678: 0x5678} {
		if got := Arch().Untagged(at); got != want {
			t.Errorf("%v without its tag is %v, not %v", at, got, want)
		}
	}
}
