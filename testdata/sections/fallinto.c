/* The abort handler lies before the section and falls through into it; its signature is the ud1 form. */
#include "layoutfix.h"

static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		"jmp 6f\n"
		".byte 0x0f,0xb9,0x3d\n" SIGNATURE
		"4: incq %%r8\n"
		"6: " LOAD ARM
		"2: " COUNT
		"3:\n");
}
