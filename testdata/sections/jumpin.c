/* An indirect jump inside the section, through a table inside the section; and data behind a jump. */
#include "layoutfix.h"

static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		"6: " LOAD ARM
		"2: leaq 7f(%%rip),%%r8\n"
		"movl 4(%%rdi),%%ecx\nandl $1,%%ecx\n"
		"movslq (%%r8,%%rcx,4),%%rcx\naddq %%rcx,%%r8\njmp *%%r8\n"
		"7: .long 8f-7b,9f-7b\n"
		"8: jmp 9f\n"
		".byte 0x06,0x48,0xb8,0xe8\n"
		"9: " COUNT
		"jmp 3f\n"
		".byte 0x48,0xb8,0xe9\n"
		"3: jmp 5f\n"
		SIGNATURE
		"4: jmp 6b\n"
		"5:\n");
}
