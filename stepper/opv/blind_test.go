package opv_test

import (
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/opv"
	"rseqstep/table"
)

// TestWhatAPassNeedsOfVectorRegisters: which sections do the same work whatever vector registers
// hold at their start.
func TestWhatAPassNeedsOfVectorRegisters(t *testing.T) {
	cases := []struct {
		name, text string
		want       bool
	}{
		{"none", "incq (%rdi)", false},
		{"a store", "movups %xmm0, (%rdi)", true},
		{"a store of what two have in common", "pxor %xmm0, %xmm1; movups %xmm1, (%rdi)", true},
		{"of three", "pxor %xmm1, %xmm2; pxor %xmm3, %xmm2; movups %xmm2, (%rdi)", true},
		{"a copy of memory", "movups (%rdi), %xmm0; movups %xmm0, (%rsi)", false},
		{"a zero", "pxor %xmm0, %xmm0; movups %xmm0, (%rdi)", false},
		{"a general register", "movq %xmm3, %rdx; incq (%rdi)", true},
		{"a constant in one", "movq %rdx, %xmm3; incq (%rdi)", false},
		{"a change of one, for the code behind the section", "pxor %xmm0, %xmm1; incq (%rdi)", true},
		{"one that is set", "movups (%rdi), %xmm1; pxor %xmm1, %xmm1; incq (%rdi)", false},
		{"half of one that is set", "movlps (%rdi), %xmm1; incq (%rsi)", false},
		{"an address", "movq %xmm3, %rbx; incq (%rbx)", true},
	}
	var texts []oracleCase
	for _, c := range cases {
		texts = append(texts, oracleCase{text: c.text})
	}
	for n, code := range assemble(t, texts) {
		c := cases[n]
		const at = table.Addr(0x400000)
		body, err := machine.DecodeBody(amd64.Arch(), &table.Placed{Start: at, End: at + table.Addr(len(code)), Abort: 0x500000}, code)
		if err != nil {
			t.Fatal(err)
		}
		s := opv.State{Regs: amd64.Regs(machine.Words{amd64.RAX: 0x1000, amd64.RDI: 0x1100, amd64.RSI: 0x1200, amd64.RSP: 0x1800})}
		s.Vec[3][1] = 0x11 // an address that is mapped
		got, err := opv.NeedsVectors(opv.V3, &body, s, newPages(), opv.Place{Area: 0x1000, CPU: 1, CID: 2})
		if err != nil || got != c.want {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
	}
}
