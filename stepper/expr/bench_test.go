package expr_test

import (
	"testing"

	"rseqstep/stepper/expr"
)

// BenchmarkCondition is what a breakpoint's condition costs at a stop, in
// addition to the stop itself.
func BenchmarkCondition(b *testing.B) {
	p := oracle(b, compile(b, b.TempDir(), "testdata/types.c", "-g"), "stop", idle())
	e, err := p.ctx.Parse("x == 18 && count300[x] == 18")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c := &expr.Context{Frames: p.ctx.Frames[:1], Mem: p.core, Source: p.set, Session: p.ctx.Session}
		if yes, err := c.True(e); err != nil || yes {
			b.Fatal(yes, err)
		}
	}
}

// BenchmarkElementCondition is the same with an element of a container.
func BenchmarkElementCondition(b *testing.B) {
	p := oracle(b, compile(b, b.TempDir(), "testdata/containers.cc", "-g"), "stop", idle())
	e, err := p.ctx.Parse("byref[1] == 3 && n == 1")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c := &expr.Context{Frames: p.ctx.Frames[:1], Mem: p.core, Source: p.set, Session: p.ctx.Session}
		if yes, err := c.True(e); err != nil || yes {
			b.Fatal(yes, err)
		}
	}
}
