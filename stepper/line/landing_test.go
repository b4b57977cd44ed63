package line_test

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
	"testing"

	"rseqstep/stepper/line"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/table"
)

// words is memory of 8-byte words, by address.
type words map[table.Addr]uint64

func (m words) ReadMemory(a table.Addr, p []byte) (int, error) {
	v, ok := m[a]
	if !ok {
		return 0, errors.New("nothing is mapped there")
	}
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], v)
	return copy(p, b[:]), nil
}

// TestWhereALongjmpLeads: with plain pointers and with glibc's mangled ones; never to an address
// outside of code.
func TestWhereALongjmpLeads(t *testing.T) {
	const env, thread, guard = table.Addr(0x7ffe0000), table.Addr(0x7f000000), uint64(0x1122334455667788)
	const place, sp = table.Addr(0x401234), table.Addr(0x7ffe1000)
	mangled := func(a table.Addr) uint64 { return bits.RotateLeft64(uint64(a)^guard, 17) }
	for _, c := range []struct {
		name string
		mem  words
		ok   bool
	}{
		{"plain", words{env + 48: uint64(sp), env + 56: uint64(place)}, true},
		{"plain, beside a guard", words{env + 48: uint64(sp), env + 56: uint64(place), thread + 0x30: guard}, true},
		{"mangled", words{env + 48: mangled(sp), env + 56: mangled(place), thread + 0x30: guard}, true},
		{"mangled, and no guard to be read", words{env + 48: mangled(sp), env + 56: mangled(place)}, false},
		{"to no code", words{env + 48: mangled(sp), env + 56: mangled(0x10), thread + 0x30: guard}, false},
		{"a buffer that cannot be read", words{thread + 0x30: guard}, false},
		{"half of one", words{env + 48: uint64(sp)}, false},
	} {
		r := amd64.Regs(machine.Words{amd64.RDI: uint64(env), amd64.FSBase: uint64(thread)})
		mapped := func(a table.Addr) bool { return a-0x401000 < 0x1000 }
		gotPlace, gotSP, ok := line.JumpTarget(&r, c.mem, mapped)
		if ok != c.ok || ok && (gotPlace != place || gotSP != sp) {
			t.Errorf("%s: to %v with the stack at %v, %v", c.name, gotPlace, gotSP, ok)
		}
	}
}

// TestLandingsAreFoundByName: the C++ runtime's only if the unwinder has no hook, and each alias
// once.
func TestLandingsAreFoundByName(t *testing.T) {
	for _, c := range []struct {
		name    string
		symbols map[string]table.Addr
		want    line.Landings
	}{
		{"none", nil, line.Landings{}},
		{"a hook", map[string]table.Addr{"_Unwind_DebugHook": 1, "__cxa_begin_catch": 2}, line.Landings{Unwind: 1}},
		{"no hook", map[string]table.Addr{"__cxa_begin_catch": 2}, line.Landings{Catch: 2}},
		{"aliases", map[string]table.Addr{"longjmp": 3, "_longjmp": 3, "siglongjmp": 3, "__longjmp_chk": 4}, line.Landings{Jumps: []table.Addr{3, 4}}},
	} {
		got := line.FindLandings(func(name string) (table.Addr, bool) {
			a, ok := c.symbols[name]
			return a, ok
		})
		if got.Unwind != c.want.Unwind || got.Catch != c.want.Catch || !slices.Equal(got.Jumps, c.want.Jumps) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}
