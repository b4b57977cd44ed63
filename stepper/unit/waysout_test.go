package unit

import (
	"errors"
	"fmt"
	"testing"

	"rseqstep/table"
)

func readCode(base table.Addr, code []byte) Read {
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
		ranges []Range
		want   Ways
	}{
		{[]Range{{0x1000, 0x1010}}, Ways{Branches: []Branch{{0x1002, 0xff2}}, Returns: []table.Addr{0x1009},
			Calls: []CallSite{{Addr: 0x1004, Target: 0x1100, Return: 0x1009}, {Addr: 0x100a, Return: 0x100c, Indirect: true}},
			Jumps: []table.Addr{0x100e}, Syscalls: []table.Addr{0x100c}, Stores: true, Insns: 7}},
		{[]Range{{0x1000, 0x1004}}, Ways{Branches: []Branch{{0x1000, 0x100a}, {0x1002, 0xff2}}, Falls: []Branch{{0x1002, 0x1004}}, Insns: 2}},
		{[]Range{{0x1000, 0x1004}, {0x100a, 0x100c}, {0x1011, 0x1016}}, Ways{Branches: []Branch{{0x1002, 0xff2}},
			Calls: []CallSite{{Addr: 0x100a, Return: 0x100c, Indirect: true}},
			Falls: []Branch{{0x1002, 0x1004}, {0x100a, 0x100c}}, Stores: true, Insns: 5}},
		{[]Range{{0x1000, 0x1004}, {0x1004, 0x1009}}, Ways{Branches: []Branch{{0x1000, 0x100a}, {0x1002, 0xff2}},
			Calls: []CallSite{{Addr: 0x1004, Target: 0x1100, Return: 0x1009}}, Falls: []Branch{{0x1004, 0x1009}}, Stores: true, Insns: 3}},
		{[]Range{{0x1016, 0x101d}}, Ways{Branches: []Branch{{0x1018, 0x1020}, {0x101a, 0x1020}}, Insns: 4}},
		{[]Range{{0x101d, 0x1022}}, Ways{Calls: []CallSite{{Addr: 0x101d, Target: 0x1022, Return: 0x1022}}, Falls: []Branch{{0x101d, 0x1022}}, Stores: true, Insns: 1}},
		{[]Range{{0x1000, 0x1000}}, Ways{}},
		{nil, Ways{}},
	} {
		got, err := WaysOut(c.ranges, readCode(0x1000, text))
		if err != nil || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", c.want) {
			t.Errorf("%v: %v\n%+v, not\n%+v", c.ranges, err, got, c.want)
		}
	}
}

func TestWaysOutNamesWhereDecodingFails(t *testing.T) {
	text := code(t, "90 90 06 90")
	ways, err := WaysOut([]Range{{0x1000, 0x1004}}, readCode(0x1000, text))
	var where *DecodeError
	if !errors.As(err, &where) || where.Addr != 0x1002 || !errors.Is(err, ErrInvalid) || ways.Insns != 0 {
		t.Errorf("%+v, %v", ways, err)
	}
	if ways, err := WaysOut([]Range{{0x1000, 0x1008}}, readCode(0x1000, text)); !errors.Is(err, errUnmapped) || ways.Insns != 0 {
		t.Errorf("unreadable code: %+v, %v", ways, err)
	}
}
