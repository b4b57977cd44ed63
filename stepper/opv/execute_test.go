package opv_test

import (
	"bytes"
	"errors"
	"testing"

	"rseqstep/stepper/opv"
	"rseqstep/table"
)

// pages is two pages of memory at 0x1000, the second read-only for the program,
// with nothing mapped around them.
type pages struct{ bufferMemory }

func newPages() *pages { return &pages{bufferMemory{at: 0x1000, data: make([]byte, 0x2000)}} }

func (p *pages) CheckMemory(addr table.Addr, n int, write bool) error {
	end := addr + table.Addr(n)
	if addr < 0x1000 || end > 0x3000 || write && end > 0x2000 {
		return errors.New("no access")
	}
	return nil
}

func TestExecuteDoesEachOperation(t *testing.T) {
	for _, c := range []struct {
		op   opv.Op
		want string // at 0x1000; before: 0x81 0x02 0x03 …
	}{
		{opv.Op{Kind: opv.Memcpy, Len: 3, A: 0x1000, B: 0x1004}, "\x05\x06\x07\x04"},
		{opv.Op{Kind: opv.MemcpyRelease, Len: 3, A: 0x1001, B: 0x1000}, "\x81\x81\x02\x03"}, // overlapping
		{opv.Op{Kind: opv.Memcpy, Len: 0, A: 0x1000, B: 0x1004}, "\x81\x02\x03\x04"},
		{opv.Op{Kind: opv.Add, Len: 1, A: 0x1000, Value: 0x7f}, "\x00\x02\x03\x04"},
		{opv.Op{Kind: opv.Add, Len: 2, A: 0x1000, Value: ^uint64(0)}, "\x80\x02\x03\x04"},
		{opv.Op{Kind: opv.AddRelease, Len: 4, A: 0x1001, Value: 0x100}, "\x81\x02\x04\x04"}, // not aligned
		{opv.Op{Kind: opv.Or, Len: 2, A: 0x1000, Value: 0xf0f0}, "\xf1\xf2\x03\x04"},
		{opv.Op{Kind: opv.And, Len: 2, A: 0x1000, Value: 0xf0f0}, "\x80\x00\x03\x04"},
		{opv.Op{Kind: opv.Xor, Len: 2, A: 0x1000, Value: 0xffff}, "\x7e\xfd\x03\x04"},
		{opv.Op{Kind: opv.ShiftLeft, Len: 1, A: 0x1000, Value: 1}, "\x02\x02\x03\x04"},
		{opv.Op{Kind: opv.ShiftRight, Len: 2, A: 0x1000, Value: 8}, "\x02\x00\x03\x04"},
		{opv.Op{Kind: opv.Barrier, Len: 77, A: 0xdead}, "\x81\x02\x03\x04"},
	} {
		m := newPages()
		copy(m.data, "\x81\x02\x03\x04\x05\x06\x07\x08")
		failed, err := opv.Execute(opv.Vector{c.op}, m)
		if failed != 0 || err != nil || !bytes.HasPrefix(m.data, []byte(c.want)) {
			t.Errorf("%v: %d, %v, % x", c.op, failed, err, m.data[:4])
		}
	}
}

func TestFailedCompareStopsTheVector(t *testing.T) {
	write := opv.Op{Kind: opv.Add, Len: 8, A: 0x1100, Value: 1}
	for _, c := range []struct {
		op     opv.Op
		failed int
	}{
		{opv.Op{Kind: opv.CompareEqual, Len: 8, A: 0x1000, B: 0x1008}, 2},
		{opv.Op{Kind: opv.CompareNotEqual, Len: 8, A: 0x1000, B: 0x1000}, 2},
		{opv.Op{Kind: opv.CompareNotEqual, Len: 0, A: 0x1000, B: 0x1008}, 2}, // no bytes are equal bytes
		{opv.Op{Kind: opv.CompareEqual, Len: 0, A: 0x1000, B: 0x1008}, 0},
		{opv.Op{Kind: opv.CompareNotEqual, Len: 9, A: 0x1000, B: 0x1008}, 0},
		{opv.Op{Kind: opv.CompareEqual, Len: 4096, A: 0x1800, B: 0x1800}, 0}, // across a page's end
	} {
		m := newPages()
		m.data[0] = 1
		failed, err := opv.Execute(opv.Vector{write, c.op, write}, m)
		ran := byte(2)
		if c.failed > 0 {
			ran = 1
		}
		if failed != c.failed || err != nil || m.data[0x100] != ran {
			t.Errorf("%v: %d, %v, %d additions", c.op, failed, err, m.data[0x100])
		}
	}
}

func TestAllMemoryIsCheckedBeforeTheFirstOperation(t *testing.T) {
	write := opv.Op{Kind: opv.Add, Len: 8, A: 0x1000, Value: 1}
	differs := opv.Op{Kind: opv.CompareNotEqual, Len: 8, A: 0x1000, B: 0x1000}
	for _, c := range []struct {
		op   opv.Op
		want opv.Errno
	}{
		{opv.Op{Kind: opv.CompareEqual, Len: 8, A: 0x1000, B: 0x3000}, opv.EFAULT},
		{opv.Op{Kind: opv.CompareEqual, Len: 8, A: 0x1000, B: 0x3000, ExpectFaultA: true}, opv.EFAULT},
		{opv.Op{Kind: opv.CompareEqual, Len: 8, A: 0x1000, B: 0x3000, ExpectFaultB: true}, opv.EAGAIN},
		{opv.Op{Kind: opv.CompareEqual, Len: 8, A: 0x2ff9, B: 0x1000}, opv.EFAULT}, // half outside
		{opv.Op{Kind: opv.Memcpy, Len: 8, A: 0x1ff9, B: 0x1000}, opv.EFAULT},       // into the read-only page
		{opv.Op{Kind: opv.Memcpy, Len: 8, A: 0x1ff9, B: 0x4000, ExpectFaultB: true}, opv.EFAULT},
		{opv.Op{Kind: opv.Memcpy, Len: 8, A: 0x1000, B: 0xfff, ExpectFaultB: true}, opv.EAGAIN},
		{opv.Op{Kind: opv.Xor, Len: 4, A: 0x2000, ExpectFaultA: true}, opv.EAGAIN},
		{opv.Op{Kind: opv.ShiftLeft, Len: 4, A: 0x2000}, opv.EFAULT},
		{opv.Op{Kind: opv.Memcpy, Len: 0, A: 1 << 63, B: 0x1000}, opv.EFAULT},
		{opv.Op{Kind: opv.Add, Len: 8, A: ^table.Addr(0) - 3}, opv.EFAULT},
	} {
		m := newPages()
		_, err := opv.Execute(opv.Vector{write, differs, c.op}, m)
		var got opv.Errno
		if !errors.As(err, &got) || got != c.want || m.data[0] != 0 {
			t.Errorf("%v: %v, %d additions", c.op, err, m.data[0])
		}
	}
}

// TestCallChecksInTheKernelsOrder: the first error in the kernel's order is
// returned.
func TestCallChecksInTheKernelsOrder(t *testing.T) {
	good := opv.Op{Kind: opv.Add, Len: 8, A: 0x1000, Value: 1}
	faults := opv.Op{Kind: opv.Add, Len: 8, A: 0x5000, Value: 1}
	bad := opv.Op{Kind: opv.Add, Len: 3, A: 0x5000}
	only1 := func(cpu int) bool { return cpu == 1 }
	for _, c := range []struct {
		name string
		call opv.Call
		ops  opv.Vector
		want int64
	}{
		{"runs", opv.Call{Count: 1, CPU: 1}, opv.Vector{good}, 0},
		{"no operations", opv.Call{CPU: 1}, nil, 0},
		{"no operations, another CPU", opv.Call{CPU: 2}, nil, -22},
		{"unknown flag", opv.Call{Flags: 2 | opv.FlagNumber}, nil, -22},
		{"v9's flag", opv.Call{ABI: opv.V9, Flags: opv.FlagMaxLength, CPU: -1}, nil, 4},
		{"v9's unknown flag", opv.Call{ABI: opv.V9, Flags: 4}, nil, -22},
		{"negative CPU", opv.Call{Count: 1, CPU: -1}, opv.Vector{good}, -22},
		{"CPU not allowed", opv.Call{Count: 1, CPU: 2}, opv.Vector{good}, -22},
		{"memory before CPU", opv.Call{Count: 1, CPU: 2}, opv.Vector{faults}, -14},
		{"vector before memory", opv.Call{Count: 2, CPU: 1}, opv.Vector{faults, bad}, -22},
		{"negative count", opv.Call{Count: -1, CPU: 1}, nil, -22},
		{"17 operations", opv.Call{Count: 17, CPU: 1}, nil, -22},
		{"operations nowhere", opv.Call{Count: 1, CPU: 1, Ops: 0x9000}, nil, -14},
		{"a failed compare", opv.Call{Count: 2, CPU: 1}, opv.Vector{good, {Kind: opv.CompareNotEqual, A: 0x1000, B: 0x1000}}, 2},
	} {
		m := newPages()
		raw, err := c.call.ABI.Encode(c.ops)
		if err != nil {
			t.Fatal(err)
		}
		copy(m.data[0x1000:], raw)
		if c.call.Ops == 0 {
			c.call.Ops = 0x2000
		}
		c.call.Allowed = only1
		got, why := c.call.Return(m)
		if got != c.want || (why == nil) != (got >= 0) {
			t.Errorf("%s: %d, %v", c.name, got, why)
		}
		if ran := m.data[0] != 0; ran != (got >= 0 && len(c.ops) > 0) {
			t.Errorf("%s: ran %v", c.name, ran)
		}
	}
}
