/* The bare signature and the abort handler lie in line, behind the section. */
#include "layoutfix.h"

static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		"6: " LOAD ARM
		"2: " COUNT
		"3: " JUMP "5f\n"
		SIGNATURE
		"4: " JUMP "6b\n"
		"5:\n");
}
