package arm64

import (
	"math"
	"testing"

	"rseqstep/stepper/machine"
)

var interesting = []uint64{0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0x7fffffff, 0x80000000, 0xffffffff, math.MaxInt64, 1 << 63, math.MaxUint64}

// After a comparison each condition means what its name says.
func TestConditionsAreThoseOfComparisons(t *testing.T) {
	for _, a := range interesting {
		for _, b := range interesting {
			pstate := uint64(0)
			set := func(bit uint64, on bool) {
				if on {
					pstate |= bit
				}
			}
			set(pstateN, int64(a-b) < 0)
			set(pstateZ, a == b)
			set(pstateC, a >= b)
			set(pstateV, (int64(a) < int64(b)) != (int64(a-b) < 0))
			r := Regs(machine.Words{PSTATE: pstate})
			for code, want := range map[word]bool{0: a == b, 1: a != b, 2: a >= b, 3: a < b, 4: int64(a-b) < 0, 5: int64(a-b) >= 0,
				8: a > b, 9: a <= b, 10: int64(a) >= int64(b), 11: int64(a) < int64(b), 12: int64(a) > int64(b), 13: int64(a) <= int64(b), 14: true, 15: true} {
				for _, consistent := range []word{0, 1 << 4} {
					i := insn(t, 0x1000, 0x54000000|consistent|code)
					if got, known := i.Taken(&r); got != want || !known || !i.ByFlag {
						t.Errorf("%s after %#x and %#x: %v, %v", conditions[code], a, b, got, known)
					}
				}
			}
		}
	}
	overflow := Regs(machine.Words{PSTATE: pstateV})
	for code, want := range map[word]bool{6: true, 7: false} {
		i := insn(t, 0x1000, 0x54000000|code)
		if got, _ := i.Taken(&overflow); got != want {
			t.Errorf("%s: %v", conditions[code], got)
		}
	}
}

func TestBranchesOnRegisters(t *testing.T) {
	for _, v := range interesting {
		r := Regs(machine.Words{X0 + 3: v})
		check := func(name string, w word, want bool) {
			i := insn(t, 0x1000, w)
			if got, known := i.Taken(&r); got != want || !known || i.ByFlag {
				t.Errorf("%s of %#x: %v, %v, %v", name, v, got, known, i.ByFlag)
			}
		}
		check("cbz x", 0xb4000043, v == 0)
		check("cbnz x", 0xb5000043, v != 0)
		check("cbz w", 0x34000043, uint32(v) == 0)
		check("cbnz w", 0x35000043, uint32(v) != 0)
		check("cbz xzr", 0xb400005f, true)
		for _, bit := range []int{0, 7, 31, 32, 63} {
			w := word(bit>>5<<31 | bit&31<<19)
			check("tbz", 0x36000043|w, v>>bit&1 == 0)
			check("tbnz", 0x37000043|w, v>>bit&1 == 1)
		}
	}
}

// Compare-and-branch, which no processor at hand has.
func TestCompareAndBranch(t *testing.T) {
	for _, a := range interesting {
		for _, b := range interesting {
			r := Regs(machine.Words{X0 + 1: a, X0 + 2: b})
			constant := b & 63
			for w, want := range map[word]bool{
				0xf4020041:                      int64(a) > int64(b), // cbgt x1, x2
				0xf4220041:                      int64(a) >= int64(b),
				0xf4420041:                      a > b,
				0xf4620041:                      a >= b,
				0xf4c20041:                      a == b,
				0xf4e20041:                      a != b,
				0x74020041:                      int32(a) > int32(b), // w1, w2
				0x74420041:                      uint32(a) > uint32(b),
				0x74028041:                      int8(a) > int8(b), // cbbgt
				0x7462c041:                      uint16(a) >= uint16(b),
				0x74e28041:                      uint8(a) != uint8(b),
				0xf5000041 | word(constant)<<15: int64(a) > int64(constant),
				0xf5200041 | word(constant)<<15: int64(a) < int64(constant),
				0xf5400041 | word(constant)<<15: a > constant,
				0xf5600041 | word(constant)<<15: a < constant,
				0x75c00041 | word(constant)<<15: uint32(a) == uint32(constant),
				0x75e00041 | word(constant)<<15: uint32(a) != uint32(constant),
			} {
				i := insn(t, 0x1000, w)
				if got, known := i.Taken(&r); got != want || !known {
					t.Errorf("%08x of %#x and %#x: %v, %v", w, a, b, got, known)
				}
			}
		}
	}
	i := insn(t, 0x1000, 0xf4820041) // reserved
	if _, known := i.Taken(&machine.Regs{}); known {
		t.Error("a reserved condition is known")
	}
}
