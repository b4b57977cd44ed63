//go:build linux && amd64

package opv_test

import (
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/opv"
	"rseqstep/stepper/unit"
	"rseqstep/table"
)

// TestVectorAgreesWithTheProcessor runs each section on the processor, in a
// process without an rseq area so that nothing aborts it, and compares
// registers, memory and the exit with what its vector says.
func TestVectorAgreesWithTheProcessor(t *testing.T) {
	c := newProcessor(t)
	const mmap, readWriteExecute, privateAnonymous = 9, 7, 0x22
	region := func() table.Addr {
		at, err := c.p.Syscall(c.tid, mmap, 0, 2*reach, readWriteExecute, privateAnonymous, ^uint64(0), 0)
		if err != nil || at < 0 {
			t.Fatalf("mmap: %d, %v", at, err)
		}
		return table.Addr(at) + reach
	}
	data, code := region(), region()
	var base unit.Regs
	if err := c.p.Regs(c.tid, &base); err != nil {
		t.Fatal(err)
	}
	for _, s := range samples(t) {
		if _, err := c.p.WriteMemory(code, s.code); err != nil {
			t.Fatal(err)
		}
		s.passes(t, base, data, code, 8, func(w *world, from opv.State, p *opv.Plan) {
			if touches(p.Pass.Accesses, code, len(s.code)) {
				return // it would overwrite itself
			}
			written := lay(t, c, p.Pass.Accesses)
			r := from.Regs
			if err := c.p.SetRegs(c.tid, &r); err != nil {
				t.Fatal(err)
			}
			for uint64(r.PC()-code) < uint64(len(s.code)) {
				if ev, err := c.p.Step(c.tid, 0, 0); err != nil || ev.Kind != stepper.EventStep {
					t.Fatalf("%s: %+v, %v", s.name, ev, err)
				}
				if err := c.p.Regs(c.tid, &r); err != nil {
					t.Fatal(err)
				}
			}
			want := opv.State{Regs: r, Vec: p.Exit.Vec}
			if what := difference(p.Exit, want, of|sf|af|pf); what != "" || p.ExitPC != r.PC() {
				t.Fatalf("%s: %sexit %v, not %v", s.name, what, p.ExitPC, r.PC())
			}
			if failed, err := opv.Execute(p.Vector, p.Memory(w)); failed != 0 || err != nil {
				t.Fatalf("%s: %d, %v", s.name, failed, err)
			}
			for _, at := range written {
				var got [1]byte
				if _, err := c.p.ReadMemory(at, got[:]); err != nil || got[0] != w.written[at] {
					t.Fatalf("%s: %v holds %#x, the vector made it %#x (%v)", s.name, at, got[0], w.written[at], err)
				}
			}
		})
	}
}

// lay puts what a pass saw where it saw it, and returns what it wrote to.
func lay(t *testing.T, c *processor, log []opv.Access) []table.Addr {
	t.Helper()
	var written []table.Addr
	known := map[table.Addr]bool{}
	for _, a := range log {
		saw := a.Data
		if a.Kind == opv.AccessAdd {
			saw = a.Old
		}
		for n := range a.Data {
			at := a.Addr + table.Addr(n)
			if !known[at] && a.Kind != opv.AccessWrite {
				if _, err := c.p.WriteMemory(at, saw[n:n+1]); err != nil {
					t.Fatal(err)
				}
			}
			known[at] = true
			if a.Kind != opv.AccessRead {
				written = append(written, at)
			}
		}
	}
	return written
}

func touches(log []opv.Access, at table.Addr, n int) bool {
	for _, a := range log {
		if a.Addr-at < table.Addr(n) || at-a.Addr < table.Addr(len(a.Data)) {
			return true
		}
	}
	return false
}
