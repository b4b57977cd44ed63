/* The arming store is the section's first instruction and the target of branches: the abort handler's and, once a pass, a loop's. */
#include "layoutfix.h"

long aborts;

static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		LOAD CLEAR JUMP "2f\n"
		SIGNATURE
		"4: nop\n" ABORTED CLEAR JUMP "2f\n"
		"2: " ARM READ UNTIL_TWO("2b") MORE COMMIT
		"3:\n");
}
