/* Data inside the section, jumped over, and between the section and its handler: no opcodes, and halves of long ones. */
#include "layoutfix.h"

static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		"6: " LOAD ARM
		"2: movl 4(%%rdi),%%ecx\njmp 1f\n"
		".byte 0x06,0x07,0x48,0xb8\n"
		"1: shlq $7,%%rcx\nmovq (%%rsi,%%rcx),%%rdx\nincq %%rdx\n" COMMIT
		"3: jmp 5f\n"
		".asciz \"data\"\n.byte 0x0f,0x06,0x17,0x66,0x48,0xb8\n"
		SIGNATURE
		"4: jmp 6b\n"
		".byte 0x48,0xb8,0xe8\n"
		"5:\n");
}
