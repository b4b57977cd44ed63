package amd64

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// ownVDSO reads the vDSO of the test process.
func ownVDSO(t testing.TB) (image []byte, base table.Addr) {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(maps)) {
		if !strings.Contains(line, "[vdso]") {
			continue
		}
		var low, high uint64
		if _, err := fmt.Sscanf(line, "%x-%x", &low, &high); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open("/proc/self/mem")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		image = make([]byte, high-low)
		if _, err := f.ReadAt(image, int64(low)); err != nil {
			t.Fatal(err)
		}
		return image, table.Addr(low)
	}
	t.Fatal("the test process has no vDSO")
	return nil, 0
}

func TestVDSOListsItsFunctionsWithAliasesMerged(t *testing.T) {
	image, base := ownVDSO(t)
	v, err := machine.ParseVDSO(Arch(), image, base)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]machine.VDSOFunction{}
	for _, f := range v.Functions {
		names[f.Name] = f
		if f.Start < v.Base || f.End > v.High || f.End <= f.Start {
			t.Errorf("%s at [%v, %v) is outside of the image [%v, %v)", f.Name, f.Start, f.End, v.Base, v.High)
		}
		for pc := f.Start; pc < f.End; pc++ {
			if at, ok := v.At(pc); !ok || at.Name != f.Name {
				t.Fatalf("%v is in %s, not %s", pc, at.Name, f.Name)
			}
			if _, ok := v.Entry(pc); ok != (pc == f.Start) {
				t.Fatalf("%s: %v is an entry: %v", f.Name, pc, ok)
			}
		}
	}
	for _, name := range []string{"clock_gettime", "gettimeofday", "time", "clock_getres", "getcpu"} {
		f, ok := names["__vdso_"+name]
		if !ok || len(f.Aliases) != 1 || f.Aliases[0] != name {
			t.Errorf("__vdso_%s is not there with its alias: %+v", name, f)
		}
	}
}

// At every vDSO instruction that a C program executed with the trap flag set, the call
// frame information gives the program's own return address and frame, and the
// callee-saved registers at the function's entry.
func TestReturnAddressHoldsAtEveryInstruction(t *testing.T) {
	image, _ := ownVDSO(t)
	var v *machine.VDSO
	var name string
	var ra, sp uint64
	var entry *machine.Regs
	steps := map[string]int{}
	in := bufio.NewScanner(strings.NewReader(runC(t, "vdsosteps.c")))
	in.Buffer(nil, 1<<16)
	for in.Scan() {
		words := strings.Fields(in.Text())
		if words[0] == "call" {
			name, words, entry = words[1], words[1:], nil
		}
		numbers := make([]uint64, len(words)-1)
		for n, w := range words[1:] {
			var err error
			if numbers[n], err = strconv.ParseUint(w, 16, 64); err != nil {
				t.Fatal(err)
			}
		}
		switch words[0] {
		case "base":
			var err error
			if v, err = machine.ParseVDSO(Arch(), image, table.Addr(numbers[0])); err != nil {
				t.Fatal(err)
			}
		case name:
			ra, sp = numbers[0], numbers[1]
		case "step":
			regs, mem := stateOf(numbers)
			got, cfa, err := v.ReturnAddress(regs.PC(), &regs, mem)
			if err != nil || uint64(got) != ra || uint64(cfa) != sp {
				t.Errorf("%s at %v: returns to %v with rsp %v (%v), not to %#x with %#x", name, regs.PC()-v.Base, got, cfa, err, ra, sp)
			}
			if entry == nil {
				entry = &regs
			}
			frame, err := v.Leave(&regs, mem)
			c := &frame.Caller
			if err != nil || uint64(c.PC()) != ra || uint64(frame.CFA()) != sp || frame.Function.Start != entry.PC() ||
				[6]uint64{c.W[RBX], c.W[RBP], c.W[R12], c.W[R13], c.W[R14], c.W[R15]} != [6]uint64{entry.W[RBX], entry.W[RBP], entry.W[R12], entry.W[R13], entry.W[R14], entry.W[R15]} {
				t.Errorf("%s at %v is left to %+v (%v), having been entered with %+v", name, regs.PC()-v.Base, frame, err, *entry)
			}
			steps[name]++
		}
	}
	if len(steps) < 5 {
		t.Errorf("only these functions were stepped: %v", steps)
	}
	t.Log("instructions checked:", steps)
}

// stateOf converts the numbers of a step line of vdsosteps.c to a state.
func stateOf(numbers []uint64) (machine.Regs, memory) {
	r := Regs(machine.Words{RIP: numbers[0], RAX: numbers[1], RCX: numbers[2], RDX: numbers[3], RBX: numbers[4], RSP: numbers[5],
		RBP: numbers[6], RSI: numbers[7], RDI: numbers[8], R8: numbers[9], R9: numbers[10], R10: numbers[11],
		R11: numbers[12], R12: numbers[13], R13: numbers[14], R14: numbers[15], R15: numbers[16]})
	mem := memory{}
	for n, v := range numbers[17:] {
		mem.put64(table.Addr(r.W[RSP])+table.Addr(8*n), v)
	}
	return r, mem
}

func TestReturnAddressSaysWhenItDoesNotKnow(t *testing.T) {
	image, base := ownVDSO(t)
	v, err := machine.ParseVDSO(Arch(), image, base)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := v.ReturnAddress(base, regs(machine.Words{}), memory{}); err == nil {
		t.Error("the ELF header has a return address")
	}
	if _, _, err := v.ReturnAddress(v.Functions[0].Start, regs(machine.Words{RSP: 0x1000}), memory{}); err == nil {
		t.Error("a return address was read from an unmapped stack")
	}
}

func TestParseVDSOIsNilExactlyOnError(t *testing.T) {
	image, base := ownVDSO(t)
	for n := 0; n <= len(image); n += 61 {
		damaged := append([]byte(nil), image...)
		v, err := machine.ParseVDSO(Arch(), damaged[:n], base)
		if (v == nil) != (err != nil) {
			t.Fatalf("the first %d bytes: %v, %v", n, v, err)
		}
		if n < len(image) {
			damaged[n] ^= 0xff
			if v, err := machine.ParseVDSO(Arch(), damaged, base); (v == nil) != (err != nil) {
				t.Fatalf("byte %d changed: %v, %v", n, v, err)
			}
		}
	}
	if _, err := machine.ParseVDSO(Arch(), nil, base); err == nil {
		t.Error("nothing is a vDSO")
	}
}

// A helper that no symbol names is left for the function that calls it, whether it has
// call frame information or, as ChaCha20's core, none.
func TestHelpersOfTheVDSOAreLeft(t *testing.T) {
	image, base := ownVDSO(t)
	v, err := machine.ParseVDSO(Arch(), image, base)
	if err != nil {
		t.Fatal(err)
	}
	const sp, size = 0x10000, 0x2000
	helpers := 0
	for _, f := range v.Functions {
		ways := machine.WaysOut(machine.Code{Arch: Arch(), Ranges: []machine.Range{{Low: f.Start, High: f.End}}, Entries: []table.Addr{f.Start}, Read: readCode(base, image)})
		for _, call := range ways.Calls {
			if _, named := v.At(call.Target); named || !v.Contains(call.Target) {
				continue
			}
			helpers++
			mem := memory{}
			mem.put(base, image...)
			mem.put(sp, make([]byte, size)...)
			mem.put64(sp, uint64(call.Return))
			r := regs(machine.Words{RIP: uint64(call.Target), RSP: sp, RBP: sp + size/2})
			frame, err := v.Leave(r, mem)
			if err != nil || frame.Function.Start != f.Start || frame.Inner != sp+8 {
				t.Errorf("%s, called at %v: %+v, %v", f.Name, call.Addr, frame, err)
			}
			mem.put64(sp, uint64(f.Start)) // behind no call
			if frame, err := v.Leave(r, mem); err == nil && frame.Inner != sp+8 {
				t.Errorf("%s: %+v with a return address that is none", f.Name, frame)
			}
		}
	}
	t.Log("calls of helpers:", helpers)
}
