/* The abort handler lies before the section and falls through into it; its signature is the ud1 form (amd64). */
#include "layoutfix.h"

static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		JUMP "6f\n"
		UD1_SIGNATURE
		"4: " STIR
		"6: " LOAD ARM
		"2: " COUNT
		"3:\n");
}
