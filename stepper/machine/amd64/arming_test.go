package amd64

import (
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

func TestFindArmingPrefersTheDescriptorsStore(t *testing.T) {
	for _, c := range []struct {
		name, code string
		from       table.Addr
		want       table.Addr
		ok         bool
	}{
		// lea 0x4000(%rip),%rax is 0x5607 at address 0x1600.
		{"lea, spill, mov %fs", "48 8d 05 00 40 00 00  48 89 54 24 f8  64 48 89 04 25 08 00 00 00", 0x1600, 0x160c, true},
		{"something between store and start", "48 8d 05 00 40 00 00  64 48 89 04 25 08 00 00 00  48 31 c0  48 31 c9", 0x1600, 0x1607, true},
		{"descriptor's register overwritten", "48 8d 05 00 40 00 00  31 c0  64 48 89 04 25 08 00 00 00  31 c9  31 c9", 0x1600, 0, false},
		{"mov $imm32", "b8 07 56 00 00  48 89 43 08", 0x1600, 0x1605, true},
		{"constant to memory", "48 c7 43 08 07 56 00 00  90", 0x1600, 0x1600, true},
		{"a nop between", "48 8d 05 00 40 00 00  90  f3 90  64 48 89 04 25 08 00 00 00  90  90  90", 0x1600, 0x160a, true},
		{"pointer loaded from memory", "48 8b 05 00 00 00 00  48 89 43 08", 0x1600, 0x1607, true},
		{"only a spill", "48 89 54 24 f8", 0x1600, 0, false},
		{"decoding begins amid an instruction", "ff 06 48 8d 05 00 40 00 00  48 89 42 08", 0x15fe, 0x1607, true},
		{"nothing", "90", 0x1600, 0, false},
	} {
		code := code(t, c.code)
		p := &table.Placed{Descriptor: 0x5607, Start: c.from + table.Addr(len(code))}
		if got, ok := machine.FindArming(Arch(), p, c.from, code); got != c.want || ok != c.ok {
			t.Errorf("%s: %v (%v), not %v", c.name, got, ok, c.want)
		}
	}
}

// Some sections begin with their arming store, and data may precede one: the
// signature of another section's abort handler.
func TestFindArmingLooksIntoTheSectionAndPastData(t *testing.T) {
	for _, c := range []struct {
		name, before, section string
		data                  []machine.Range
		want                  table.Addr
		ok                    bool
	}{
		{"the section's first instruction", "48 8d 05 00 40 00 00", "48 89 46 08  8b 4e 04", nil, 0x1607, true},
		{"its second, with the load", "90", "48 c7 c0 07 56 00 00  48 89 46 08", nil, 0x1608, true},
		{"before it a spill", "48 8d 05 00 40 00 00  48 89 55 f8", "48 89 46 08", nil, 0x160b, true},
		{"before it the arming store, in it another store of the descriptor", "48 8d 05 00 40 00 00  48 89 46 08", "48 89 46 08", nil, 0x1607, true},
		{"behind a branch in the section", "48 8d 05 00 40 00 00", "75 00  48 89 46 08", nil, 0, false},
		{"nothing of the section is there", "48 8d 05 00 40 00 00", "", nil, 0, false},
		{"behind a signature that swallows the load", "53 30 05 53  48 8d 05 00 40 00 00  48 89 46 08", "90", []machine.Range{{Low: 0x1600, High: 0x1604}}, 0x160b, true},
	} {
		before, section := code(t, c.before), code(t, c.section)
		p := &table.Placed{Descriptor: 0x5607, Start: 0x1600 + table.Addr(len(before)), End: 0x1700}
		if len(c.data) > 0 {
			p.Descriptor += 4
		}
		if got, ok := machine.FindArming(Arch(), p, 0x1600, append(before, section...), c.data...); got != c.want || ok != c.ok {
			t.Errorf("%s: %v (%v), not %v", c.name, got, ok, c.want)
		}
	}
}
