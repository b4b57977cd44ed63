package amd64

import (
	"errors"
	"testing"

	"rseqstep/stepper/cfi"
	"rseqstep/stepper/dwexpr"
	"rseqstep/stepper/machine"
)

// returnColumn is DWARF's number of the return address (psABI, figure 3.36).
const returnColumn = 16

// Each kind of a frame's rules, and meaningless expressions: Delve's evaluator panicked
// on some of those, and returned a value for the address 0.
func TestRulesOfAFrame(t *testing.T) {
	mem := memory{}
	mem.put64(0x7ff8, 0x1111)
	mem.put64(0x9000, 0x2222)
	frame := machine.UnwoundFrame{Regs: regs(machine.Words{R12: 5, RBX: 0x9000, RSP: 0x8000, RIP: 0x40_0000}), Memory: mem, Bias: 0x7f00_0000}
	for name, c := range map[string]struct {
		rule cfi.Rule
		want uint64 // 0: ErrNoFrame
	}{
		"same":                     {cfi.Rule{Kind: cfi.Same}, 5},
		"offset":                   {cfi.Rule{Kind: cfi.Offset, N: -8}, 0x1111},
		"val_offset":               {cfi.Rule{Kind: cfi.ValOffset, N: -8}, 0x7ff8},
		"register":                 {cfi.Rule{Kind: cfi.Register, N: 3}, 0x9000},
		"rip":                      {cfi.Rule{Kind: cfi.Register, N: returnColumn}, 0x40_0000},
		"no such register":         {cfi.Rule{Kind: cfi.Register, N: 17}, 0},
		"expression":               {cfi.Rule{Kind: cfi.Expression, Expr: []byte{dwexpr.OpBreg0 + 3, 0}}, 0x2222},
		"expression from the CFA":  {cfi.Rule{Kind: cfi.Expression, Expr: []byte{dwexpr.OpLit0 + 8, dwexpr.OpMinus}}, 0x1111},
		"val_expression":           {cfi.Rule{Kind: cfi.ValExpression, Expr: []byte{dwexpr.OpPlusUconst, 1}}, 0x8001},
		"the file's address":       {cfi.Rule{Kind: cfi.ValExpression, Expr: []byte{dwexpr.OpAddr, 1, 0, 0, 0, 0, 0, 0, 0}}, 0x7f00_0001},
		"a register's contents":    {cfi.Rule{Kind: cfi.ValExpression, Expr: []byte{dwexpr.OpReg0 + 3}}, 0x9000},
		"division by zero":         {cfi.Rule{Kind: cfi.ValExpression, Expr: []byte{dwexpr.OpLit0, dwexpr.OpDiv}}, 0},
		"an empty stack":           {cfi.Rule{Kind: cfi.ValExpression, Expr: []byte{dwexpr.OpDrop, dwexpr.OpPlusUconst, 1}}, 0},
		"cut off":                  {cfi.Rule{Kind: cfi.ValExpression, Expr: []byte{dwexpr.OpConst4u, 1}}, 0},
		"a value":                  {cfi.Rule{Kind: cfi.ValExpression, Expr: []byte{dwexpr.OpStackValue}}, 0},
		"no such register's value": {cfi.Rule{Kind: cfi.ValExpression, Expr: []byte{dwexpr.OpBregx, 17, 0}}, 0},
		"endless":                  {cfi.Rule{Kind: cfi.ValExpression, Expr: []byte{dwexpr.OpSkip, 0xfd, 0xff}}, 0},
	} {
		got, known, err := frame.Restored(12, c.rule, 0x8000)
		if got != c.want || known != (c.want != 0) || errors.Is(err, machine.ErrNoFrame) != (c.want == 0) {
			t.Errorf("%s: %#x, %v, %v; want %#x", name, got, known, err, c.want)
		}
		if c.rule.Kind != cfi.ValExpression || c.want != 0 {
			continue
		}
		if at, err := frame.CFA(cfi.CFARule{Expr: c.rule.Expr}); at != 0 || !errors.Is(err, machine.ErrNoFrame) {
			t.Errorf("a CFA that is %s: %v, %v", name, at, err)
		}
	}
	for _, kind := range []cfi.RuleKind{cfi.Unset, cfi.Undefined} {
		if v, known, err := frame.Restored(12, cfi.Rule{Kind: kind}, 0x8000); known || err != nil {
			t.Errorf("rule %d: %#x, %v, %v", kind, v, known, err)
		}
	}
	for _, n := range []uint64{returnColumn, 17, cfi.NoRegister} {
		if at, err := frame.CFA(cfi.CFARule{Reg: n}); at != 0 || !errors.Is(err, machine.ErrNoFrame) {
			t.Errorf("a CFA by register %d: %v, %v", n, at, err)
		}
	}
	if at, err := frame.CFA(cfi.CFARule{Reg: 7, Offset: -8}); at != 0x7ff8 || err != nil {
		t.Errorf("a CFA by rsp: %v, %v", at, err)
	}
	if v, _, err := frame.Restored(12, cfi.Rule{Kind: cfi.Offset, N: 1 << 20}, 0x8000); err == nil || errors.Is(err, machine.ErrNoFrame) {
		t.Errorf("what was read where nothing is: %#x, %v", v, err)
	}
	frame.Memory = nil
	if v, _, err := frame.Restored(12, cfi.Rule{Kind: cfi.Expression, Expr: []byte{dwexpr.OpDeref}}, 0x8000); err == nil {
		t.Errorf("what was read from no memory: %#x", v)
	}
}

func TestDWARFNumbersNameEachRegisterOnce(t *testing.T) {
	r, seen := regs(machine.Words{}), map[*uint64]uint64{}
	for n := range uint64(Arch().Frames.Columns) {
		at := r.DWARF(n)
		if at == nil {
			t.Fatalf("register %d is nowhere", n)
		}
		if m, ok := seen[at]; ok {
			t.Errorf("registers %d and %d are one", m, n)
		}
		seen[at] = n
	}
	if r.DWARF(returnColumn) != &r.W[RIP] || r.DWARF(7) != &r.W[RSP] || r.DWARF(uint64(Arch().Frames.Columns)) != nil || r.DWARF(^uint64(0)) != nil {
		t.Error("not as the psABI's figure 3.36 has it")
	}
}
