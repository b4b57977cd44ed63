package call

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rseqstep/stepper/drive"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/rseq"
	"rseqstep/stepper/source"
	"rseqstep/table"
)

// at is a thread's registers at pc with a stack pointer.
func at(pc, sp table.Addr) machine.Regs {
	r := amd64.Regs(machine.Words{})
	r.SetPC(pc)
	r.SetSP(sp)
	return r
}

// Return addresses of called functions, and stack pointers after the return.
const (
	back             = table.Addr(0x401000)
	outerSP, innerSP = table.Addr(0x7000), table.Addr(0x6000)
)

func TestCallHasReturnedAtItsAddressAndStackPointer(t *testing.T) {
	outer, inner := &Frame{back: back, sp: outerSP}, &Frame{back: back, sp: innerSP}
	for name, c := range map[string]struct {
		list   frames
		pc, sp table.Addr
		want   *Frame
	}{
		"no call":                           {nil, back, outerSP, nil},
		"returned":                          {frames{outer}, back, outerSP, outer},
		"still in it":                       {frames{outer}, 0x402000, outerSP, nil},
		"at the address, deeper":            {frames{outer}, back, outerSP - 8, nil},
		"the inner of two":                  {frames{outer, inner}, back, innerSP, inner},
		"the outer, by longjmp from inside": {frames{outer, inner}, back, outerSP, outer},
	} {
		r := at(c.pc, c.sp)
		if got := c.list.returned(&r); got != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// stacks are the frames that unwinding finds from a PC, and the inlined calls there.
type stacks struct {
	from    map[table.Addr][]source.Frame
	inlined map[table.Addr]int
}

func (s stacks) Frames(r *machine.Regs, _ machine.Memory, max int) []source.Frame {
	list := s.from[r.PC()]
	return list[:min(max, len(list))]
}

func (s stacks) Inlines(pc table.Addr) (depth, entering int) { return s.inlined[pc], 0 }

// frame is a frame of a stack, named by its function.
func frame(function string, pc, sp table.Addr) source.Frame {
	return source.Frame{Function: function, PC: pc, Regs: at(pc, sp)}
}

// A backtrace shows the frames of the called function, one for the call, and those in which the user
// has made it.
func TestFramesContinueWhereTheUserHasCalled(t *testing.T) {
	const pc, mid, user = table.Addr(0x402000), table.Addr(0x403000), table.Addr(0x404000)
	symbols := stacks{inlined: map[table.Addr]int{user: 2}, from: map[table.Addr][]source.Frame{
		pc:   {frame("leaf", pc, innerSP-32), frame("g", pc+9, innerSP-16), frame("entry", back, innerSP), frame("nothing", 1, innerSP+8)},
		mid:  {frame("f", mid, outerSP-16), frame("entry", back, outerSP)},
		user: {frame("two", user, 0x8000), frame("one", user, 0x8000), frame("work", user, 0x8000), frame("main", user+9, 0x8100)},
	}}
	outer := &Frame{back: back, sp: outerSP, regs: at(user, 0x8000), view: source.View{PC: user, Depth: 2}}
	inner := &Frame{back: back, sp: innerSP, regs: at(mid, outerSP-16)}
	entered := *outer
	entered.view.Depth = 1
	elsewhere := *outer
	elsewhere.view.PC = user + 1
	other := *outer
	other.sp -= 8
	for name, c := range map[string]struct {
		list frames
		from table.Addr
		max  int
		want string
	}{
		"without a call":           {nil, user, 9, "two one work main"},
		"in a call":                {frames{outer}, mid, 9, "f CALL two one work main"},
		"in a call in a call":      {frames{outer, inner}, pc, 9, "leaf g CALL f CALL two one work main"},
		"the innermost":            {frames{outer, inner}, pc, 1, "leaf"},
		"up to the call":           {frames{outer, inner}, pc, 3, "leaf g CALL"},
		"beyond the call":          {frames{outer, inner}, pc, 4, "leaf g CALL f"},
		"one inlined call entered": {frames{&entered}, mid, 9, "f CALL one work main"},
		"shown at another PC":      {frames{&elsewhere}, mid, 9, "f CALL two one work main"},
		"the call is not found":    {frames{&other}, mid, 9, "f entry"},
	} {
		r := at(c.from, innerSP-32)
		var names []string
		for _, f := range c.list.unwind(symbols, nil, &r, c.max) {
			if f.Called != (f.Function == Function) {
				t.Errorf("%s: %+v", name, f)
			}
			names = append(names, strings.ReplaceAll(f.Function, Function, "CALL"))
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestCallIsPossibleWhereTheThreadLosesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		th      drive.Thread
		section string
		shadow  bool
		why     string
	}{
		"elsewhere":               {why: ""},
		"inside a section":        {section: "add+12", why: "inside the critical section add+12"},
		"before a system call":    {th: drive.Thread{InCall: true}, why: "entry of a system call"},
		"with a shadow stack":     {shadow: true, why: "shadow stack"},
		"inside, with all others": {th: drive.Thread{InCall: true}, section: "add", shadow: true, why: "critical section add"},
	} {
		err := Possible(&c.th, c.section, c.shadow)
		var refused *Error
		if (err == nil) != (c.why == "") || err != nil && (!errors.As(err, &refused) || !strings.Contains(refused.Why, c.why)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRoomIsBelowTheRedZone(t *testing.T) {
	zone := amd64.Arch().RedZone
	for sp := outerSP; sp < outerSP+32; sp++ {
		r := at(0, sp)
		if room := Room(&r); room%16 != 0 || room > sp-zone || room <= sp-zone-16 {
			t.Errorf("at %v: %v", sp, room)
		}
	}
}

// code is the program's text, at its entry point.
type code []byte

const entry = table.Addr(0x400100)

var errUnmapped = errors.New("nothing is mapped there")

func (c code) ReadMemory(a table.Addr, p []byte) (int, error) {
	if off := uint64(a - entry); off < uint64(len(c)) {
		return copy(p, c[off:]), nil
	}
	return 0, errUnmapped
}

// nothing is a program without symbols.
type nothing struct{}

func (nothing) Extent(table.Addr) (table.Addr, []machine.Range, bool)          { return 0, nil, false }
func (nothing) Statements(machine.Range) []table.Addr                          { return nil }
func (nothing) BeginsStatement(table.Addr) bool                                { return false }
func (nothing) Symbol(table.Addr) (string, uint64, bool)                       { return "", 0, false }
func (nothing) Trampoline(table.Addr, machine.Memory) (to table.Addr, ok bool) { return 0, false }

func TestFunctionsReturnToTheHaltBehindTheEntryPoint(t *testing.T) {
	hlt := amd64.Arch().Halt
	nops := func(n int) string { return strings.Repeat("\x90", n) }
	section := table.Section{At: 0x400800, Start: table.FileAddr(entry), End: table.FileAddr(entry) + 8, Abort: 0x400900}
	for name, c := range map[string]struct {
		text     string
		sections []table.Section
		want     table.Addr // from the entry point
	}{
		"behind the call of main":        {text: "\x31\xed\xe8\x00\x00\x00\x00" + hlt, want: 7},
		"none":                           {text: nops(100), want: 0},
		"too far":                        {text: nops(64) + hlt, want: 0},
		"the last one near":              {text: nops(63) + hlt, want: 63},
		"at the entry point":             {text: hlt + nops(8), want: 0},
		"in the middle of another":       {text: "\xb8" + hlt + hlt + hlt + hlt + nops(2) + hlt, want: 7},
		"behind what cannot be decoded":  {text: "\x90\x06" + hlt, want: 0},
		"at the end of the mapping":      {text: "\x90\x90", want: 0},
		"inside a section, then outside": {text: nops(4) + hlt + nops(4) + hlt, sections: []table.Section{section}, want: 9},
	} {
		text := code(c.text)
		s := rseq.New(amd64.Arch(), text, nothing{})
		s.Reload([]*table.Module{{File: &table.File{Sections: c.sections}, Low: 0x400000, High: 0x401000}})
		if got := haltBehind(entry, s); got != entry+c.want {
			t.Errorf("%s: %v, want %v", name, got, entry+c.want)
		}
	}
}

// On arm64 the start of a program ends with a call of abort.
func TestFunctionsReturnToTheCallOfAbortBehindTheEntryPoint(t *testing.T) {
	const nop, mov, call, indirect, ret = "\x1f\x20\x03\xd5", "\x1d\x00\x80\xd2", "\x04\x00\x00\x94", "\x20\x00\x3f\xd6", "\xc0\x03\x5f\xd6"
	for name, c := range map[string]struct {
		text string
		want table.Addr // from the entry point
	}{
		"glibc's":                {nop + mov + call + call, 12},
		"through a register":     {nop + mov + indirect + call, 12},
		"one call":               {nop + call + nop + call, 0},
		"a call and its tail":    {call + ret, 0},
		"too far":                {strings.Repeat(nop, 15) + call + call, 0},
		"no call at the mapping": {nop + nop, 0},
	} {
		s := rseq.New(arm64.Arch(), code(c.text), nothing{})
		s.Reload([]*table.Module{{File: &table.File{}, Low: 0x400000, High: 0x401000}})
		if got := haltBehind(entry, s); got != entry+c.want {
			t.Errorf("%s: %v, want %v", name, got, entry+c.want)
		}
	}
}

func TestResultIsReadFromTheRegistersForResults(t *testing.T) {
	r := at(back, outerSP)
	r.SetResult(7)
	area := slices.Repeat([]byte{3}, 600)
	if got := ResultOf(&r, area); got.Integers[0] != 7 || got.Vector != [16]byte(area[:16]) || fmt.Sprint(got.XState) != fmt.Sprint(area) {
		t.Errorf("%+v", got)
	}
	if got := ResultOf(&r, nil); got.Integers[0] != 7 || got.Vector != [16]byte{} {
		t.Errorf("without the area: %+v", got)
	}
}
