package opv_test

import (
	"errors"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/opv"
	"rseqstep/table"
)

// build assembles a section and builds its vector, with memory at 0x1000 to
// 0x3000 that is zero except for what fill writes, the area at 0x1000, rdi, rsi
// and rbx at 0x1100, 0x1200 and 0x1300, ecx 3 and edx 7.
func build(t *testing.T, abi opv.ABI, text string, fill func(data []byte)) (opv.Plan, error) {
	t.Helper()
	code := assemble(t, []oracleCase{{text: text}})[0]
	const at = table.Addr(0x400000)
	body, err := machine.DecodeBody(amd64.Arch(), &table.Placed{Start: at, End: at + table.Addr(len(code)), Abort: 0x500000}, code)
	if err != nil {
		t.Fatal(err)
	}
	m := newPages()
	if fill != nil {
		fill(m.data)
	}
	s := opv.State{Regs: amd64.Regs(machine.Words{amd64.RAX: 0x1000, amd64.RDI: 0x1100, amd64.RSI: 0x1200, amd64.RBX: 0x1300, amd64.RCX: 3, amd64.RDX: 7, amd64.RSP: 0x1800})}
	return opv.Build(abi, &body, s, m, opv.Place{Area: 0x1000, CPU: 1, CID: 2})
}

func TestBuildWritesTheVectorDown(t *testing.T) {
	// S stands for Scratch, where the constants are stored in sequence.
	for _, c := range []struct {
		name, text, want string
		abi              opv.ABI
		cpu              int
	}{
		{"add to memory", "cmp %ecx, 4(%rax); jne 8b+0x100000; add %rdx, (%rdi)", "ADD 8 0x1100 +7", opv.V3, 3},
		{"subtract and decrement", "sub %rdx, (%rdi); decw (%rsi)", "ADD 8 0x1100 -7; ADD 2 0x1200 -1", opv.V3, 1},
		{"two additions to one place", "incq (%rdi); addq $4, (%rdi)", "ADD 8 0x1100 +5", opv.V9, 1},
		{"an addition whose flags are used", "incl (%rdi); jz .+10; incl (%rsi)", "COMPARE_EQ 4 0x1100 S+0; ADD 4 0x1100 +1; ADD 4 0x1200 +1", opv.V3, 1},
		{"an addition that is read", "incq (%rdi); mov (%rdi), %r8", "COMPARE_EQ 8 0x1100 S+0; MEMCPY 8 0x1100 S+8", opv.V3, 1},
		{"an addition that gives the old value", "xadd %rdx, (%rdi)", "COMPARE_EQ 8 0x1100 S+0; ADD 8 0x1100 +7", opv.V3, 1},
		{"a read of what was written", "movq $5, (%rdi); mov (%rdi), %r8", "MEMCPY 8 0x1100 S+0", opv.V3, 1},
		{"compare and store", "cmp (%rdi), %rbp; jne .+10; mov %rdx, (%rdi)", "COMPARE_EQ 8 0x1100 S+0; MEMCPY 8 0x1100 S+8", opv.V9, 1},
		{"list pop", "mov (%rdi), %r8; mov %r8, (%rsi); mov 0x1300, %r8; mov %r8, (%rdi)", "COMPARE_EQ 8 0x1100 S+0; COMPARE_EQ 8 0x1300 S+8; MEMCPY 8 0x1200 S+16; MEMCPY 8 0x1100 S+24", opv.V9, 1},
		{"neighbours share", "mov (%rdi), %r8; mov 8(%rdi), %r9d; mov %r8, (%rsi); mov %r9, 8(%rsi); movq $1, (%rbx)", "COMPARE_EQ 12 0x1100 S+0; MEMCPY 16 0x1200 S+12; MEMCPY 8 0x1300 S+28", opv.V3, 1},
		{"the last store shares only where it must", "movq $1, (%rsi); movq $1, (%rbx); movq $1, (%rdi); movq $1, 0x1400; movq $1, 8(%rdi)",
			"MEMCPY 8 0x1200 S+0; MEMCPY 8 0x1300 S+8; MEMCPY 16 0x1100 S+16; MEMCPY 8 0x1400 S+32", opv.V9, 1},
		{"cpu_id by way of a register", "mov 4(%rax), %r8d; mov %r8d, %r9d; cmp %edx, %r9d; jne .+10; movl $1, (%rdi)", "MEMCPY 4 0x1100 S+0", opv.V3, 7},
		{"cpu_id as an index", "mov 4(%rax), %r8d; incq (%rdi,%r8,8)", "ADD 8 0x1108 +1", opv.V3, 1},
		{"cpu_id and a constant", "cmpl $5, 4(%rax); jne .+10; movl $1, (%rdi)", "MEMCPY 4 0x1100 S+0", opv.V3, 5},
		{"a string", "rep movsb", "COMPARE_EQ 3 0x1200 S+0; MEMCPY 2 0x1100 S+3; MEMCPY 1 0x1102 S+5", opv.V3, 1},
	} {
		p, err := build(t, c.abi, c.text, nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := scratchOffsets(p.Vector); got != c.want || p.CPU != c.cpu {
			t.Errorf("%s: CPU %d, %s\nwant CPU %d, %s", c.name, p.CPU, got, c.cpu, c.want)
		}
	}
}

func TestBuildNamesTheConcurrencyID(t *testing.T) {
	p, err := build(t, opv.V3, "cmp %edx, 24(%rax); jne .+10; movl $1, (%rdi)", nil)
	if err != nil || p.CID != 7 || !p.NamedCID || p.NamedCPU || p.CPU != 1 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestBuildSaysWhyThereIsNoVector(t *testing.T) {
	scattered := strings.Repeat("incq (%rdi); lea 16(%rdi), %rdi; ", 9)
	for _, c := range []struct {
		name, text string
		abi        opv.ABI
		want       error
	}{
		{"17 places", "mov $17, %ecx; 1: incq (%rdi); add $16, %rdi; loop 1b", opv.V3, opv.ErrNoPlan},
		{"9 places in v9", scattered, opv.V9, opv.ErrNoPlan},
		{"more than a page", "mov $0x900, %ecx; mov $0x1000, %esi; mov $0x1900, %edi; add $0x200, %edi; rep movsb", opv.V3, opv.ErrNoPlan},
		{"two CPUs", "cmp %ecx, 4(%rax); jne .+10; cmp %edx, 4(%rax); jne .+10; incq (%rdi)", opv.V3, opv.ErrNoPlan},
		{"its own cpu_id", "incl 4(%rax)", opv.V3, opv.ErrNoPlan},
		{"no end", "1: jmp 1b", opv.V3, opv.ErrTooLong},
		{"a call", "call .+100", opv.V3, opv.ErrUnsupported},
		{"a system call", "syscall", opv.V3, opv.ErrUnsupported},
		{"x87", "fld1", opv.V3, opv.ErrUnsupported},
		{"AVX-512", "vmovdqu64 (%rdi), %zmm1", opv.V3, opv.ErrUnsupported},
		{"not aligned", "movaps 1(%rdi), %xmm1", opv.V3, opv.ErrFault},
	} {
		if p, err := build(t, c.abi, c.text, nil); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, %v", c.name, p.Vector, err)
		}
	}
	if _, err := build(t, opv.V3, "mov 0x9000, %rax", nil); err == nil {
		t.Error("a read of nothing: no error")
	}
	if _, err := build(t, opv.V3, "mov %rax, 0x9000", nil); err == nil {
		t.Error("a write to nothing: no error")
	}
}

// TestPlacedConstantsWorkInTheProcessesOwnMemory runs the vector as a kernel
// would have to: everything it names is in the process.
func TestPlacedConstantsWorkInTheProcessesOwnMemory(t *testing.T) {
	p, err := build(t, opv.V9, "cmp (%rdi), %rbp; jne .+10; mov %rdx, (%rdi)", nil)
	if err != nil {
		t.Fatal(err)
	}
	p.Place(0x1f00)
	m := newPages()
	copy(m.data[0xf00:], p.Data)
	raw, err := opv.V9.Encode(p.Vector)
	if err != nil {
		t.Fatal(err)
	}
	copy(m.data[0x1000:], raw)
	call := opv.Call{ABI: opv.V9, Ops: 0x2000, Count: int32(len(p.Vector)), CPU: int32(p.CPU)}
	if got, err := call.Return(m); got != 0 || err != nil || m.data[0x100] != 7 {
		t.Errorf("%d, %v, %d", got, err, m.data[0x100])
	}
	if got, err := call.Return(m); got != 1 || err != nil {
		t.Errorf("again: %d, %v", got, err)
	}
}
