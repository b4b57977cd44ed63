package vdso

import (
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// CFAs of a function's frame and of its helper's: the stack grows down.
const (
	outer = table.Addr(0x7000)
	inner = table.Addr(0x6f00)
)

// executed is an instruction that a stepped thread has executed in a frame, and where it has led.
type executed struct {
	insn machine.Insn
	pc   table.Addr
	cfa  table.Addr
}

// The thread's way through a function with two loops, each of which may hold the other, and a
// helper with a loop.
var (
	back    = executed{machine.Insn{Addr: 0x40, Kind: machine.CondJump, Target: 0x20}, 0x20, outer}
	further = executed{machine.Insn{Addr: 0x50, Kind: machine.Jump, Target: 0x20}, 0x20, outer} // the same loop
	out     = executed{machine.Insn{Addr: 0x40, Kind: machine.CondJump, Target: 0x20}, 0x42, outer}
	other   = executed{machine.Insn{Addr: 0x60, Kind: machine.IndirectJump}, 0x10, outer}
	forward = executed{machine.Insn{Addr: 0x20, Kind: machine.Jump, Target: 0x40}, 0x40, outer}
	add     = executed{machine.Insn{Addr: 0x22}, 0x24, outer}
	call    = executed{machine.Insn{Addr: 0x24, Kind: machine.Call, Target: 0x90}, 0x90, outer}
	helper  = executed{machine.Insn{Addr: 0x98, Kind: machine.CondJump, Target: 0x90}, 0x90, inner}
	deeper  = executed{machine.Insn{Addr: 0x24, Kind: machine.IndirectCall}, 0x90, inner}
)

func TestLoopsAreLeftInTheThirdRound(t *testing.T) {
	for name, c := range map[string]struct {
		way  []executed
		ends bool // at the last instruction
	}{
		"three rounds":                    {[]executed{back, add, back, add, back}, true},
		"two rounds":                      {[]executed{back, add, back, out}, false},
		"a loop with two jumps back":      {[]executed{back, further, back}, true},
		"by an indirect jump":             {[]executed{other, other, other}, true},
		"two loops, one inside the other": {[]executed{back, other, back, other}, false},
		"forward":                         {[]executed{forward, forward, forward, forward}, false},
		"not taken":                       {[]executed{out, out, out, out}, false},
		"three calls of a helper":         {[]executed{call, helper, call, helper, call, helper}, false},
		"a helper called twice":           {[]executed{call, helper, helper, call, helper, helper}, false},
		"a helper in its third round":     {[]executed{call, helper, helper, helper}, true},
		"a call in each round":            {[]executed{back, call, helper, back, call, helper, back}, true},
		"a helper's own calls":            {[]executed{call, helper, deeper, helper, deeper, helper}, true},
	} {
		for _, function := range []string{"clock_gettime", "time", "unknown"} {
			a := &activation{function: machine.VDSOFunction{Short: function}, rounds: map[round]int{}}
			for n, x := range c.way {
				got, want := a.after(&x.insn, x.pc, x.cfa), 0
				if c.ends && n == len(c.way)-1 {
					want = maxRounds
				}
				if got != want {
					t.Errorf("%s, %s: instruction %d: %d rounds, want %d", function, name, n, got, want)
				}
			}
		}
	}
}

// Every round of getrandom yields at least a byte.
func TestGetrandomHasTheRoundsThatItsBytesNeed(t *testing.T) {
	for _, c := range []struct {
		bytes uint64
		seen  bool
		most  int // rounds without an end
	}{{0, true, 63}, {16, true, 95}, {100, true, 263}, {16, false, 10000}} {
		a := &activation{function: machine.VDSOFunction{Short: "getrandom"}, rounds: map[round]int{}, seen: c.seen}
		a.args[1] = c.bytes
		for n := range c.most {
			if got := a.after(&back.insn, back.pc, back.cfa); got != 0 {
				t.Fatalf("%+v: ended after round %d", c, n+1)
			}
		}
		if got := a.after(&back.insn, back.pc, back.cfa); c.seen && got != c.most+1 {
			t.Errorf("%+v: round %d: %d", c, c.most+1, got)
		}
	}
}

func TestLooksAreAsManyAsTheBytesNeed(t *testing.T) {
	for _, c := range []struct {
		function string
		bytes    uint64
		want     int
	}{
		{"time", 1 << 40, 1}, {"getrandom", 0, 2}, {"getrandom", slowestRandom - 1, 2}, {"getrandom", 5 * slowestRandom, 7},
		{"getrandom", ^uint64(0), 2 + maxRandom/slowestRandom},
	} {
		a := &activation{function: machine.VDSOFunction{Short: c.function}}
		a.args[1] = c.bytes
		if got := a.enoughLooks(); got != c.want {
			t.Errorf("%s of %d bytes: %d looks, want %d", c.function, c.bytes, got, c.want)
		}
	}
}
