package line_test

import (
	"cmp"
	"slices"
	"testing"

	"rseqstep/stepper/line"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// traps lists a plan's traps by address, without their other fields.
func traps(pl *line.Plan) (list []line.Trap) {
	for _, t := range pl.Traps {
		list = append(list, line.Trap{Addr: t.Addr, Kind: t.Kind})
	}
	slices.SortFunc(list, func(a, b line.Trap) int {
		return cmp.Or(cmp.Compare(a.Addr, b.Addr), cmp.Compare(a.Kind, b.Kind))
	})
	return list
}

const back = table.Addr(0x401088) // the return address of f

func TestEachWayOutOfALineHasItsTrap(t *testing.T) {
	one := []machine.Range{{Low: fEntry, High: fEntry + 8}}
	two := []machine.Range{{Low: 0x401008, High: 0x401010}, {Low: 0x401020, High: 0x401028}}
	for _, c := range []struct {
		name   string
		code   string // at the first byte of the ranges
		ranges []machine.Range
		into   bool
		want   []line.Trap // without the trap at f's return address
		short  bool
		blind  bool
	}{
		{"the end of the line", "", one, false, []line.Trap{{Addr: 0x401008, Kind: line.Out}}, true, false},
		{"a branch", "\x74\x16", one, false, []line.Trap{{Addr: 0x401008, Kind: line.Out}, {Addr: 0x401018, Kind: line.Out}}, true, false},
		{"a branch that stays", "\x74\x01", one, false, []line.Trap{{Addr: 0x401008, Kind: line.Out}}, true, false},
		{"next: a call", "\xe8\x7b\x00\x00\x00", one, false, []line.Trap{{Addr: 0x401008, Kind: line.Out}}, false, false},
		{"step: a call", "\xe8\x7b\x00\x00\x00", one, true, []line.Trap{{Addr: 0x401008, Kind: line.Out}, {Addr: hEntry, Kind: line.Enters}}, false, false},
		{"step: a call of a stub", "\xe8\xdb\x00\x00\x00", one, true, []line.Trap{{Addr: 0x401008, Kind: line.Out}, {Addr: hEntry, Kind: line.Enters}}, false, false},
		{"step: a call of a function without lines", "\xe8\xbb\x00\x00\x00", one, true, []line.Trap{{Addr: 0x401008, Kind: line.Out}}, false, false},
		{"next: a tail call", "\xe9\x7b\x00\x00\x00", one, false, nil, true, false},
		{"step: a tail call", "\xe9\x7b\x00\x00\x00", one, true, []line.Trap{{Addr: hEntry, Kind: line.Enters}}, true, false},
		{"an indirect jump", "\xff\xe0", one, false, []line.Trap{{Addr: fEntry, Kind: line.Steps}}, false, false},
		{"next: an indirect call", "\xff\xd0", one, false, []line.Trap{{Addr: 0x401008, Kind: line.Out}}, false, false},
		{"step: an indirect call", "\xff\xd0", one, true, []line.Trap{{Addr: fEntry, Kind: line.Steps}, {Addr: 0x401008, Kind: line.Out}}, false, false},
		{"a return", "\xc3", one, false, nil, true, false},
		{"a system call", "\x0f\x05", one, false, []line.Trap{{Addr: 0x401008, Kind: line.Out}}, false, false},
		{"onto a signature", "\x74\x28", one, false, []line.Trap{{Addr: fEntry, Kind: line.Steps}, {Addr: 0x401008, Kind: line.Out}}, true, false},
		{"no instruction", "\x06", one, false, []line.Trap{{Addr: fEntry, Kind: line.Steps}}, true, false},
		{"an abort, and a way into a section", "", two, false, []line.Trap{{Addr: 0x401010, Kind: line.Out}, {Addr: 0x401029, Kind: line.Out}, {Addr: within, Kind: line.Out}, {Addr: within, Kind: line.Out}, {Addr: abort, Kind: line.Out}}, true, false},
		{"out of a section onto a signature", "\x90\x74\x1f", two, false, []line.Trap{{Addr: 0x401010, Kind: line.Out}, {Addr: 0x401029, Kind: line.Out}, {Addr: within, Kind: line.Out}, {Addr: within, Kind: line.Out}, {Addr: abort, Kind: line.Out}}, true, true},
		{"into a section that aborts to the line", "", []machine.Range{{Low: 0x401020, High: 0x401028}, {Low: within, High: 0x401030}}, false, []line.Trap{{Addr: 0x401029, Kind: line.Out}, {Addr: 0x401030, Kind: line.Out}}, true, false},
	} {
		pc := c.ranges[0].Low
		p := programOf(text{pc: c.code}, symbols{})
		w := begin(t, p, pc, 0x7000, 0, c.into)
		r := regs(pc, 0x7000)
		pl := p.LeaveLine(&w, &r, c.ranges)
		if got, want := traps(pl), append(slices.Clone(c.want), line.Trap{Addr: back, Kind: line.Returns}); !sameTraps(got, want) || pl.Short != c.short || pl.Blind != c.blind {
			t.Errorf("%s: %v, short %v, blind %v; want %v", c.name, got, pl.Short, pl.Blind, want)
		}
		for a := range pl.Stepped {
			if !slices.Contains(traps(pl), line.Trap{Addr: a, Kind: line.Steps}) {
				t.Errorf("%s: %v is to be stepped without a trap", c.name, a)
			}
		}
	}
}

// sameTraps compares traps in any order.
func sameTraps(got, want []line.Trap) bool {
	return slices.Equal(got, traps(&line.Plan{Traps: want}))
}

func TestEachWayOutOfRangesHasItsTrap(t *testing.T) {
	one := []machine.Range{{Low: fEntry, High: fEntry + 8}}
	for _, c := range []struct {
		name string
		code string
		want []line.Trap
	}{
		{"the end", "", []line.Trap{{Addr: 0x401008, Kind: line.Out}}},
		{"a branch out of the function", "\x74\x7e", []line.Trap{{Addr: 0x401008, Kind: line.Out}, {Addr: 0x401080, Kind: line.Out}}},
		{"a call", "\xe8\x7b\x00\x00\x00", []line.Trap{{Addr: 0x401008, Kind: line.Out}, {Addr: hEntry, Kind: line.Called}}},
		{"an indirect call", "\xff\xd0", []line.Trap{{Addr: fEntry, Kind: line.Steps}, {Addr: 0x401008, Kind: line.Out}}},
		{"a call onto a signature", "\xe8\xfb\x0f\x00\x00", []line.Trap{{Addr: fEntry, Kind: line.Steps}, {Addr: 0x401008, Kind: line.Out}}},
		{"a return", "\xc3", []line.Trap{{Addr: fEntry, Kind: line.Steps}}},
		{"an indirect jump", "\xff\xe0", []line.Trap{{Addr: fEntry, Kind: line.Steps}}},
	} {
		p := programOf(text{fEntry: c.code}, symbols{})
		r := regs(fEntry, 0x7000)
		if got := traps(p.LeaveRanges(&r, one)); !sameTraps(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	p := programOf(text{fEntry: "\xe8\x7b\x00\x00\x00\x74\x00"}, symbols{})
	r := regs(fEntry, 0x7000)
	pl := p.LeaveRanges(&r, one)
	for _, c := range []struct {
		sp   table.Addr
		want bool
	}{{0x6ff8, false}, {0x7008, false}, {0x7020, true}, {0x7028, true}, {0x7100, true}} {
		r := regs(hEntry, c.sp)
		if got := pl.CalledOut(line.Trap{Return: fEntry + 5}, &r); got != c.want {
			t.Errorf("called with the stack at %v it is out: %v", c.sp, got)
		}
	}
	for pc, want := range map[table.Addr]bool{fEntry: false, fEntry + 5: false, fEntry + 6: true, 0x401008: true, hEntry: true} {
		if r := regs(pc, 0x7000); pl.LedOut(&r) != want {
			t.Errorf("stepped to %v it is out: %v", pc, !want)
		}
	}
}

// A recursive call on the line itself returns into the line.
func TestTheReturnOfTheFrameIsTrappedInsideTheLine(t *testing.T) {
	p := program()
	w := begin(t, p, 0x401018, 0x6fe0, 0, false)
	r := regs(0x401018, 0x6fe0)
	pl := p.LeaveLine(&w, &r, []machine.Range{{Low: 0x401010, High: 0x401020}})
	if want := []line.Trap{{Addr: 0x401018, Kind: line.Returns}, {Addr: 0x401020, Kind: line.Out}}; !sameTraps(traps(pl), want) {
		t.Errorf("%v, want %v", traps(pl), want)
	}
	if r := regs(0x401018, 0x6fe0); !pl.Inside(&r) {
		t.Error("the thread is not inside")
	}
}

// If no trap can stand at the return address, the plan steps the return instruction.
func TestAReturnIsSteppedWhereItsPlaceHasNoTrap(t *testing.T) {
	p := programOf(text{fEntry: "\xc3"}, symbols{})
	w := begin(t, p, fEntry, 0x7030, 0, false)
	r := regs(fEntry, 0x7030)
	pl := p.LeaveLine(&w, &r, []machine.Range{{Low: fEntry, High: fEntry + 8}})
	if want := []line.Trap{{Addr: fEntry, Kind: line.Steps}}; !sameTraps(traps(pl), want) {
		t.Errorf("%v, want %v", traps(pl), want)
	}
}

// A call that is the last instruction of the ranges returns to their end.
func TestACallReturnsToItsOwnPlace(t *testing.T) {
	p := programOf(text{fEntry: "\xe8\x7b\x00\x00\x00"}, symbols{})
	r := regs(fEntry, 0x7000)
	pl := p.LeaveRanges(&r, []machine.Range{{Low: fEntry, High: fEntry + 5}})
	i := slices.IndexFunc(pl.Traps, func(tr line.Trap) bool { return tr.Kind == line.Called })
	if i < 0 {
		t.Fatalf("the call has no trap: %v", pl.Traps)
	}
	for sp, want := range map[table.Addr]bool{0x7020: true, 0x6ff8: false} {
		if r := regs(hEntry, sp); pl.CalledOut(pl.Traps[i], &r) != want {
			t.Errorf("called with the stack at %v it is out: %v", sp, !want)
		}
	}
}

func TestWhereAnInstructionLedThatWasStepped(t *testing.T) {
	for _, c := range []struct {
		name   string
		into   bool
		pc, sp table.Addr
		want   line.Led
	}{
		{"on the line", false, 0x401007, 0x7000, line.LedOn},
		{"the middle of an instruction of the line", false, 0x401001, 0x7000, line.LedAnew},
		{"elsewhere in the function", false, 0x401018, 0x7000, line.LedOut},
		{"inside a section", false, 0x40100a, 0x7000, line.LedOn},
		{"the function once more", false, fEntry, 0x6ff8, line.LedOn},
		{"the caller", false, back, 0x7010, line.LedOut},
		{"next: another function", false, hEntry, 0x6ff8, line.LedOn},
		{"step: another function", true, hEntry, 0x6ff8, line.LedInto},
		{"step: a stub of it", true, stub, 0x6ff8, line.LedInto},
		{"step: one without lines", true, kEntry, 0x6ff8, line.LedOn},
	} {
		p := programOf(text{fEntry: "\x74\x02"}, symbols{})
		w := begin(t, p, fEntry+7, 0x7000, 0, c.into)
		ranges := []machine.Range{{Low: fEntry, High: fEntry + 8}}
		if c.pc == fEntry {
			ranges[0].Low = fEntry + 4
		}
		r := regs(fEntry+4, 0x7000)
		pl := p.LeaveLine(&w, &r, ranges)
		r = regs(c.pc, c.sp)
		led, fn := pl.Led(&w, &r)
		if led != c.want || led == line.LedInto && fn.Name != "h" {
			t.Errorf("%s: %v %q, want %v", c.name, led, fn.Name, c.want)
		}
	}
}

func TestExceptionsAndLongjmpsAreWaitedFor(t *testing.T) {
	sym := symbols{map[string]table.Addr{"_Unwind_DebugHook": 0x401110, "__cxa_begin_catch": 0x401118, "longjmp": 0x401120, "siglongjmp": 0x401128}}
	p := programOf(text{}, sym)
	want := []line.Trap{{Addr: 0x401110, Kind: line.Unwinds}, {Addr: 0x401120, Kind: line.Jumps}, {Addr: 0x401128, Kind: line.Jumps}}
	if got := p.Unwinding(); !slices.EqualFunc(got, want, func(a, b line.Trap) bool { return a.Addr == b.Addr && a.Kind == b.Kind }) {
		t.Errorf("%v, want %v", got, want)
	}
	delete(sym.names, "_Unwind_DebugHook")
	if got := p.Unwinding(); got[0].Kind != line.Unwinds {
		t.Error("they are looked for again")
	}
	p.Reload()
	if got := p.Unwinding(); got[0].Addr != 0x401118 || got[0].Kind != line.Catches {
		t.Errorf("after other modules have come: %v", got)
	}
	w := begin(t, p, fEntry, 0x7000, 0, false)
	r := regs(fEntry, 0x7000)
	if got := p.LeaveLine(&w, &r, []machine.Range{{Low: fEntry, High: fEntry + 8}}).Traps; got[len(got)-1].Kind != line.Jumps {
		t.Errorf("a line is left by %v", got)
	}
}
