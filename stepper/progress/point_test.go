package progress

import (
	"fmt"
	"slices"
	"testing"

	"rseqstep/table"
)

// section is one with start, end and abort handler at a, a+0x10 and a+0x20.
func section(a table.Addr) *table.Placed {
	return &table.Placed{Start: a, End: a + 0x10, Abort: a + 0x20}
}

// describe writes points as kind@address, with the register or "planted".
func describe(points []point) (list []string) {
	for _, p := range points {
		where := ""
		switch p.slot {
		case planted:
			where = " planted"
		default:
			where = fmt.Sprintf(" in %d", p.slot)
		}
		list = append(list, [...]string{atAbort: "abort", atEnd: "end", atArm: "arm"}[p.kind]+fmt.Sprintf("@%x", uint64(p.addr))+where)
	}
	return list
}

// TestThePointsThatAThreadNeeds: what the passes of a thread so far, the command and the sentry
// make of the sections that it may reach.
func TestThePointsThatAThreadNeeds(t *testing.T) {
	a, b := section(0x100), section(0x200)
	for _, c := range []struct {
		name     string
		helped   candidate
		probe    *probe
		counting bool
		list     []candidate
		want     []string
	}{
		{name: "nothing"},
		{"a step over sections", candidate{}, nil, true, []candidate{{placed: a}, {placed: b}}, []string{"abort@120", "abort@220"}},
		{"a pass has failed", candidate{}, nil, true, []candidate{{placed: a, vain: true}, {placed: b}}, []string{"abort@120", "end@110", "abort@220"}},
		{"the next pass is helped", candidate{}, nil, true, []candidate{{placed: a, vain: true, arm: 0xf0}, {placed: b}}, []string{"arm@f0", "abort@220"}},
		{"and the thread is in the one before", candidate{}, nil, true, []candidate{{placed: a, vain: true, arm: 0xf0, begun: true}}, []string{"arm@f0", "abort@120", "end@110"}},
		{"another thread's step", candidate{}, nil, false, []candidate{{placed: a, vain: true}}, []string{"end@110"}},
		{"a continue that checks", candidate{}, &probe{placed: a}, false, nil, []string{"end@110"}},
		{"and counts", candidate{}, &probe{placed: a, counts: true}, false, nil, []string{"end@110", "abort@120"}},
		{"and helps", candidate{placed: a, arm: 0xf0}, nil, false, []candidate{{placed: a, vain: true}}, []string{"arm@f0", "end@110"}},
		{"unless there is no arming store", candidate{placed: a}, nil, false, []candidate{{placed: a, vain: true}}, []string{"end@110"}},
	} {
		var got []string
		for _, p := range choose(c.helped, c.probe, c.counting, c.list) {
			got = append(got, [...]string{atAbort: "abort", atEnd: "end", atArm: "arm"}[p.kind]+fmt.Sprintf("@%x", uint64(p.addr)))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, not %q", c.name, got, c.want)
		}
	}
}

// TestWherePointsAreSet: a point takes the breakpoint that is there, or else a debug register; the
// first points come first, and a section whose commit cannot be seen is named.
func TestWherePointsAreSet(t *testing.T) {
	a, b := section(0x100), section(0x200)
	all := choose(candidate{}, nil, true, []candidate{{placed: a, vain: true}, {placed: b, vain: true}})
	for _, c := range []struct {
		name              string
		free              []int
		inserted, refused []table.Addr
		want              []string
		unseen            []*table.Placed
	}{
		{"four registers", []int{0, 1, 2, 3}, nil, nil, []string{"abort@120 in 0", "end@110 in 1", "abort@220 in 2", "end@210 in 3"}, nil},
		{"the user has some", []int{1, 3}, nil, nil, []string{"abort@120 in 1", "end@110 in 3"}, []*table.Placed{b}},
		{"and all", nil, nil, nil, nil, []*table.Placed{a, b}},
		{"breakpoints are there", []int{2}, []table.Addr{0x110, 0x120}, nil, []string{"abort@120 planted", "end@110 planted", "abort@220 in 2"}, []*table.Placed{b}},
		{"without registers", nil, []table.Addr{0x210}, nil, []string{"end@210 planted"}, []*table.Placed{a}},
		{"an exit lies in another section", []int{0, 1, 2, 3}, nil, []table.Addr{0x110, 0x220}, []string{"abort@120 in 0", "end@210 in 1"}, []*table.Placed{a}},
		{"with a breakpoint", []int{0}, []table.Addr{0x110}, []table.Addr{0x110}, []string{"abort@120 in 0", "end@110 planted"}, []*table.Placed{b}},
	} {
		points, unseen := assign(all, c.free, in(c.inserted), in(c.refused))
		if got := describe(points); !slices.Equal(got, c.want) || !slices.Equal(unseen, c.unseen) {
			t.Errorf("%s: %q and %v unseen, not %q and %v", c.name, got, unseen, c.want, c.unseen)
		}
	}
	// Sections may share a handler: the first of them has the point.
	c := section(0x300)
	c.Abort = a.Abort
	points, _ := assign(choose(candidate{}, nil, true, []candidate{{placed: c}, {placed: a}}), []int{0, 1}, in(nil), in(nil))
	if len(points) != 1 || points[0].placed != c {
		t.Errorf("at one handler: %q", describe(points))
	}
}

func in(list []table.Addr) func(table.Addr) bool {
	return func(a table.Addr) bool { return slices.Contains(list, a) }
}

// TestAnEventsRegistersAreSplit: whatever set of registers has matched, each belongs to a point or
// is left over, and none is lost.
func TestAnEventsRegistersAreSplit(t *testing.T) {
	a := section(0x100)
	points := []point{
		{kind: atArm, addr: 0xf0, placed: a, slot: 3},
		{kind: atAbort, addr: a.Abort, placed: a, slot: planted},
		{kind: atEnd, addr: a.End, placed: a, slot: 1},
	}
	for slots := range 1 << 4 {
		hit, rest := split(points, slots)
		together := rest
		for _, p := range hit {
			if p.slot == planted || rest>>p.slot&1 != 0 {
				t.Errorf("%04b: %q and %04b", slots, describe(hit), rest)
			}
			together |= 1 << p.slot
		}
		if together != slots || rest&^0b0101 != 0 {
			t.Errorf("%04b: %q and %04b", slots, describe(hit), rest)
		}
	}
}
