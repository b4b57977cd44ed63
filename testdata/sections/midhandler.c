/* A section whose side exit leads into the middle of another one's abort handler, in line, the signature in its nop form (amd64) and bare. */
#include "layoutfix.h"

static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		"6: " LOAD ARM
		"2: " PLACE IF_ODD("15f") ADD("0")
		"3: " JUMP "5f\n"
		NOP_SIGNATURE
		"4: " JUMP "6b\n"
		DESCRIPTOR("12f", "13f", "14f")
		"16: " LOAD ARM
		"12: " COUNT
		"13: " JUMP "5f\n"
		SIGNATURE
		"14: nop\n"
		"15: nop\n" JUMP "16b\n"
		"5:\n");
}
