package rseq_test

import (
	"errors"
	"slices"
	"testing"

	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// What refuses a breakpoint at an address.
const (
	nothing   = "nothing"
	inside    = "inside"
	middle    = "the middle of an instruction"
	signature = "a signature"
)

func refusal(err error) string {
	var of *rseq.InsideError
	var in *rseq.MiddleError
	switch {
	case err == nil:
		return nothing
	case errors.As(err, &of) && errors.Is(err, rseq.ErrInside):
		return inside
	case errors.As(err, &in):
		return middle
	}
	return signature
}

// TestWhereBreakpointsAreRefused: inside sections and on signatures for everyone; in the middle
// of an instruction for the debugger's own traps.
func TestWhereBreakpointsAreRefused(t *testing.T) {
	for _, c := range []struct {
		name       string
		at         table.Addr
		users, own string
	}{
		{"an instruction", lea, nothing, nothing},
		{"the middle of one", lea + 1, nothing, middle},
		{"the last byte of one", arm - 1, nothing, middle},
		{"an arming store", arm, nothing, nothing},
		{"a section's first instruction", start, inside, inside},
		{"the middle of it", start + 1, inside, inside},
		{"its last instruction", final, inside, inside},
		{"its last byte", end - 1, inside, inside},
		{"post-commit", end, nothing, nothing},
		{"the middle of that", end + 1, nothing, middle},
		{"code that nothing leads to", end + 4, nothing, nothing},
		{"a side exit", side, nothing, nothing},
		{"before the signature", abort - 5, nothing, nothing},
		{"the signature", abort - 4, signature, signature},
		{"its last byte", abort - 1, signature, signature},
		{"the abort handler", abort, nothing, nothing},
		{"the arming store that a section begins with", selfArming, nothing, nothing},
		{"behind it", selfArming + 9, inside, inside},
		{"no module", 0x10000000, nothing, nothing},
	} {
		s, _, _ := program(t)
		if got := refusal(s.Guard(c.at)); got != c.users {
			t.Errorf("%s: a user's breakpoint is refused by %s, not %s", c.name, got, c.users)
		}
		if got := refusal(s.GuardOwn(c.at)); got != c.own {
			t.Errorf("%s: one of the debugger's own is refused by %s, not %s", c.name, got, c.own)
		}
		if covered := s.Covering(c.at) != nil; covered != (c.users == inside) {
			t.Errorf("%s: covered: %v", c.name, covered)
		}
	}
}

// TestNamesOfRefusals: an error names the section and the address to use instead.
func TestNamesOfRefusals(t *testing.T) {
	s, _, _ := program(t)
	var err *rseq.InsideError
	if !errors.As(s.Guard(final), &err) || err.Section != "f+0x10" || err.Start != start || err.End != end || err.Addr != final {
		t.Errorf("%+v", err)
	}
}

// TestPlacesOfTraps: the traps for an address inside a section are at its exits. If an exit leads
// into another section, the exits of that section replace it.
func TestPlacesOfTraps(t *testing.T) {
	for _, c := range []struct {
		name  string
		at    table.Addr
		want  []table.Addr
		allow bool
	}{
		{"outside", side, []table.Addr{side}, true},
		{"inside", start, []table.Addr{end, side, abort}, true},
		{"the middle of an instruction", lea + 3, []table.Addr{lea + 3}, false},
		{"an exit inside another section", outer, []table.Addr{outerEnd, innerEnd, outerAbort, innerAbort}, true},
		{"that section", inner, []table.Addr{innerEnd, innerAbort}, true},
	} {
		s, _, _ := program(t)
		got := s.Places(c.at)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, not %v", c.name, got, c.want)
		}
		if allow := s.Allow(got); allow != c.allow {
			t.Errorf("%s: allowed: %v", c.name, allow)
		}
	}
}

// TestReachedCodeIsKnown: an instruction begins where a thread stands, and from then on GuardOwn
// refuses the middles of the instructions that follow it.
func TestReachedCodeIsKnown(t *testing.T) {
	s, m, _ := program(t)
	m.code(t, 0x401060, "48 8d 05 00 00 00 00 c3")
	if got := refusal(s.GuardOwn(0x401061)); got != nothing {
		t.Errorf("before: %s", got)
	}
	s.Reached(0x401060)
	if got := refusal(s.GuardOwn(0x401061)); got != middle {
		t.Errorf("afterwards: %s", got)
	}
}

// TestWhereABreakpointInsideIsMet: at the arming store, and nowhere if the arming store is
// unknown or may hold no breakpoint.
func TestWhereABreakpointInsideIsMet(t *testing.T) {
	for _, c := range []struct {
		name    string
		at      table.Addr
		trap    table.Addr
		refused string
	}{
		{"outside", side, 0, nothing},
		{"the first instruction", start, arm, nothing},
		{"the last", final, arm, nothing},
		{"the middle of one", final + 1, 0, signature}, // no InsideError: another address would not help
		{"an arming store inside", selfArming, 0, nothing},
		{"behind that", selfArming + 9, selfArming, nothing},
		{"a section that nothing arms", inner, 0, inside},
	} {
		s, _, _ := program(t)
		trap, err := s.InsideTrap(c.at)
		if trap != c.trap || refusal(err) != c.refused {
			t.Errorf("%s: %v, %v", c.name, trap, err)
		}
	}
}
