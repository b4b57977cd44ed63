/* The store that arms the section is its first instruction, as in a test of CRIU's. */
#include "layoutfix.h"

long aborts;

static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		"6: " LOAD
		"2: " ARM COUNT
		"3: " JUMP "5f\n"
		SIGNATURE
		"4: " ABORTED JUMP "6b\n"
		"5:\n");
}
