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
	"rseqstep/stepper/machine/arm64"
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
// outside of code. The layouts are those of glibc's jmpbuf-offsets.h.
func TestWhereALongjmpLeads(t *testing.T) {
	const env, thread, variable, guard = table.Addr(0x7ffe0000), table.Addr(0x7f000000), table.Addr(0x403000), uint64(0x1122334455667788)
	const place, sp = table.Addr(0x401234), table.Addr(0x7ffe1000)
	for name, m := range map[string]struct {
		regs    machine.Regs
		sp, pc  table.Addr
		guard   table.Addr
		rotates int
	}{
		"amd64": {amd64.Regs(machine.Words{amd64.RDI: uint64(env), amd64.FSBase: uint64(thread)}), 48, 56, thread + 0x30, 17},
		"arm64": {arm64.Regs(machine.Words{arm64.X0: uint64(env), arm64.TPIDR: uint64(thread)}), 104, 88, variable, 0},
	} {
		mangled := func(a table.Addr) uint64 { return bits.RotateLeft64(uint64(a)^guard, m.rotates) }
		for _, c := range []struct {
			name string
			mem  words
			ok   bool
		}{
			{"plain", words{env + m.sp: uint64(sp), env + m.pc: uint64(place)}, true},
			{"plain, beside a guard", words{env + m.sp: uint64(sp), env + m.pc: uint64(place), m.guard: guard}, true},
			{"mangled", words{env + m.sp: mangled(sp), env + m.pc: mangled(place), m.guard: guard}, true},
			{"mangled, and no guard to be read", words{env + m.sp: mangled(sp), env + m.pc: mangled(place)}, false},
			{"to no code", words{env + m.sp: mangled(sp), env + m.pc: mangled(0x10), m.guard: guard}, false},
			{"a buffer that cannot be read", words{m.guard: guard}, false},
			{"half of one", words{env + m.sp: uint64(sp)}, false},
		} {
			mapped := func(a table.Addr) bool { return a-0x401000 < 0x1000 }
			l := line.Landings{Guard: variable}
			gotPlace, gotSP, ok := l.JumpTarget(&m.regs, c.mem, mapped)
			if ok != c.ok || ok && (gotPlace != place || gotSP != sp) {
				t.Errorf("%s, %s: to %v with the stack at %v, %v", name, c.name, gotPlace, gotSP, ok)
			}
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
		{"a variable", map[string]table.Addr{"__pointer_chk_guard": 5, "__pointer_chk_guard_local": 6}, line.Landings{Guard: 5}},
		{"a static program's", map[string]table.Addr{"__pointer_chk_guard_local": 6}, line.Landings{Guard: 6}},
	} {
		got := line.FindLandings(func(name string) (table.Addr, bool) {
			a, ok := c.symbols[name]
			return a, ok
		})
		if got.Unwind != c.want.Unwind || got.Catch != c.want.Catch || got.Guard != c.want.Guard || !slices.Equal(got.Jumps, c.want.Jumps) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}
