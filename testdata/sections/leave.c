/* A section in a function of its own that is left by a return inside it, every second time. */
#include "layoutfix.h"

void count(struct rseq *r, void *counters);
__asm__(".text\n.globl count\n.type count,@function\ncount:\n"
	".cfi_startproc\n"
	".pushsection __rseq_cs,\"aw\"\n.balign 32\n77:\n.long 0,0\n.quad 2f,3f-2f,4f\n.popsection\n"
#ifdef __aarch64__
	"6: adrp x9, 77b\nadd x9, x9, :lo12:77b\nstr x9, [x0, #8]\n"
	"2: ldr w10, [x0, #4]\nadd x10, x1, x10, lsl #7\nldr x11, [x10]\nadd x11, x11, #1\ntbnz x11, #0, 1f\n"
	"str x11, [x10]\nret\n"
	"1: .globl commit\ncommit: str x11, [x10]\n"
	"3: ret\n"
	SIGNATURE
	"4: b 6b\n"
#else
	"6: leaq 77b(%rip),%rax\nmovq %rax,8(%rdi)\n"
	"2: movl 4(%rdi),%ecx\nshlq $7,%rcx\ntestb $1,(%rsi,%rcx)\njz 1f\n"
	"incq (%rsi,%rcx)\nret\n"
	"1: .globl commit\ncommit: incq (%rsi,%rcx)\n"
	"3: ret\n"
	SIGNATURE
	"4: jmp 6b\n"
#endif
	".cfi_endproc\n.size count,.-count\n");

static void once(struct rseq *r)
{
	count(r, c);
}
