/* An indirect jump inside the section, through a table inside the section; and data behind a jump. */
#include "layoutfix.h"

static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		"6: " LOAD ARM
		"2: " BY_TABLE("1")
		"7: .long 8f-7b,9f-7b\n"
		"8: " LANDING JUMP "9f\n"
		NO_CODE
		"9: " LANDING READ
		JUMP "1f\n"
		NO_CODE
		"1: " MORE COMMIT
		"3: " JUMP "5f\n"
		SIGNATURE
		"4: " JUMP "6b\n"
		"5:\n");
}
