/* Instructions that overlap: a jump past a lock prefix in the section, and jumps into immediates before and behind it. */
#include "layoutfix.h"

static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		"6: " LOAD
		"jmp 7f+1\n"
		"7: .byte 0xb8,0x90,0x90,0xeb,0x00\n" /* mov $0xeb9090,%eax holds nop; nop; jmp on */
		ARM
		"2: movl 4(%%rdi),%%ecx\nshlq $7,%%rcx\n"
		"testb $1,(%%rsi,%%rcx)\njz 1f+1\n"
		".globl commit\ncommit: 1: lock incq (%%rsi,%%rcx)\n"
		"3: jmp 8f+2\n"
		"8: .byte 0x48,0xb9,0xeb,0x0f\n" /* the beginning of a mov of 10 bytes holds jmp 5f */
		"nop\nnop\nnop\nnop\nnop\n"
		SIGNATURE
		"4: jmp 6b\n"
		"nop\nnop\nnop\nnop\n"
		"5:\n");
}
