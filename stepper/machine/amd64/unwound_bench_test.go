package amd64

import (
	"testing"

	"rseqstep/stepper/cfi"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// BenchmarkFrameAddressByExpression is the CFA of a lazy PLT, which an expression gives.
func BenchmarkFrameAddressByExpression(b *testing.B) {
	rule := cfi.CFARule{Expr: []byte{
		0x77, 8, 0x80, 0, // DW_OP_breg7 8, DW_OP_breg16 0
		0x3f, 0x1a, 0x3b, 0x2a, // DW_OP_lit15, and, lit11, ge
		0x33, 0x24, 0x22, // DW_OP_lit3, shl, plus
	}}
	frame := machine.UnwoundFrame{Regs: regs(machine.Words{RIP: 0x100b, RSP: 0x7000}), Memory: memory{}}
	b.ReportAllocs()
	for b.Loop() {
		if at, err := frame.CFA(rule); err != nil || at != table.Addr(0x7010) {
			b.Fatal(at, err)
		}
	}
}
