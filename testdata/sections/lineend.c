/* The bare signature is the end of one line, the abort handler the beginning of the next. */
#include "layoutfix.h"

__attribute__((noinline)) static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "handler")
		".globl again\nagain: " LOAD ARM
		"2: " COUNT
		"3: " JUMP "behind\n"
		SIGNATURE);
	__asm__ volatile(".globl handler\nhandler: " JUMP "again\n");
	__asm__ volatile(".globl behind\nbehind: nop\n");
}
