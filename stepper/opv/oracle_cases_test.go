package opv_test

// oracleCase is instructions to run on the processor and in the interpreter.
// rbx, rsi, rdi and rsp point into memory, the other registers contain numbers.
type oracleCase struct {
	text      string // GNU syntax; {w} stands for each of b, w, l, q and {a}, {d} for rax and rdx of that width
	undefined uint64 // flags that are undefined
	limit     map[string]uint64
}

const (
	cf = 1 << 0
	pf = 1 << 2
	af = 1 << 4
	zf = 1 << 6
	sf = 1 << 7
	of = 1 << 11
)

// oracleCases are the supported instructions, by source file.
func oracleCases() []oracleCase {
	count := func(reg string, below uint64) map[string]uint64 { return map[string]uint64{reg: below} }
	cases := []oracleCase{}
	plain := func(undefined uint64, texts ...string) {
		for _, t := range texts {
			cases = append(cases, oracleCase{text: t, undefined: undefined})
		}
	}
	for _, op := range []string{"add", "adc", "sub", "sbb", "cmp"} {
		plain(0, op+"{w} {d}, {a}", op+"{w} {d}, (%rbx)", op+"{w} (%rbx), {d}", op+"{w} $-3, {a}", op+"{w} $0x55, 8(%rbx)")
	}
	for _, op := range []string{"and", "or", "xor", "test"} {
		plain(af, op+"{w} {d}, {a}", op+"{w} {d}, (%rbx)", op+"{w} $-3, {a}", op+"{w} $0x55, 8(%rbx)")
	}
	plain(0, "inc{w} {a}", "inc{w} (%rbx)", "dec{w} {a}", "dec{w} (%rbx)", "neg{w} {d}", "not{w} (%rbx)", "add %ah, %dl", "cmp %bpl, %al", "sub %dh, %ch")
	plain(af, "testb $1, %r14b", "testl $0x1234567, %r9d", "and $-16, %rax", "xor %r8d, %r8d")
	// move.go
	plain(0, "mov{w} {d}, {a}", "mov{w} {d}, (%rbx)", "mov{w} 3(%rbx), {a}", "mov{w} $-5, {a}", "mov{w} $77, (%rbx)", "movabs $0x123456789abcdef0, %r11",
		"movzbl %dh, %eax", "movzbq (%rbx), %rax", "movzwl %dx, %eax", "movzwq (%rbx), %r9", "movsbw %dl, %ax", "movsbl (%rbx), %eax", "movsbq %r9b, %rax",
		"movswl %dx, %eax", "movswq (%rbx), %rax", "movslq %edx, %rax", "movslq (%rbx), %r12", "mov %ah, %dl", "mov %spl, %al",
		"lea 5(%rdx,%rax,4), %rcx", "lea 5(%rdx,%rax,4), %ecx", "lea -1(%r8), %r8w", "lea 0x1234(,%r9,8), %rbp",
		"cbtw", "cwtl", "cltq", "cwtd", "cltd", "cqto",
		"xchg{w} {a}, {d}", "xchg{w} {d}, (%rbx)", "xchg %rax, %r9", "xchg %ah, %dl", "nop", "pause", "lock xadd{w} {d}, (%rbx)", "xadd{w} {d}, {a}", "xadd %rax, %rax",
		"cmpxchg{w} {d}, {a}", "lock cmpxchg{w} {d}, (%rbx)", "cmpxchg %ecx, %edx", "movbe{v} (%rbx), {d}", "movbe{v} {d}, (%rbx)",
		"push %rax", "push %rsp", "push $-7", "pushq 8(%rbx)", "pushw %dx", "pop %rdx", "pop %rsp", "popq 8(%rsp)", "popw %dx", "bswap %eax", "bswap %r9", "movnti %rdx, (%rbx)")
	// The register that changes is the address's, too.
	plain(0, "xadd %rbx, (%rbx)", "xadd %bx, 8(%rbx)", "xadd %bl, (%rbx)", "xadd %bh, (%rbx)", "xchg %rbx, (%rbx)", "xchg %bl, (%rbx)", "xchg %bh, 3(%rbx)",
		"cmpxchg %rbx, (%rbx)", "cmpxchg %bh, (%rbx)", "add (%rbx), %rbx", "add %rbx, (%rbx)", "mov (%rbx), %rbx", "mov %rbx, (%rbx)", "mov (%rbx), %bh", "movzbl (%rbx), %ebx",
		"movslq (%rbx), %rbx", "cmove (%rbx), %rbx", "cmovne (%rbx), %ebx", "lea 8(%rbx,%rbx,2), %rbx", "movbe (%rbx), %rbx", "pushq (%rsp)", "popq (%rsp)", "popq -8(%rsp)", "pushq -16(%rsp)")
	for _, c := range []string{"o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g"} {
		plain(0, "j"+c+" .+8", "set"+c+" %dl", "set"+c+" (%rbx)", "cmov"+c+"{v} (%rbx), {d}", "cmov"+c+" %edx, %eax")
	}
	plain(0, "jmp .+9", "loop .+7", "loope .+7", "loopne .+7", "jrcxz .+7", "stc", "clc", "cmc")
	// shift.go
	for _, op := range []string{"shl", "shr", "sar"} {
		plain(af, op+"{w} {a}")
		plain(af|of|cf, op+"{w} %cl, {a}", op+"{w} %cl, (%rbx)")
		plain(af|of, op+"{w} $3, {d}", op+"{w} $8, {d}")
	}
	for _, op := range []string{"rol", "ror", "rcl", "rcr"} {
		plain(0, op+"{w} {a}", op+"{w} (%rbx)")
		plain(of, op+"{w} %cl, {a}", op+"{w} $3, {d}", op+"{w} $8, (%rbx)")
	}
	plain(af|of, "shld $5, %rdx, %rax", "shrd $5, %rdx, %rax", "shld $31, %edx, (%rbx)", "shrd $1, %edx, %eax", "shld $9, %dx, %ax", "shld %cl, %rdx, %rax", "shrd %cl, %edx, (%rbx)")
	// multiply.go
	plain(sf|zf|af|pf, "mul{w} {d}", "imul{w} {d}", "imul{w} (%rbx)", "imul{v} {d}, {a}", "imul{v} $-77, (%rbx), {a}", "imul $1000, %rdx, %rcx")
	// bits.go
	undef := uint64(of | sf | af | pf)
	for _, op := range []string{"bt", "bts", "btr", "btc"} {
		plain(undef, op+"{v} $13, {a}", op+"{v} {d}, {a}", op+"{v} $63, (%rbx)")
		cases = append(cases, oracleCase{text: op + "{v} {d}, (%rbx)", undefined: undef, limit: count("rdx", 1<<13)})
	}
	plain(undef|cf, "bsf{v} {d}, {a}", "bsr{v} (%rbx), {a}")
	plain(undef, "tzcnt{v} {d}, {a}", "lzcnt{v} {d}, {a}")
	plain(0, "popcnt{v} {d}, {a}", "popcnt{v} (%rbx), {a}")
	plain(af|pf, "andn %rax, %rdx, %rcx", "andn (%rbx), %edx, %ecx")
	plain(0, "shlx %rax, %rdx, %rcx", "sarx %eax, (%rbx), %ecx", "shrx %rax, %rdx, %r11")
	// strings.go
	for _, op := range []string{"movsb", "movsw", "movsl", "movsq", "stosb", "stosw", "stosl", "stosq"} {
		plain(0, op)
		cases = append(cases, oracleCase{text: "rep " + op, limit: count("rcx", 30)})
	}
	plain(0, "lodsb", "lodsq", "cld", "std; movsb")
	return append(cases, vectorCases()...)
}

func vectorCases() []oracleCase {
	var cases []oracleCase
	for _, t := range []string{
		"movaps %xmm1, %xmm2", "movups 3(%rbx), %xmm9", "movups %xmm9, 5(%rbx)", "movaps 16(%rbx), %xmm3", "movaps %xmm3, 16(%rbx)",
		"movdqa %xmm1, %xmm12", "movdqu 3(%rbx), %xmm1", "movdqu %xmm1, 3(%rbx)", "movdqa %xmm1, (%rbx)", "movupd (%rbx), %xmm5", "lddqu 1(%rbx), %xmm5",
		"movq %rax, %xmm1", "movq %xmm1, %rax", "movd %eax, %xmm1", "movd %xmm1, %edx", "movq (%rbx), %xmm1", "movq %xmm1, 8(%rbx)", "movd (%rbx), %xmm1", "movd %xmm1, 4(%rbx)", "movq %xmm1, %xmm2",
		"movss (%rbx), %xmm1", "movss %xmm1, (%rbx)", "movss %xmm1, %xmm2", "movsd (%rbx), %xmm1", "movsd %xmm1, (%rbx)", "movsd %xmm1, %xmm2",
		"movlps (%rbx), %xmm1", "movhps (%rbx), %xmm1", "movlps %xmm1, (%rbx)", "movhpd %xmm1, (%rbx)", "movntps %xmm1, (%rbx)", "movntdq %xmm1, (%rbx)",
		"xorps %xmm1, %xmm2", "xorps %xmm1, %xmm1", "pxor %xmm3, %xmm3", "pxor (%rbx), %xmm3", "xorpd %xmm2, %xmm3",
		"vmovaps %ymm1, %ymm2", "vmovaps %xmm1, %xmm2", "vmovups 3(%rbx), %ymm9", "vmovups %ymm9, 5(%rbx)", "vmovaps 32(%rbx), %ymm3", "vmovaps %ymm3, 32(%rbx)",
		"vmovdqa %ymm1, %ymm12", "vmovdqu 3(%rbx), %ymm1", "vmovdqu %ymm1, 3(%rbx)", "vmovdqu %xmm1, 3(%rbx)", "vmovdqu 3(%rbx), %xmm1",
		"vmovq %rax, %xmm1", "vmovq %xmm1, %rax", "vmovd %eax, %xmm1", "vmovd %xmm1, %edx", "vmovq (%rbx), %xmm1", "vmovq %xmm1, 8(%rbx)", "vmovq %xmm1, %xmm2",
		"vmovss (%rbx), %xmm1", "vmovss %xmm1, %xmm2, %xmm3", "vmovsd (%rbx), %xmm1", "vmovsd %xmm1, %xmm2, %xmm3", "vmovsd %xmm1, (%rbx)",
		"vmovlps (%rbx), %xmm1, %xmm2", "vmovhps (%rbx), %xmm1, %xmm2", "vmovhps %xmm1, (%rbx)", "vmovntdq %ymm1, (%rbx)",
		"vxorps %xmm1, %xmm2, %xmm3", "vxorps %ymm1, %ymm2, %ymm3", "vpxor %xmm0, %xmm0, %xmm0", "vpxor (%rbx), %ymm2, %ymm3", "vzeroupper", "vzeroall",
		"prefetcht0 (%rbx)", "mfence", "sfence", "endbr64", "nopl 8(%rax,%rax)",
	} {
		cases = append(cases, oracleCase{text: t})
	}
	return cases
}
