package opv_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/opv"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// FuzzVector: no panic; decoding and encoding round-trip; an executed vector
// faults, fails at one of its compares, or runs.
func FuzzVector(f *testing.F) {
	for _, abi := range []opv.ABI{opv.V3, opv.V9} {
		raw, err := abi.Encode(opv.Vector{{Kind: opv.CompareEqual, Len: 8, A: 0x1000, B: 0x1008}, {Kind: opv.Memcpy, Len: 16, A: 0x1100, B: 0x1fff, ExpectFaultB: true}, {Kind: opv.Add, Len: 4, A: 0x1004, Value: 7}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, byte(abi), int32(0), int32(0))
	}
	f.Fuzz(func(t *testing.T, raw []byte, which byte, cpu, flags int32) {
		tabletest.Hurry(t)
		abi := opv.ABI(which % 2)
		m := newPages()
		call := opv.Call{ABI: abi, Ops: 0x2000, Count: int32(copy(m.data[0x1000:], raw) / opv.OpSize), CPU: cpu, Flags: flags}
		ret, why := call.Return(m)
		if (why != nil) != (ret < 0) || ret > int64(abi.MaxOps()) && ret != 10 && ret != 6 {
			t.Fatalf("returns %d, %v", ret, why)
		}
		v, err := abi.Decode(raw)
		if (v == nil) != (err != nil) {
			t.Fatalf("%v, %v", v, err)
		}
		if err != nil {
			return
		}
		again, err := abi.Encode(v)
		if err != nil {
			t.Fatal(err)
		}
		if w, err := abi.Decode(again); err != nil || w.String() != v.String() {
			t.Fatalf("%v came back as %v, %v", v, w, err)
		}
		if abi.Validate(v) != nil {
			return
		}
		m = newPages()
		failed, err := opv.Execute(v, m)
		if err != nil && !bytes.Equal(m.data, make([]byte, len(m.data))) {
			t.Fatalf("%v: %v, and it wrote", v, err)
		}
		if failed > 0 && v[failed-1].Kind != opv.CompareEqual && v[failed-1].Kind != opv.CompareNotEqual {
			t.Fatalf("%v: failed at %d", v, failed)
		}
	})
}

// FuzzBuild: describing and interpreting any code does not panic.
func FuzzBuild(f *testing.F) {
	f.Add([]byte("\x64\x39\x51\x04\x75\x10\x48\x01\x37"), uint64(1))
	f.Add([]byte("\xf3\xa4\xc5\xf8\x77\x0f\xb0\x0f"), uint64(2))
	f.Fuzz(func(t *testing.T, code []byte, seed uint64) {
		tabletest.Hurry(t)
		buildAny(t, amd64.Arch(), code, seed)
	})
}

// FuzzBuildARM64 is FuzzBuild for arm64.
func FuzzBuildARM64(f *testing.F) {
	f.Add([]byte("\x0f\x04\x40\xb9\xff\x01\x01\x6b\x41\x00\x00\x54\x41\x00\x21\xf8"), uint64(1))
	random := rand.New(rand.NewPCG(3, 4))
	for _, form := range forms() {
		code, _, _ := form.instance(random, arm64.Regs(machine.Words{}), 0x10000000)
		f.Add(code, uint64(2))
	}
	f.Fuzz(func(t *testing.T, code []byte, seed uint64) {
		tabletest.Hurry(t)
		buildAny(t, arm64.Arch(), code, seed)
	})
}

func buildAny(t *testing.T, arch *machine.Arch, code []byte, seed uint64) {
	t.Helper()
	const at = 0x20000000
	body, err := machine.DecodeBody(arch, &table.Placed{Start: at, End: at + table.Addr(len(code)), Abort: 1}, code)
	if err != nil {
		return
	}
	opv.Describer{Arch: arch}.Lines(&body)
	w, s := newWorld(seed, arch.Regs(machine.Words{}), 0x10000000, at)
	p, err := opv.Build(opv.V3, &body, s, w, opv.Place{Area: 0x10000040})
	if err != nil {
		return
	}
	if err := opv.V3.Validate(p.Vector); err != nil {
		t.Fatal(err)
	}
	if failed, err := opv.Execute(p.Vector, p.Memory(w)); failed != 0 || err != nil {
		t.Fatalf("%v: %d, %v", p.Vector, failed, err)
	}
}
