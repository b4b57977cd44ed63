/* A section whose side exit leads into the middle of another one's abort handler, in line, with a nop form and a bare one of the signature. */
#include "layoutfix.h"

static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		"6: " LOAD ARM
		"2: movl 4(%%rdi),%%ecx\nshlq $7,%%rcx\n"
		"testb $1,(%%rsi,%%rcx)\njnz 15f\n"
		"incq (%%rsi,%%rcx)\n"
		"3: jmp 5f\n"
		".byte 0x0f,0x1f,0x05\n" SIGNATURE
		"4: jmp 6b\n"
		DESCRIPTOR("12f", "13f", "14f")
		"16: " LOAD ARM
		"12: " COUNT
		"13: jmp 5f\n"
		SIGNATURE
		"14: nop\n"
		"15: nop\njmp 16b\n"
		"5:\n");
}
