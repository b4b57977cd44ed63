/* The bare signature and the abort handler lie before the section, and are jumped over. */
#include "layoutfix.h"

static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		JUMP "6f\n"
		SIGNATURE
		"4: nop\n" JUMP "6f\n"
		"6: " LOAD ARM
		"2: " COUNT
		"3:\n");
}
