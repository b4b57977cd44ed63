package amd64

import (
	"fmt"
	"slices"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

func readCode(base table.Addr, code []byte) machine.Read {
	return func(addr table.Addr, p []byte) (int, error) {
		if addr < base || uint64(addr-base) > uint64(len(code)) {
			return 0, errUnmapped
		}
		n := copy(p, code[addr-base:])
		if n < len(p) {
			return n, errUnmapped
		}
		return n, nil
	}
}

func TestWaysOutListsEveryWay(t *testing.T) {
	text := code(t, ""+
		"74 08"+ // 1000 je 100a, inside
		"75 ee"+ // 1002 jne ff2
		"e8 f7 00 00 00"+ // 1004 call 1100
		"c3"+ // 1009 ret
		"ff d0"+ // 100a call *%rax
		"0f 05"+ // 100c syscall
		"ff e0"+ // 100e jmp *%rax
		"90"+ // 1010, not on the line
		"48 89 03"+ // 1011 mov %rax,(%rbx)
		"eb ea"+ // 1014 jmp 1000
		"0f 0b"+ // 1016 ud2
		"eb 06"+ // 1018 jmp 1020
		"e3 04"+ // 101a jrcxz 1020
		"f4"+ // 101c hlt
		"e8 00 00 00 00") // 101d call 1022
	for _, c := range []struct {
		ranges          []machine.Range
		entries, likely []table.Addr
		data            []machine.Range
		want            machine.Ways
	}{
		{ranges: []machine.Range{{Low: 0x1000, High: 0x1010}}, entries: []table.Addr{0x1000}, want: machine.Ways{Branches: []machine.Branch{{From: 0x1002, To: 0xff2}}, Returns: []table.Addr{0x1009},
			Calls: []machine.CallSite{{Addr: 0x1004, Target: 0x1100, Return: 0x1009}, {Addr: 0x100a, Return: 0x100c, Indirect: true}},
			Jumps: []table.Addr{0x100e}, Syscalls: []table.Addr{0x100c}, Stores: true, Insns: 7}},
		{ranges: []machine.Range{{Low: 0x1000, High: 0x1004}}, entries: []table.Addr{0x1000}, want: machine.Ways{Branches: []machine.Branch{{From: 0x1000, To: 0x100a}, {From: 0x1002, To: 0xff2}}, Falls: []machine.Branch{{From: 0x1002, To: 0x1004}}, Insns: 2}},
		{ranges: []machine.Range{{Low: 0x1000, High: 0x1004}, {Low: 0x100a, High: 0x100c}, {Low: 0x1011, High: 0x1016}}, entries: []table.Addr{0x1000}, want: machine.Ways{Branches: []machine.Branch{{From: 0x1002, To: 0xff2}},
			Calls: []machine.CallSite{{Addr: 0x100a, Return: 0x100c, Indirect: true}},
			Falls: []machine.Branch{{From: 0x1002, To: 0x1004}, {From: 0x100a, To: 0x100c}}, Stores: true, Insns: 3}},
		{ranges: []machine.Range{{Low: 0x1000, High: 0x1004}, {Low: 0x1011, High: 0x1016}}, entries: []table.Addr{0x1011}, want: machine.Ways{Branches: []machine.Branch{{From: 0x1000, To: 0x100a}, {From: 0x1002, To: 0xff2}},
			Falls: []machine.Branch{{From: 0x1002, To: 0x1004}}, Stores: true, Insns: 4}},
		{ranges: []machine.Range{{Low: 0x1000, High: 0x1004}, {Low: 0x1004, High: 0x1009}}, entries: []table.Addr{0x1000}, want: machine.Ways{Branches: []machine.Branch{{From: 0x1000, To: 0x100a}, {From: 0x1002, To: 0xff2}},
			Calls: []machine.CallSite{{Addr: 0x1004, Target: 0x1100, Return: 0x1009}}, Falls: []machine.Branch{{From: 0x1004, To: 0x1009}}, Stores: true, Insns: 3}},
		// Control can continue after a trap, in a handler of its signal; after a jump it
		// cannot.
		{ranges: []machine.Range{{Low: 0x1016, High: 0x101d}}, entries: []table.Addr{0x1016}, want: machine.Ways{Branches: []machine.Branch{{From: 0x1018, To: 0x1020}}, Insns: 2}},
		{ranges: []machine.Range{{Low: 0x1016, High: 0x101d}}, entries: []table.Addr{0x1016}, likely: []table.Addr{0x101a}, want: machine.Ways{Branches: []machine.Branch{{From: 0x1018, To: 0x1020}, {From: 0x101a, To: 0x1020}}, Insns: 4}},
		{ranges: []machine.Range{{Low: 0x101d, High: 0x1022}}, entries: []table.Addr{0x101d}, want: machine.Ways{Calls: []machine.CallSite{{Addr: 0x101d, Target: 0x1022, Return: 0x1022}}, Falls: []machine.Branch{{From: 0x101d, To: 0x1022}}, Stores: true, Insns: 1}},
		// Data that control seems to reach, and a thread whose PC really is
		// there.
		{ranges: []machine.Range{{Low: 0x1000, High: 0x100a}}, entries: []table.Addr{0x1000}, data: []machine.Range{{Low: 0x1009, High: 0x100a}}, want: machine.Ways{Branches: []machine.Branch{{From: 0x1000, To: 0x100a}, {From: 0x1002, To: 0xff2}},
			Calls: []machine.CallSite{{Addr: 0x1004, Target: 0x1100, Return: 0x1009}}, Lost: []machine.Branch{{From: 0x1004, To: 0x1009}}, Stores: true, Insns: 3}},
		{ranges: []machine.Range{{Low: 0x1009, High: 0x100a}}, entries: []table.Addr{0x1009}, data: []machine.Range{{Low: 0x1009, High: 0x100a}}, want: machine.Ways{Returns: []table.Addr{0x1009}, Insns: 1}},
		{ranges: []machine.Range{{Low: 0x1009, High: 0x100a}}, likely: []table.Addr{0x1009}, data: []machine.Range{{Low: 0x1009, High: 0x100a}}, want: machine.Ways{}},
		{ranges: []machine.Range{{Low: 0x1000, High: 0x1000}}, entries: []table.Addr{0x1000}, want: machine.Ways{}},
		{want: machine.Ways{}},
	} {
		got := machine.WaysOut(machine.Code{Arch: Arch(), Ranges: c.ranges, Entries: c.entries, Likely: c.likely, Data: c.data, Read: readCode(0x1000, text)})
		got = machine.Ways{Falls: got.Falls, Branches: got.Branches, Returns: got.Returns, Calls: got.Calls, Jumps: got.Jumps,
			Syscalls: got.Syscalls, Lost: got.Lost, Stores: got.Stores, Insns: got.Insns}
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", c.want) {
			t.Errorf("%v from %v:\n%+v, not\n%+v", c.ranges, c.entries, got, c.want)
		}
	}
}

// WaysOut reports where decoding fails, with the instruction that leads there.
func TestWaysOutNamesPlacesThatDoNotDecode(t *testing.T) {
	text := code(t, "90 74 01 06 90")
	for _, c := range []struct{ high, entry, lost, from table.Addr }{
		{0x1005, 0x1000, 0x1003, 0x1001},
		{0x1005, 0x1003, 0x1003, 0},
		{0x1008, 0x1004, 0x1005, 0x1004}, // beyond the readable bytes
	} {
		ways := machine.WaysOut(machine.Code{Arch: Arch(), Ranges: []machine.Range{{Low: 0x1000, High: c.high}}, Entries: []table.Addr{c.entry}, Read: readCode(0x1000, text)})
		if want := []machine.Branch{{From: c.from, To: c.lost}}; !slices.Equal(ways.Lost, want) {
			t.Errorf("from %v: %v, not %v", c.entry, ways.Lost, want)
		}
	}
}
