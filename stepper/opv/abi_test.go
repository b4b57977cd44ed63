package opv_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"rseqstep/stepper/opv"
)

func TestABINumbersAreThePublishedOnes(t *testing.T) {
	for _, c := range []struct {
		abi    opv.ABI
		ops    int
		sum    int
		kinds  string
		answer int64 // of CPU_OP_NR_FLAG
	}{
		{opv.V3, 16, 4216, "COMPARE_EQ COMPARE_NE MEMCPY ADD OR AND XOR LSHIFT RSHIFT MB ", 10},
		{opv.V9, 4, 4120, "COMPARE_EQ COMPARE_NE MEMCPY MEMCPY_RELEASE ADD ADD_RELEASE ", 6},
	} {
		kinds := ""
		for n := int32(0); ; n++ {
			k, ok := c.abi.Kind(n)
			if !ok {
				break
			}
			if back, ok := c.abi.Number(k); !ok || back != n {
				t.Errorf("%v: %v is number %d, then %d", c.abi, k, n, back)
			}
			kinds += k.String() + " "
		}
		if c.abi.MaxOps() != c.ops || c.abi.MaxSum() != c.sum || kinds != c.kinds {
			t.Errorf("%v: %d operations, %d bytes, %s", c.abi, c.abi.MaxOps(), c.abi.MaxSum(), kinds)
		}
		call := opv.Call{ABI: c.abi, Flags: opv.FlagNumber, CPU: -1, Count: -1}
		if got, err := call.Return(nil); got != c.answer || err != nil {
			t.Errorf("%v: CPU_OP_NR_FLAG returns %d, %v", c.abi, got, err)
		}
	}
}

// TestWireFormIsStructCPUOp spells the structs out byte by byte.
func TestWireFormIsStructCPUOp(t *testing.T) {
	for _, c := range []struct {
		abi  opv.ABI
		op   opv.Op
		want string
	}{
		{opv.V3, opv.Op{Kind: opv.CompareNotEqual, Len: 16, A: 0x1122334455667788, B: 2, ExpectFaultB: true},
			"01000000 10000000 8877665544332211 0200000000000000 0001000000000000"},
		{opv.V3, opv.Op{Kind: opv.Memcpy, Len: 1, A: 3, B: 4, ExpectFaultA: true},
			"02000000 01000000 0300000000000000 0400000000000000 0100000000000000"},
		{opv.V3, opv.Op{Kind: opv.Add, Len: 8, A: 5, Value: ^uint64(0), ExpectFaultA: true},
			"03000000 08000000 0500000000000000 ffffffffffffffff 0100000000000000"},
		{opv.V9, opv.Op{Kind: opv.AddRelease, Len: 4, A: 5, Value: 6},
			"05000000 04000000 0500000000000000 0600000000000000 0000000000000000"},
		{opv.V3, opv.Op{Kind: opv.ShiftRight, Len: 4, A: 5, Value: 31, ExpectFaultA: true},
			"08000000 04000000 0500000000000000 1f00000001000000 0000000000000000"},
		{opv.V3, opv.Op{Kind: opv.Barrier},
			"09000000 00000000 0000000000000000 0000000000000000 0000000000000000"},
	} {
		want, err := hex.DecodeString(strings.ReplaceAll(c.want, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.abi.Encode(opv.Vector{c.op})
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%v: % x, %v", c.op, got, err)
		}
		back, err := c.abi.Decode(want)
		if err != nil || len(back) != 1 || back[0] != c.op {
			t.Errorf("%v came back as %v, %v", c.op, back, err)
		}
	}
}

func TestValidateRefusesWhatTheABIForbids(t *testing.T) {
	many := func(n int, o opv.Op) opv.Vector { return slicesRepeat(o, n) }
	add := func(size uint32) opv.Op { return opv.Op{Kind: opv.Add, Len: size} }
	page := opv.Op{Kind: opv.Memcpy, Len: 4096}
	for _, c := range []struct {
		name string
		abi  opv.ABI
		v    opv.Vector
		ok   bool
	}{
		{"nothing", opv.V3, nil, true},
		{"16 operations", opv.V3, many(16, add(8)), true},
		{"17 operations", opv.V3, many(17, add(8)), false},
		{"4 operations", opv.V9, many(4, add(8)), true},
		{"5 operations", opv.V9, many(5, add(8)), false},
		{"a page and 15 numbers", opv.V3, append(many(15, add(8)), page), true},
		{"a page and more", opv.V3, opv.Vector{page, {Kind: opv.Memcpy, Len: 121}}, false},
		{"a page and 3 numbers", opv.V9, append(many(3, add(8)), page), true},
		{"a page and 25 bytes", opv.V9, opv.Vector{page, {Kind: opv.CompareEqual, Len: 25}}, false},
		{"more than a page", opv.V3, opv.Vector{{Kind: opv.CompareEqual, Len: 4097}}, false},
		{"a length that wraps the sum", opv.V3, opv.Vector{{Kind: opv.Memcpy, Len: 1<<32 - 1}, page}, false},
		{"no bytes", opv.V3, opv.Vector{{Kind: opv.CompareNotEqual}}, true},
		{"an addition of 3 bytes", opv.V3, opv.Vector{add(3)}, false},
		{"an addition of 0 bytes", opv.V9, opv.Vector{add(0)}, false},
		{"a mask of 16 bytes", opv.V3, opv.Vector{{Kind: opv.Xor, Len: 16}}, false},
		{"a shift by 7 of 8", opv.V3, opv.Vector{{Kind: opv.ShiftLeft, Len: 1, Value: 7}}, true},
		{"a shift by 8 of 8", opv.V3, opv.Vector{{Kind: opv.ShiftLeft, Len: 1, Value: 8}}, false},
		{"a shift by 64 of 64", opv.V3, opv.Vector{{Kind: opv.ShiftRight, Len: 8, Value: 64}}, false},
		{"barriers of any length", opv.V3, many(16, opv.Op{Kind: opv.Barrier, Len: 1 << 31}), true},
		{"a barrier", opv.V9, opv.Vector{{Kind: opv.Barrier}}, false},
		{"a mask", opv.V9, opv.Vector{{Kind: opv.Or, Len: 8}}, false},
		{"a release", opv.V3, opv.Vector{{Kind: opv.AddRelease, Len: 8}}, false},
	} {
		err := c.abi.Validate(c.v)
		if (err == nil) != c.ok || err != nil && !errors.Is(err, opv.EINVAL) {
			t.Errorf("%s in %v: %v", c.name, c.abi, err)
		}
	}
}

func slicesRepeat(o opv.Op, n int) opv.Vector {
	v := make(opv.Vector, n)
	for k := range v {
		v[k] = o
	}
	return v
}

func TestDecodeRefusesNumbersTheABILacks(t *testing.T) {
	for _, c := range []struct {
		abi    opv.ABI
		number byte
		ok     bool
	}{{opv.V3, 9, true}, {opv.V3, 10, false}, {opv.V9, 5, true}, {opv.V9, 6, false}, {opv.V3, 0xff, false}} {
		b := bytes.Repeat([]byte{0}, opv.OpSize)
		b[0] = c.number
		if c.number == 0xff { // -1
			b[1], b[2], b[3] = 0xff, 0xff, 0xff
		}
		if _, err := c.abi.Decode(b); (err == nil) != c.ok || err != nil && !errors.Is(err, opv.EINVAL) {
			t.Errorf("%v, number %d: %v", c.abi, c.number, err)
		}
	}
	if _, err := opv.V3.Decode(make([]byte, 33)); !errors.Is(err, opv.EINVAL) {
		t.Errorf("33 bytes: %v", err)
	}
	if _, err := opv.V9.Encode(opv.Vector{{Kind: opv.Barrier}}); !errors.Is(err, opv.EINVAL) {
		t.Errorf("a barrier in v9: %v", err)
	}
	if _, err := opv.V3.Encode(opv.Vector{{Kind: opv.ShiftLeft, Len: 8, Value: 1 << 32}}); !errors.Is(err, opv.EINVAL) {
		t.Errorf("a shift that does not fit: %v", err)
	}
}
