package amd64

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"rseqstep/stepper/machine"
)

// Each name reads a register that there is, or a part of one, and no two registers
// lie in one place of the area.
func TestEveryRegisterIsReadAndWritten(t *testing.T) {
	a := Arch()
	area := make([]byte, xsaveYMMH+256)
	for _, name := range a.OtherNames() {
		if name == "mxcsr" {
			continue // it is shown only
		}
		before, ok := a.Others.Register(area, name)
		if !ok {
			t.Fatalf("%s cannot be read", name)
		}
		if name[0] != 'y' && !bytes.Equal(before, make([]byte, len(before))) {
			t.Errorf("%s holds % x before it is written", name, before)
		}
		want := bytes.Repeat([]byte{name[len(name)-1]}, len(before))
		if name[0] == 's' {
			clear(want[10:])
		}
		if !a.SetRegister(area, name, want) {
			t.Fatalf("%s cannot be written", name)
		}
		if got, _ := a.Others.Register(area, name); !bytes.Equal(got, want) {
			t.Errorf("%s is % x, not % x", name, got, want)
		}
	}
	for n := range area {
		for _, name := range append(a.OtherNames(), "rax", "xmm16", "xmm", "st8", "") {
			short := bytes.Clone(area[:n])
			if b, ok := a.Others.Register(short, name); ok != (b != nil) || ok && n < a.Area {
				t.Fatalf("%s of an area of %d bytes: % x, %v", name, n, b, ok)
			}
			a.SetRegister(short, name, make([]byte, 32))
		}
	}
}

func TestEveryViewIsPartOfARegister(t *testing.T) {
	a, seen := Arch(), map[string]bool{}
	area := make([]byte, xsaveYMMH+256)
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

func TestDWARFNumbersNameRegisters(t *testing.T) {
	a, seen := Arch(), map[string]uint64{}
	area := make([]byte, xsaveYMMH+256)
	for n := range uint64(128) {
		name := a.DWARFRegister(n)
		if name == "" {
			continue
		}
		if m, ok := seen[name]; ok {
			t.Errorf("%s has the numbers %d and %d", name, m, n)
		}
		seen[name] = n
		_, general := a.Register(name)
		if _, other := a.Others.Register(area, name); general == other {
			t.Errorf("number %d is %q, which is no register", n, name)
		}
	}
	for name, n := range map[string]uint64{"rdx": 1, "rsp": 7, "rip": 16, "xmm15": 32, "st0": 33, "fs_base": 58} {
		if seen[name] != n {
			t.Errorf("%s has number %d, not %d", name, seen[name], n)
		}
	}
	for x := R15; x <= GS; x++ {
		if general := a.General.Has(x); general != (Number(x) >= 0) || general && General(byte(Number(x))) != x || Name(x) != a.Names[x] {
			t.Errorf("%s has the number %d in instructions", Name(x), Number(x))
		}
	}
	if x, ok := a.Register("none"); ok || x != machine.NoReg {
		t.Error("none is a register")
	}
}

// A function that the debugger calls finds its vector arguments and an empty x87 stack, and nothing
// else changed.
func TestAreaOfAThreadAtAFunctionsFirstInstruction(t *testing.T) {
	a := Arch()
	arguments := [][16]byte{{1, 2, 3}, {4}, {15: 5}}
	for _, n := range []int{0, len(arguments)} {
		before := make([]byte, xsaveYMMH+256)
		for i := range before {
			before[i] = byte(i*7 + i>>8)
		}
		binary.LittleEndian.PutUint64(before[xsaveBV:], xsaveAVX)
		area := bytes.Clone(before)
		a.EnterFunction(area, arguments[:n])
		for i, v := range arguments[:n] {
			if got, _ := a.Others.Register(area, fmt.Sprintf("xmm%d", i)); !bytes.Equal(got, v[:]) {
				t.Errorf("xmm%d is % x, want % x", i, got, v)
			}
		}
		if fsw := binary.LittleEndian.Uint16(area[xsaveFSW:]); fsw>>11&7 != 0 || area[xsaveFTW] != 0 {
			t.Errorf("the x87 stack is not empty: FSW %#x, FTW %#x", fsw, area[xsaveFTW])
		}
		if got, want := binary.LittleEndian.Uint64(area[xsaveBV:])&xsaveSSE != 0, n > 0; got != want {
			t.Errorf("%d arguments: SSE state in use: %v", n, got)
		}
		changed := map[int]bool{xsaveFSW + 1: true, xsaveFTW: true, xsaveBV: n > 0}
		for i := range area {
			if area[i] != before[i] && !changed[i] && uint(i-xsaveXMM) >= uint(16*n) {
				t.Errorf("%d arguments: byte %d has changed", n, i)
			}
		}
		if got, ok := a.VectorResult(area); !ok || !bytes.Equal(got[:], area[xsaveXMM:][:16]) {
			t.Errorf("the result: % x, %v", got, ok)
		}
	}
	a.EnterFunction(make([]byte, 16), arguments)
	if _, ok := a.VectorResult(make([]byte, 16)); ok {
		t.Error("a result beyond the area")
	}
}
