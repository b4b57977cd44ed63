/* The section holds the load of its descriptor's address and, second, its arming store. */
#include "layoutfix.h"

static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		"2: " LOAD ARM COUNT
		"3: " JUMP "5f\n"
		SIGNATURE
		"4: " JUMP "2b\n"
		"5:\n");
}
