/* A jump through a table of offsets that lies in the text of the line, then the section, then a table that is passed over. */
#include "layoutfix.h"

static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		BY_TABLE("3")
		"7: .long 8f-7b,9f-7b,6f-7b,9f-7b\n"
		"8: " LANDING "nop\n"
		"9: " LANDING "nop\n"
		"6: " LANDING LOAD ARM
		"2: " COUNT
		"3: " JUMP "5f\n"
		".quad 0x00000000e8e9ebc3,0x5353535353535353\n"
		SIGNATURE
		"4: " JUMP "6b\n"
		"5:\n");
}
