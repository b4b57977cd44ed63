package remote

import (
	"strings"
	"testing"

	"rseqstep/table"
)

func TestActionsAreReadAsTheManualHasThem(t *testing.T) {
	all := threadID{TID: allThreads}
	cases := []struct {
		text string
		want []action
	}{
		{"c", []action{{kind: 'c', thread: all}}},
		{"s:p1a.2b;c:p1a.-1", []action{{kind: 's', thread: threadID{0x1a, 0x2b}}, {kind: 'c', thread: threadID{0x1a, -1}}}},
		{"C1e:2b;c", []action{{kind: 'c', signal: 30, thread: threadID{TID: 0x2b}}, {kind: 'c', thread: all}}},
		{"r10,20:7", []action{{kind: 'r', low: 0x10, high: 0x20, thread: threadID{TID: 7}}}},
		{"", nil}, {"x", nil}, {"r10:7", nil}, {"s:zz", nil}, {"c;", nil}, {"c5", nil},
	}
	for _, c := range cases {
		got, ok := parseActions(c.text)
		if ok != (c.want != nil) {
			t.Errorf("%q: understood: %v", c.text, ok)
			continue
		}
		for i := range c.want {
			if got[i] != c.want[i] {
				t.Errorf("%q: %+v, want %+v", c.text, got[i], c.want[i])
			}
		}
	}
}

func TestSignalsSurviveTheWayThroughTheirGDBNumbers(t *testing.T) {
	c := &client{}
	for linux := 1; linux <= 64; linux++ {
		if linux == 16 { // SIGSTKFLT, which gdb has no number for
			continue
		}
		if back := c.signalIn(c.signalOut(linux)); back != linux {
			t.Errorf("signal %d came back as %d by way of %d", linux, back, c.signalOut(linux))
		}
	}
	if n := c.signalOut(10); n != 30 {
		t.Errorf("SIGUSR1 is %d for gdb, want 30", n)
	}
}

func TestWatchedRangesAreCutIntoAlignedPieces(t *testing.T) {
	got := aligned(0x1003, 10)
	want := []point{{addr: 0x1003, length: 1}, {addr: 0x1004, length: 4}, {addr: 0x1008, length: 4}, {addr: 0x100c, length: 1}}
	if len(got) != len(want) {
		t.Fatalf("%+v, want %+v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	var sum uint64
	for _, p := range aligned(table.Addr(0x2000), 32) {
		sum += p.length
	}
	if sum != 32 {
		t.Errorf("32 bytes became %d", sum)
	}
}

func TestBytecodeComesToItsValues(t *testing.T) {
	cases := []struct {
		code string
		want uint64
		bad  bool
	}{
		{"\x22\x05\x22\x03\x03\x27", 2, false},                     // 5 - 3
		{"\x22\xff\x16\x08\x22\x00\x14\x27", 1, false},             // (signed char)0xff < 0
		{"\x22\xff\x2a\x08\x22\x00\x14\x27", 0, false},             // zero-extended it is not
		{"\x23\x01\x02\x27", 0x102, false},                         // most significant byte first
		{"\x22\x01\x20\x00\x08\x22\x07\x27\x22\x09\x27", 9, false}, // if_goto taken
		{"\x22\x01\x22\x00\x05\x27", 0, true},                      // 1 / 0
		{"\x02\x27", 0, true},                                      // nothing on the stack
		{"\x21\x00\x00", 0, true},                                  // for ever
		{"\x22", 0, true},
		{"\x22\x01\x22\x02\x2b\x03\x27", 1, false}, // swap: 2 - 1
	}
	for _, c := range cases {
		m := bytecode{code: []byte(c.code)}
		got, err := m.run()
		if (err != nil) != c.bad || err == nil && got != c.want {
			t.Errorf("%q: %d, %v; want %d, error %v", c.code, got, err, c.want, c.bad)
		}
	}
}

func TestObjectsAreHandedOverInWindows(t *testing.T) {
	var got strings.Builder
	const object = "0123456789"
	for at := uint64(0); ; {
		part := window(object, at, 4)
		got.WriteString(part[1:])
		at += uint64(len(part) - 1)
		if part[0] == 'l' {
			break
		}
	}
	if got.String() != object {
		t.Errorf("put together: %q", got.String())
	}
}
