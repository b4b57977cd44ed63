/* A register that the section has changed is used again by the retry: the value to store. */
#include "twin.h"

static long count;

TWIN void add(void)
{
	__asm__ __volatile__(
		FIX_DESCRIBE("reused", "0")
		IF_BAD(LOAD("count"), "")
		"7:\n\t"
		DESCRIPTOR
		ARMING
		IF_BAD("", LOAD("count"))
		INCREMENT
		CULPRIT
		STORE("count")
		TWIN_END(JUMP "7b\n\t")
		:
		: [area] "r"(FIX_AREA), [count] "m"(count)
		: FIX_CLOBBERS);
}

int main(int argc, char **argv)
{
	fix_main(argc, argv);
	for (int i = 0; i < ROUNDS; i++)
		add();
	return twin_end("count", count, ROUNDS);
}
