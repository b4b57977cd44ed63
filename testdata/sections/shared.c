/* Two sections, every second round the other, that share one abort handler. */
#include "layoutfix.h"

static __thread long turn;

static void once(struct rseq *r)
{
	long odd = turn++ & 1;

	if (odd)
		SECTION_WITH(odd, DESCRIPTOR("2f", "3f", "handler")
			".globl again\nagain: " LOAD ARM
			"2: " COUNT
			"3: " JUMP "5f\n"
			SIGNATURE
			".globl handler\nhandler: " IF_SET("again") JUMP "other\n"
			"5:\n");
	else
		SECTION_WITH(odd, DESCRIPTOR("2f", "3f", "handler")
			".globl other\nother: " LOAD ARM
			"2: " PLACE ADD("0")
			"3:\n");
}
