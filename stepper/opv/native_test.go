//go:build linux && (amd64 || arm64)

package opv_test

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/opv"
	"rseqstep/table"
)

// TestVectorAgreesWithTheProcessor runs each section on the processor, in a
// process without an rseq area so that nothing aborts it, and compares
// registers, memory and the exit with the interpreter's pass and with what its
// vector does. The environment variable RSEQSTEP_OPV_STATES sets the number of
// states for each section; 10,000 take some minutes.
func TestVectorAgreesWithTheProcessor(t *testing.T) {
	n := states(t, 16)
	g, err := newRig(newProcessor(t))
	if err != nil {
		t.Fatal(err)
	}
	began, sum, commits := time.Now(), 0, 0
	all := hostSamples(t)
	for _, s := range all {
		body := s.moved(t, g.code.at+reach)
		if err := g.place(body, s.code); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		ran, finals, selves, undefined := 0, 0, 0, openFlags(s.arch, body)
		s.passes(t, g.base, g.data.at+reach, body.Start, n, func(w *world, from opv.State, p *opv.Plan) {
			if touches(p.Pass.Accesses, body.Start, len(s.code)) {
				selves++ // it would overwrite its own code
				return
			}
			if err := g.agree(w, from, p, undefined); err != nil {
				t.Fatalf("%s, seed %d, state %x: %v", s.name, w.seed, from.W, err)
			}
			if ran++; p.Final {
				finals++
			}
		})
		if err := errors.Join(g.code.compare(g.code.at, 2*reach), g.data.compare(g.data.at, 2*reach)); err != nil {
			t.Fatalf("%s: it wrote elsewhere: %v", s.name, err)
		}
		if ran == 0 {
			t.Fatalf("%s: none of %d states could be run", s.name, selves)
		}
		sum, commits = sum+ran, commits+finals
		if testing.Verbose() {
			t.Logf("%s: %d states, %d of them commit, %d passed over", s.name, ran, finals, selves)
		}
	}
	t.Logf("%d sections, %d states, %d of them commit, %v", len(all), sum, commits, time.Since(began).Round(time.Second))
}

// states is the number of states for each section: usual, or the environment's
// number.
func states(t *testing.T, usual int) int {
	t.Helper()
	text := os.Getenv("RSEQSTEP_OPV_STATES")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("RSEQSTEP_OPV_STATES=%q is no number of states: %v", text, err)
	}
	return n
}

// openFlags are the flags that the manual leaves undefined after an instruction
// of the section (Intel SDM volume 2, at each).
func openFlags(arch *machine.Arch, body *machine.Body) (flags uint64) {
	if arch != amd64.Arch() {
		return 0
	}
	open := []struct {
		flags uint64
		names []string
	}{
		{af, []string{"and", "or", "xor", "test"}},
		{of | sf | af | pf, []string{"bt", "bs", "tz", "lz", "sh", "sa", "ro", "rc", "mul", "imul"}},
	}
	for n := range body.Insns {
		text := strings.TrimPrefix(arch.Format(&body.Insns[n], nil), "lock ")
		for _, o := range open {
			if slices.ContainsFunc(o.names, func(name string) bool { return strings.HasPrefix(text, name) }) {
				flags |= o.flags
			}
		}
	}
	return flags
}

// touches reports whether a pass read or wrote any of n bytes.
func touches(log []opv.Access, at table.Addr, n int) bool {
	for _, a := range log {
		if a.Addr-at < table.Addr(n) || at-a.Addr < table.Addr(len(a.Data)) {
			return true
		}
	}
	return false
}
