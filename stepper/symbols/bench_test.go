package symbols

import (
	"testing"

	"rseqstep/stepper/cfi"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/table/tabletest"
)

// BenchmarkFirstLookup is a new Set and `break malloc` on a 162 MB program.
func BenchmarkFirstLookup(b *testing.B) {
	program := tabletest.NeedWorkerd(b)
	b.ReportAllocs()
	for b.Loop() {
		s := alone(b, program)
		if p, err := s.Lookup("malloc", 0); err != nil || len(p) == 0 {
			b.Fatal(err)
		}
		s.modules[0].img.close()
	}
}

// BenchmarkUnwindByExpression is one frame whose CFA an expression gives: a lazy PLT's, as
// GNU ld writes it for every one (binutils, bfd/elfxx-x86.c, "elf_x86_64_lazy_plt").
func BenchmarkUnwindByExpression(b *testing.B) {
	const base = 0x7000_0000
	stack := make([]byte, 64)
	put(stack[8:], 0x1234)
	row := cfi.Row{RA: 16, Regs: make([]cfi.Rule, 17), CFA: cfi.CFARule{Expr: []byte{
		0x77, 8, 0x80, 0, // DW_OP_breg7 8, DW_OP_breg16 0
		0x3f, 0x1a, 0x3b, 0x2a, // DW_OP_lit15, and, lit11, ge
		0x33, 0x24, 0x22, // DW_OP_lit3, shl, plus
	}}}
	row.Regs[16] = cfi.Rule{Kind: cfi.Offset, N: -8}
	m, r, mem := &Module{}, regs(machine.Words{amd64.RIP: 0x100b, amd64.RSP: base}), words{base, stack}
	b.ReportAllocs()
	for b.Loop() {
		if st, err := m.apply(&row, r, mem); err != nil || st.cfa != base+16 || st.caller.W[amd64.RIP] != 0x1234 {
			b.Fatal(st, err)
		}
	}
}

// BenchmarkUnwindByRules is one frame of an ordinary function: rbp and the return address
// are stored below the CFA.
func BenchmarkUnwindByRules(b *testing.B) {
	const base = 0x7000_0000
	stack := make([]byte, 64)
	put(stack[8:], 0x1234)
	row := cfi.Row{RA: 16, Regs: make([]cfi.Rule, 17), CFA: cfi.CFARule{Reg: 7, Offset: 16}}
	row.Regs[6], row.Regs[16] = cfi.Rule{Kind: cfi.Offset, N: -16}, cfi.Rule{Kind: cfi.Offset, N: -8}
	m, r, mem := &Module{}, regs(machine.Words{amd64.RIP: 0x100b, amd64.RSP: base}), words{base, stack}
	b.ReportAllocs()
	for b.Loop() {
		if st, err := m.apply(&row, r, mem); err != nil || st.cfa != base+16 || st.caller.W[amd64.RIP] != 0x1234 {
			b.Fatal(st, err)
		}
	}
}
