/*
 * Instructions that overlap: a jump past a lock prefix in the section, and jumps into immediates before and behind it. On
 * arm64, where none can, the section's own instructions are read as data, and jumped over as well.
 */
#include "layoutfix.h"

static void once(struct rseq *r)
{
#ifdef __aarch64__
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		"6: " LOAD
		"ldr w12, 2f\n"
		"b 7f\n"
		"ldr w12, 7f\n"
		"7: " ARM
		"2: " READ
		"ldr w12, 1f\ntbz x11, #0, 1f\n"
		"nop\n"
		"1: " MORE COMMIT
		"3: ldr w12, 4f\nb 5f\n"
		SIGNATURE
		"4: b 6b\n"
		"5:\n");
#else
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		"6: " LOAD
		"jmp 7f+1\n"
		"7: .byte 0xb8,0x90,0x90,0xeb,0x00\n" /* mov $0xeb9090,%eax holds nop; nop; jmp on */
		ARM
		"2: " PLACE
		"testb $1,(%%rsi,%%rcx)\njz 1f+1\n"
		".globl commit\ncommit: 1: lock incq (%%rsi,%%rcx)\n"
		"3: jmp 8f+2\n"
		"8: .byte 0x48,0xb9,0xeb,0x0f\n" /* the beginning of a mov of 10 bytes holds jmp 5f */
		"nop\nnop\nnop\nnop\nnop\n"
		SIGNATURE
		"4: jmp 6b\n"
		"nop\nnop\nnop\nnop\n"
		"5:\n");
#endif
}
