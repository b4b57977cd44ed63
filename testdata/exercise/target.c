/* The abort handler is the place behind the commit: an abort counts as success. */
#include "twin.h"

static long count;

TWIN int add(void)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("target", "0")
		DESCRIPTOR
		ARMING
		CULPRIT
		LOAD("count")
		INCREMENT
		STORE("count")
		TWIN_END(JUMP "%l[" IF_BAD("done", "abort") "]\n\t")
		:
		: [area] "r"(FIX_AREA), [count] "m"(count)
		: FIX_CLOBBERS
		: abort, done);
done:
	return 0;
abort:
	return -1;
}

int main(int argc, char **argv)
{
	fix_main(argc, argv);
	for (int i = 0; i < ROUNDS; i++)
		while (add())
			;
	return twin_end("count", count, ROUNDS);
}
