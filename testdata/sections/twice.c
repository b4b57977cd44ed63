/* Two sections one behind the other, and behind them their signatures and handlers, one with its signature twice. */
#include "layoutfix.h"

static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		"6: " LOAD ARM
		"2: " COUNT
		"3:\n"
		DESCRIPTOR("12f", "13f", "14f")
		"16: " LOAD ARM
		"12: " PLACE ADD("8")
		"13: " JUMP "5f\n"
		SIGNATURE SIGNATURE
		"4: " JUMP "6b\n"
		SIGNATURE
		"14: " JUMP "16b\n"
		"5:\n");
}
