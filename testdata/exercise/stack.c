/* A register is saved on the stack inside the section: after an abort, the stack is not what it was. */
#include "twin.h"

#ifdef __aarch64__
#define AREA FIX_AREA
#else
#define AREA fix_offset /* from the thread pointer */
#endif

long count;
void add(uintptr_t area);

__asm__(
	".text\n"
	".globl add\n"
	".type add, @function\n"
	"add:\n\t"
	FIX_DESCRIBE("stack", "0")
#ifdef __aarch64__
	"mov x12, sp\n\t"
	"7:\n\t"
	"adrp x15, 3b\n\t"
	"add x15, x15, :lo12:3b\n\t"
	"5:\n\t"
	"str x15, [x0, #8]\n\t"
	"1:\n\t"
	"adrp x13, count\n\t"
#ifdef BAD
	"str x19, [sp, #-16]!\n\t"
	CULPRIT
	"ldr x19, [x13, :lo12:count]\n\t"
	"add x14, x19, #1\n\t"
	"ldr x19, [sp], #16\n\t"
#else
	"ldr x14, [x13, :lo12:count]\n\t"
	"add x14, x14, #1\n\t"
#endif
	"str x14, [x13, :lo12:count]\n\t"
	"2:\n\t"
	"mov x11, sp\n\t"
	"cmp x11, x12\n\t"
	"b.eq 9f\n\t"
	"udf #0\n\t" /* the caller would find other registers there than it has saved */
	"9:\n\t"
	"ret\n\t"
	".inst " FIX_SIGNATURE_ASM "\n\t"
	"4:\n\t"
	"b 7b\n\t"
#else
	"7:\n\t"
	"leaq 3b(%rip), %rax\n\t"
	"5:\n\t"
	"movq %rax, %fs:8(%rdi)\n\t"
	"1:\n\t"
#ifdef BAD
	"pushq %rbx\n\t"
	CULPRIT
	"movq count(%rip), %rbx\n\t"
	"leaq 1(%rbx), %rcx\n\t"
	"popq %rbx\n\t"
#else
	"movq count(%rip), %rcx\n\t"
	"incq %rcx\n\t"
#endif
	"movq %rcx, count(%rip)\n\t"
	"2:\n\t"
	"ret\n\t"
	".byte 0x0f, 0xb9, 0x3d\n\t"
	".long " FIX_SIGNATURE_ASM "\n\t"
	"4:\n\t"
	"jmp 7b\n\t"
#endif
	".size add, . - add\n");

int main(int argc, char **argv)
{
	fix_main(argc, argv);
	for (int i = 0; i < ROUNDS; i++)
		add(AREA);
	return twin_end("count", count, ROUNDS);
}
