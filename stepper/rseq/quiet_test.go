package rseq_test

import (
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

// TestWhatAQuietPassCameTo: the instructions that ran, one after another, give the result.
func TestWhatAQuietPassCameTo(t *testing.T) {
	const cfa = 0x7fff0000
	whole := []table.Addr{start, 0x401013, branch, 0x401018, final}
	way := func(more ...table.Addr) []table.Addr { return append(append([]table.Addr(nil), whole[:3]...), more...) }
	for _, c := range []struct {
		name    string
		patch   string // the instruction at branch; "": unchanged
		section table.Addr
		way     []table.Addr // the addresses of the executed instructions, and of the thread afterwards
		sp      table.Addr   // the stack pointer afterwards
		want    rseq.QuietEnd
		result  rseq.Result
	}{
		{"a commit", "", start, append(whole, end), 0x1000, rseq.QuietCommit, rseq.Committed},
		{"on the way", "", start, whole, 0x1000, rseq.QuietGoing, 0},
		{"a side exit", "", start, way(side), 0x1000, rseq.QuietSide, rseq.SideExit},
		{"the section's own abort", "0f 84 e4 0f 00 00", start, way(abort), 0x1000, rseq.QuietAbort, rseq.Aborted},
		{"post-commit without the last store", "74 06", start, way(end), 0x1000, rseq.QuietSide, rseq.SideExit},
		{"the function's return", "", start, append(whole, side), cfa, rseq.QuietReturn, 0},
		{"ways that are not known, after a store", "", blind, []table.Addr{blind, blind + 3, blind + 6}, 0x1000, rseq.QuietCommit, rseq.Committed},
		{"ways that are not known, elsewhere", "", blind, []table.Addr{blind, blind + 3, side}, 0x1000, rseq.QuietSide, rseq.SideExit},
		{"ways that are not known, without a store", "", blind, []table.Addr{blind + 3, blind + 6}, 0x1000, rseq.QuietSide, rseq.SideExit},
		{"a signal's handler", "", start, []table.Addr{lea, arm}, 0x1000, rseq.QuietGoing, 0},
	} {
		s, m, _ := program(t)
		if c.patch != "" {
			m.code(t, branch, c.patch)
		}
		p := s.Image().At(c.section)
		body, err := s.Body(p)
		if err != nil {
			t.Fatal(err)
		}
		q := rseq.Quiet{CFA: cfa}
		q.Enter(p, body)
		got := rseq.QuietGoing
		for n, pc := range c.way[1:] {
			if got != rseq.QuietGoing {
				t.Errorf("%s: it ended at %v already", c.name, c.way[n])
			}
			insn, err := s.Decode(c.way[n])
			if err != nil {
				t.Fatal(err)
			}
			r := amd64.Regs(machine.Words{})
			r.SetPC(pc)
			if r.SetSP(0x1000); n == len(c.way)-2 {
				r.SetSP(c.sp)
			}
			got = q.Step(insn, &r)
		}
		if got != c.want || got.Result() != c.result {
			t.Errorf("%s: %v, %v", c.name, got, got.Result())
		}
		last := c.way[len(c.way)-1]
		if in := q.Inside(last); in != (c.want == rseq.QuietGoing && p.Contains(last)) {
			t.Errorf("%s: inside: %v", c.name, in)
		}
	}
}

// TestAFrameWithoutContentsIsLeftByItsReturn: on arm64, a return moves no stack pointer.
func TestAFrameWithoutContentsIsLeftByItsReturn(t *testing.T) {
	const cfa, back = 0x7fff0000, 0x400800
	for _, c := range []struct {
		pc, sp table.Addr
		want   rseq.QuietEnd
	}{{back + 8, cfa, rseq.QuietGoing}, {back, cfa - 16, rseq.QuietGoing}, {back, cfa, rseq.QuietReturn}, {back + 8, cfa + 16, rseq.QuietReturn}} {
		q := rseq.Quiet{CFA: cfa, Back: back}
		r := arm64.Regs(machine.Words{})
		r.SetPC(c.pc)
		r.SetSP(c.sp)
		if got := q.Step(&machine.Insn{}, &r); got != c.want {
			t.Errorf("at %v with sp %v: %v, want %v", c.pc, c.sp, got, c.want)
		}
	}
}

// TestWhatANativePassCameTo: the exit gives the result, and it is a commit only with proof.
func TestWhatANativePassCameTo(t *testing.T) {
	const zero = 1 << 6 // ZF
	for _, c := range []struct {
		name  string
		patch string
		pc    table.Addr
		flags uint64
		want  rseq.Result
	}{
		{"post-commit", "", end, 0, rseq.Committed},
		{"a side exit", "", side, zero, rseq.SideExit},
		{"the abort handler", "", abort, 0, rseq.Aborted},
		{"post-commit with a branch there that was taken", "74 06", end, zero, rseq.SideExit},
		{"post-commit with a branch there that was not", "74 06", end, 0, rseq.Committed},
	} {
		s, m, _ := program(t)
		if c.patch != "" {
			m.code(t, branch, c.patch)
		}
		p := s.Image().At(start)
		body, err := s.Body(p)
		if err != nil {
			t.Fatal(err)
		}
		before, after := regs(arm, 1, 0, 0), regs(c.pc, 2, 0, c.flags)
		if got := rseq.Ended(body, &before, &after); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		q := rseq.Quiet{}
		q.Enter(p, body)
		if got := q.Run(&before, &after); got.Result() != c.want || q.Entered {
			t.Errorf("%s: quietly %v", c.name, got)
		}
	}
	s, _, _ := program(t)
	body, _ := s.Body(s.Image().At(start))
	q := rseq.Quiet{}
	q.Enter(s.Image().At(start), body)
	r := regs(final, 0, 0, 0)
	if got := q.Run(nil, &r); got != rseq.QuietGoing || !q.Entered {
		t.Errorf("still inside: %v", got)
	}
}
