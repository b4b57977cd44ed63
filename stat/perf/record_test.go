package perf

import (
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// raw builds a record: numbers of 8 bytes after its header.
func raw(kind uint32, misc uint16, words ...uint64) []byte {
	b := binary.NativeEndian.AppendUint32(nil, kind)
	b = binary.NativeEndian.AppendUint16(b, misc)
	b = binary.NativeEndian.AppendUint16(b, uint16(headerSize+8*len(words)))
	for _, w := range words {
		b = binary.NativeEndian.AppendUint64(b, w)
	}
	return b
}

// two puts two numbers of 4 bytes into one of 8, in the order of memory.
func two(a, b uint32) uint64 {
	m := binary.NativeEndian.AppendUint32(nil, a)
	return binary.NativeEndian.Uint64(binary.NativeEndian.AppendUint32(m, b))
}

func TestRecordsAreDecoded(t *testing.T) {
	tail := []uint64{two(7, 8), 1000, two(3, 0), 99} // sample_id: pid and tid, time, cpu, identifier
	with := func(words ...uint64) []uint64 { return append(words, tail...) }
	for name, c := range map[string]struct {
		raw  []byte
		want Record
	}{
		"switched out, runnable": {raw(recordSwitch, miscSwitchOut|miscSwitchOutPreempt, tail...), &Switch{PID: 7, TID: 8, CPU: 3, Time: 1000, Out: true, Runnable: true}},
		"switched out, waits":    {raw(recordSwitch, miscSwitchOut, tail...), &Switch{PID: 7, TID: 8, CPU: 3, Time: 1000, Out: true}},
		"switched in, machine":   {raw(recordSwitchWide, 0, with(two(1, 2))...), &Switch{PID: 7, TID: 8, CPU: 3, Time: 1000}},
		"fork":                   {raw(recordFork, 0, with(two(7, 5), two(8, 5), 900)...), &Task{PID: 7, Parent: 5, TID: 8, Time: 1000}},
		"exit":                   {raw(recordExit, 0, with(two(7, 5), two(8, 5), 900)...), &Task{PID: 7, Parent: 5, TID: 8, Time: 1000, Exit: true}},
		"exec":                   {raw(recordComm, miscCommExec, with(two(7, 8), 0x79)...), &Comm{PID: 7, TID: 8, Time: 1000, Exec: true, Name: "y"}},
		"lost":                   {raw(recordLost, 0, with(99, 12)...), &Lost{Time: 1000, Count: 12}},
		"lost samples":           {raw(recordLostSamples, 0, with(12)...), &Lost{Time: 1000, Count: 12}},
		"mapped":                 {raw(recordMmap2, 0, with(two(7, 8), 0x1000, 0x2000, 0x3000, two(8, 1), 55, 0, two(5, 2), 0x61)...), &Mmap{PID: 7, Time: 1000, Start: 0x1000, Length: 0x2000, Offset: 0x3000, Major: 8, Minor: 1, Ino: 55, File: "a"}},
		"sample":                 {raw(recordSample, 0, 99, 0x401000, two(7, 8), 1000, two(3, 0), 3, contextMax, 0x401000, 0x402000, two(4, 0x11223344)), &Sample{ID: 99, IP: 0x401000, PID: 7, TID: 8, Time: 1000, CPU: 3, Stack: []uint64{0x401000, 0x402000}, Raw: binary.NativeEndian.AppendUint32(nil, 0x11223344)}},
	} {
		got := Decode(append(c.raw, raw(77, 0, 1, 2, 3, 4, 5)...), Layout{Stack: true})
		if len(got) != 1 {
			t.Errorf("%s: %d records", name, len(got))
		} else if diff := cmp.Diff(c.want, got[0]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestASampleHasRegistersAndAPieceOfStack(t *testing.T) {
	head := []uint64{99, 0x401000, two(7, 8), 1000, two(3, 0), two(4, 0x11223344)}
	for name, c := range map[string]struct {
		rest      []uint64
		registers []uint64
		memory    int
	}{
		"64-bit code":     {[]uint64{abi64, 5, 6, 16, 1, 2, 16}, []uint64{5, 6}, 16},
		"half a piece":    {[]uint64{abi64, 5, 6, 16, 1, 2, 8}, []uint64{5, 6}, 8},
		"no stack":        {[]uint64{abi64, 5, 6, 0}, []uint64{5, 6}, 0},
		"32-bit code":     {[]uint64{1, 5, 6, 16, 1, 2, 16}, nil, 16},
		"a kernel thread": {[]uint64{abiNone, 0}, nil, 0},
	} {
		got := Decode(raw(recordSample, 0, append(head[:len(head):len(head)], c.rest...)...), Layout{Registers: 0x101})
		if len(got) != 1 {
			t.Errorf("%s: %d records", name, len(got))
			continue
		}
		if s := got[0].(*Sample); cmp.Diff(c.registers, s.Registers) != "" || len(s.Memory) != c.memory {
			t.Errorf("%s: registers %v and %d bytes", name, s.Registers, len(s.Memory))
		}
	}
}

// FuzzDecode asks for no panic, and for records that are not larger than their bytes.
func FuzzDecode(f *testing.F) {
	f.Add(raw(recordSample, 0, 1, 2, 3, 4, 5, 1<<60, 7), true, uint64(0))
	f.Add(raw(recordMmap2, 0, 1, 2), false, uint64(7))
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0}, false, uint64(0))
	f.Fuzz(func(t *testing.T, b []byte, stack bool, registers uint64) {
		for _, r := range Decode(b, Layout{Stack: stack, Registers: registers}) {
			if s, ok := r.(*Sample); ok && 8*len(s.Stack)+len(s.Raw)+8*len(s.Registers)+len(s.Memory) > len(b) {
				t.Errorf("%d bytes have a sample of %d words and %d bytes", len(b), len(s.Stack), len(s.Raw))
			}
		}
	})
}
