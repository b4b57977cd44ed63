package rseq_test

import (
	"fmt"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// The watched bytes, and where the code of a test ends.
const (
	watchedAt = addr(0x7000)
	stopsAt   = addr(0x401100)
)

// stores are instructions that write to watchedAt, with registers as they are afterwards.
func stores() map[string]machine.Words {
	return map[string]machine.Words{
		"89 10":                               {amd64.RAX: 0x7000}, // mov %edx,(%rax)
		"48 89 10":                            {amd64.RAX: 0x7000},
		"64 89 10":                            {amd64.RAX: 0x1000, amd64.FSBase: 0x6000}, // mov %edx,%fs:(%rax)
		"64 4d 89 3e":                         {amd64.R14: 0x1000, amd64.FSBase: 0x6000},
		"64 c7 04 25 00 10 00 00 01 00 00 00": {amd64.FSBase: 0x6000},
		"48 c7 40 fc 00 00 00 00":             {amd64.RAX: 0x7000},                   // 8 bytes from 0x6ffc
		"f0 48 0f b1 0c d0":                   {amd64.RAX: 0x6000, amd64.RDX: 0x200}, // lock cmpxchg
		"0f 11 40 f8":                         {amd64.RAX: 0x7000},                   // movups: 16 bytes
		"c5 f8 11 04 08":                      {amd64.RAX: 0x6ff8, amd64.RCX: 0},     // vmovups
		"8f 00":                               {amd64.RAX: 0x7000, amd64.RSP: 0x100}, // pop (%rax)
		"ff 00":                               {amd64.RAX: 0x7000},                   // incl
		"66 0f 7f 00":                         {amd64.RAX: 0x7000},
	}
}

// The storing instruction is found, whatever stands in front of it, with the function's layout or
// without any symbol.
func TestTheStoreBehindWhichAThreadStoppedIsFound(t *testing.T) {
	befores := []string{
		"90 90 90", "48 8b 05 11 22 33 44", "b8 48 48 48 48", // the last byte looks like a prefix
		"e8 00 00 00 00", "66 66 2e 0f 1f 84 00 00 00 00 00", "eb 04 f0 64 66 48", "c3 cc cc cc", "0f b9 3d 53 30 05 53",
	}
	for text, words := range stores() {
		for _, before := range befores {
			for _, symbols := range []rseq.Symbols{noSymbols{}, oneFunction{}} {
				m := &memory{bytes: map[table.Addr]byte{}}
				store, lead := strings.ReplaceAll(text, " ", ""), strings.ReplaceAll(before, " ", "")
				at := stopsAt - addr(len(store)/2)
				m.code(t, 0x401000, strings.Repeat("90", int(at-0x401000)-len(lead)/2))
				m.code(t, at-addr(len(lead)/2), lead)
				m.code(t, at, store)
				m.code(t, stopsAt, "48 83 c4 08 c3"+strings.Repeat(" 90", 32))
				if _, isFunction := symbols.(oneFunction); isFunction && strings.HasPrefix(before, "c3") {
					continue // nothing that the function shows reaches the store
				}
				words[amd64.RIP] = uint64(stopsAt)
				r := amd64.Regs(words)
				s := rseq.New(r.Arch(), m, symbols)
				s.Reload([]*table.Module{{Path: "prog", Low: 0x400000, High: 0x402000}})
				insn, ok := s.Writer(&r, watchedAt, 8)
				if !ok || insn.Addr != at {
					t.Errorf("%s behind %s, %T: %v at %v, want %v", text, before, symbols, ok, insn.Addr, at)
				}
			}
		}
	}
}

// What has not written to the watched bytes is not taken for the store.
func TestNoStoreIsInventedWhereNoneWritesThere(t *testing.T) {
	m := &memory{bytes: map[table.Addr]byte{}}
	m.code(t, stopsAt-64, strings.Repeat("90 ", 62)+"89 10"+strings.Repeat(" 90", 32))
	r := amd64.Regs(machine.Words{amd64.RIP: uint64(stopsAt), amd64.RAX: 0x9000})
	s := rseq.New(r.Arch(), m, noSymbols{})
	if insn, ok := s.Writer(&r, watchedAt, 8); ok {
		t.Errorf("%v", insn.Addr)
	}
}

// A repeated string instruction is stopped in its middle.
func TestARepeatedStoreIsFoundWhereItStops(t *testing.T) {
	m := &memory{bytes: map[table.Addr]byte{}}
	m.code(t, stopsAt-32, fmt.Sprintf("%s f3 aa", strings.Repeat("90 ", 32))+strings.Repeat(" 90", 32))
	r := amd64.Regs(machine.Words{amd64.RIP: uint64(stopsAt), amd64.RDI: 0x7001, amd64.RCX: 5})
	s := rseq.New(r.Arch(), m, noSymbols{})
	if insn, ok := s.Writer(&r, watchedAt, 8); !ok || insn.Addr != stopsAt {
		t.Errorf("%v %v", insn.Addr, ok)
	}
}

// noSymbols are those of a stripped program.
type noSymbols struct{}

func (noSymbols) Extent(addr) (addr, []machine.Range, bool)    { return 0, nil, false }
func (noSymbols) Statements(machine.Range) []addr              { return nil }
func (noSymbols) BeginsStatement(addr) bool                    { return false }
func (noSymbols) Symbol(addr) (string, uint64, bool)           { return "", 0, false }
func (noSymbols) Trampoline(addr, machine.Memory) (addr, bool) { return 0, false }

// oneFunction has one function, from 0x401000 on.
type oneFunction struct{ noSymbols }

func (oneFunction) Extent(pc addr) (addr, []machine.Range, bool) {
	return 0x401000, []machine.Range{{Low: 0x401000, High: 0x401110}}, pc >= 0x401000 && pc < 0x401110
}
