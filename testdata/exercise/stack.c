/* A register is saved on the stack inside the section: after an abort, the stack is not what it was. */
#include "twin.h"

long count;
void add(uintptr_t area);

__asm__(
	".text\n"
	".globl add\n"
	".type add, @function\n"
	"add:\n\t"
	FIX_DESCRIBE("stack", "0")
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
	".size add, . - add\n");

int main(int argc, char **argv)
{
	fix_main(argc, argv);
	for (int i = 0; i < ROUNDS; i++)
		add(fix_offset);
	return twin_end("count", count, ROUNDS);
}
