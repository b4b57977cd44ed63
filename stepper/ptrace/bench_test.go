//go:build linux

package ptrace

import (
	"testing"

	"rseqstep/stepper/unit"
)

// BenchmarkStep is one instruction and its registers, as the engine steps,
// both sides on one CPU. Compare BenchmarkRawLoop.
func BenchmarkStep(b *testing.B) {
	for _, threads := range []string{"0", "31"} {
		b.Run("others="+threads, func(b *testing.B) {
			p := launch(b, spin, threads)
			settleThreads(b, p, threads)
			if err := p.Pin(p.PID()); err != nil {
				b.Fatal(err)
			}
			var r unit.Regs
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Step(p.PID(), 0, 0); err != nil {
					b.Fatal(err)
				}
				if err := p.Regs(p.PID(), &r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
