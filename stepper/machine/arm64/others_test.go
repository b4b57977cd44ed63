package arm64

import (
	"bytes"
	"testing"

	"rseqstep/stepper/machine"
)

func TestOtherRegistersAreReadAndWritten(t *testing.T) {
	a, area := Arch(), make([]byte, fpsimdSize)
	for n, name := range a.OtherNames() {
		before, ok := a.Others.Register(area, name)
		if !ok || !bytes.Equal(before, make([]byte, len(before))) {
			t.Fatalf("%s holds % x before it is written (%v)", name, before, ok)
		}
		want := bytes.Repeat([]byte{byte(n + 1)}, len(before))
		if !a.SetRegister(area, name, want) {
			t.Fatalf("%s cannot be written", name)
		}
		if got, _ := a.Others.Register(area, name); !bytes.Equal(got, want) {
			t.Errorf("%s is % x, not % x", name, got, want)
		}
		if a.SetRegister(area, name, want[1:]) {
			t.Errorf("%s was written with less than it has", name)
		}
	}
	for n := range area {
		for _, name := range append(a.OtherNames(), "x0", "v32", "v", "v01", "") {
			if b, ok := a.Others.Register(area[:n], name); ok != (b != nil) {
				t.Fatalf("%s of an area of %d bytes: % x, %v", name, n, b, ok)
			}
		}
	}
}

func TestEveryViewIsPartOfARegister(t *testing.T) {
	a, seen := Arch(), map[string]bool{}
	area := make([]byte, fpsimdSize)
	for _, v := range a.Views() {
		if seen[v.Name] || v.Type == "" {
			t.Errorf("%s is there twice, or has no type", v.Name)
		}
		seen[v.Name] = true
		_, general := a.Register(v.Whole)
		if _, other := a.Others.Register(area, v.Whole); general == other {
			t.Errorf("%s is part of %s, which is not one register", v.Name, v.Whole)
		}
	}
	for _, x := range a.Shown {
		if !seen[a.Names[x]] {
			t.Errorf("nothing reads %s", a.Names[x])
		}
	}
}

func TestNumbersNameRegisters(t *testing.T) {
	a, seen := Arch(), map[string]uint64{}
	for n := range uint64(128) {
		name := a.DWARFRegister(n)
		if name == "" {
			continue
		}
		if m, ok := seen[name]; ok {
			t.Errorf("%s has the numbers %d and %d", name, m, n)
		}
		seen[name] = n
	}
	for name, n := range map[string]uint64{"x0": 0, "x29": 29, "x30": 30, "sp": 31, "pc": 32, "tpidr": 36, "v0": 64, "v31": 95} {
		if at, ok := seen[name]; !ok || at != n {
			t.Errorf("%s has number %d, not %d", name, at, n)
		}
	}
	if len(a.Perf) != 33 || a.Perf[30] != X30 || a.Perf[31] != SP || a.Perf[32] != PC {
		t.Errorf("%v", a.Perf)
	}
	if r := Regs(machine.Words{}); a.Words*8 != 272 || len(r.Bytes()) != 272 { // sizeof(struct user_pt_regs)
		t.Errorf("the kernel's registers have %d bytes", a.Words*8)
	}
}

func TestAreaOfAThreadAtAFunctionsFirstInstruction(t *testing.T) {
	a, area := Arch(), bytes.Repeat([]byte{0x55}, fpsimdSize)
	a.EnterFunction(area, [][16]byte{{1, 2}, {15: 3}})
	if !bytes.Equal(area[:16], []byte{0: 1, 1: 2, 15: 0}) || area[31] != 3 || area[32] != 0x55 {
		t.Errorf("% x", area[:40])
	}
	if b, ok := a.VectorResult(area); !ok || b[0] != 1 {
		t.Errorf("the result: % x, %v", b, ok)
	}
	a.EnterFunction(area[:8], [][16]byte{{1}})
	if _, ok := a.VectorResult(area[:15]); ok {
		t.Error("a result beyond the area")
	}
}
